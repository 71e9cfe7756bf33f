#include "harness/python/module/unpickler.h"

#include "harness/python/module/raise.h"

namespace pickleproof {

bool LiveUnpickler::Configure(bool fix_imports, const char* encoding, const char* errors,
                              PyObject* buffers) {
  encoding_ = encoding;
  errors_ = errors;
  buffers_ = PyRef();
  if (buffers != nullptr && buffers != Py_None) {
    buffers_ = PyRef::Own(PyObject_GetIter(buffers));
    if (!buffers_) return false;
  }
  context_.fix_imports = fix_imports;
  context_.encoding = encoding_.c_str();
  context_.errors = errors_.c_str();
  context_.buffers = buffers_.get();
  return true;
}

PyRef LiveUnpickler::Load(Input& input) {
  context_.protocol = 0;
  const Verdict verdict = machine_.Load(input);
  context_.protocol = machine_.protocol();
  if (verdict == Verdict::kAccept) return PyRef::Own(machine_.value());
  Raise(machine_.error(), input, machine_.missing_memo());
  return {};
}

PyRef LiveUnpickler::LoadBytes(std::string_view data) {
  Input input(data, Discipline::kMemory);
  return Load(input);
}

PyRef LiveUnpickler::LoadFile() {
  if (!input_) input_.emplace(source_);
  PyRef loaded = Load(*input_);
  return loaded && source_.Settle(input_->left()) ? loaded : PyRef();
}

int LiveUnpickler::Traverse(visitproc visit, void* arg) const {
  Py_VISIT(buffers_.get());
  if (const int status = source_.Traverse(visit, arg); status != 0) return status;
  int status = 0;
  machine_.ForEachMemo([&](uint64_t, PyObject* value) {
    if (status == 0) status = visit(value, arg);
  });
  return status;
}

}  // namespace pickleproof
