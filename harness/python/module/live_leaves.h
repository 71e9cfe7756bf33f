#pragma once
// LivePickler::SaveLeaf, inline: it is asked for every value, in the loops of containers. Part of
// live_pickler.h, which see.

#include <bit>

#include "harness/python/module/live_pickler.h"

namespace pickleproof {

// The value of an int of one digit. False for longer ones.
inline bool CompactInt(PyObject* object, int64_t* value) {
#if PY_VERSION_HEX >= 0x030c0000
  const auto* number = reinterpret_cast<const PyLongObject*>(object);
  if (PyUnstable_Long_IsCompact(number) == 0) return false;
  *value = PyUnstable_Long_CompactValue(number);
#else
  const Py_ssize_t size = Py_SIZE(object);
  if (size < -1 || size > 1) return false;
  *value = size * int64_t{reinterpret_cast<const PyLongObject*>(object)->ob_digit[0]};
  if (size == 0) *value = 0;
#endif
  return true;
}

// Writes a value without parts, or one that the memo has. kHasParts for everything else; nothing
// was written then. Runs no foreign code.
[[gnu::always_inline]] inline LivePickler::Saved LivePickler::SaveLeaf(char** position,
                                                                       PyObject* object) {
  char* p = *position;
  const PyTypeObject* type = Py_TYPE(object);
  if (object == Py_None) {
    *position = writer_.None(p);
    return Saved::kDone;
  }
  if (type == &PyLong_Type) {
    int64_t value = 0;
    if (!CompactInt(object, &value)) {
      int overflow = 0;
      value = PyLong_AsLongLongAndOverflow(object, &overflow);
      if (overflow != 0) return Saved::kHasParts;
    }
    *position = binary_ints_ ? PickleWriter::ShortestInt(p, value) : writer_.Int(p, value);
    return Saved::kDone;
  }
  if (type == &PyFloat_Type) {
    const auto bits = std::bit_cast<uint64_t>(PyFloat_AS_DOUBLE(object));
    *position = binary_ints_ ? PickleWriter::BinFloat(p, bits) : writer_.Float(p, bits);
    return Saved::kDone;
  }
  if (type == &PyBool_Type) {
    *position = writer_.Bool(p, object == Py_True);
    return Saved::kDone;
  }
  if (const LiveMemo::Entry* entry = memo_.Find(object); entry != nullptr) {
    if (entry->index > 0xffffffffU) [[unlikely]] {
      p_ = p;
      return Get(*entry) ? Saved::kDone : Saved::kFailed;
    }
    *position = writer_.Get(p, static_cast<uint32_t>(entry->index));
    return Saved::kDone;
  }
  if (type != &PyUnicode_Type || !PyUnicode_IS_COMPACT_ASCII(object) || !binary_ints_ || fast_) {
    return Saved::kHasParts;
  }
  const auto size = static_cast<size_t>(PyUnicode_GET_LENGTH(object));
  if (size > 255 || memo_.size() >= 0xffffffffU) return Saved::kHasParts;
  p = writer_.ShortStr(p, {static_cast<const char*>(PyUnicode_DATA(object)), size});
  *position = writer_.Put(p, static_cast<uint32_t>(memo_.Add(object)));
  return Saved::kDone;
}

}  // namespace pickleproof
