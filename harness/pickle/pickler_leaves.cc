// Values that are written at once: scalars, text, extension codes, buffers; and the memo.

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/utf8.h"
#include "harness/pickle/pickler_impl.h"
#include "harness/pickle/text_escape.h"

namespace pickleproof {
namespace {

constexpr size_t kLargeText = size_t{64} * 1024;

constexpr size_t kNoSingle = ~size_t{0};

// The slot of a str of at most one code point below 256, or kNoSingle.
size_t StrSlot(std::string_view text) {
  if (text.empty()) return 256;
  const auto first = static_cast<unsigned char>(text[0]);
  if (text.size() == 1) return first;
  if (text.size() != 2 || (first != 0xc2 && first != 0xc3)) return kNoSingle;
  return (first == 0xc2 ? 0U : 0x40U) + static_cast<unsigned char>(text[1]);
}

}  // namespace

// ---- Memo.

const GraphShape& Pickler::Impl::Shape() {
  if (!shape_) shape_.emplace(*graph_, root_);
  return *shape_;
}

bool Pickler::Impl::Remembers(NodeId id) {
  if (options_.fast) return false;
  return always_ || graph_->HasSteps(id) || Shape().IsShared(id);
}

void Pickler::Impl::Memoize(NodeId id) {
  if (Remembers(id)) p_ = writer_.Put(p_, memo_.Add(id));
}

void Pickler::Impl::MemoizeTransient() {
  if (RemembersTransients()) p_ = writer_.Put(p_, memo_.AddTransient());
}

// Notes that the next memo entry is that of a single.
void Pickler::Impl::AddSingle(size_t slot, NodeId owner) {
  if (slot == kNoSingle || singles_[slot].index != kNoNode) return;
  singles_[slot] = {memo_.size(), owner};
  has_singles_ = true;
}

// Before the first large text: makes room for all text of the graph at once, instead of moving what
// is written each time that it has doubled. It is not more than the graph itself holds.
void Pickler::Impl::ReserveForText() {
  if (reserved_) return;
  reserved_ = true;
  uint64_t size = 0;
  for (NodeId id = 0; id < graph_->size(); ++id) {
    if (IsText(graph_->kind(id))) size += graph_->Text(id).size();
  }
  p_ = writer_.Room(p_, std::min(size, options_.max_bytes));
}

// ---- Leaves.

bool Pickler::Impl::SaveLeaf(NodeId id) {
  const Graph& graph = *graph_;
  p_ = writer_.Boundary(p_);
  switch (graph.kind(id)) {
    case Kind::kNone: p_ = writer_.None(p_); return true;
    case Kind::kBool: p_ = writer_.Bool(p_, graph.BoolValue(id)); return true;
    case Kind::kInt:
      if (!graph.IsSmallInt(id)) return false;
      p_ = writer_.Int(p_, graph.SmallInt(id));
      return true;
    case Kind::kFloat: p_ = writer_.Float(p_, graph.FloatBits(id)); return true;
    case Kind::kStr:
      if (HasMemo(id)) {
        Get(id);
      } else {
        SaveStr(id);
      }
      return true;
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet:
    case Kind::kGlobal:
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kExtension:
    case Kind::kBuffer: break;
  }
  if (!HasMemo(id)) return false;
  Get(id);
  return true;
}

bool Pickler::Impl::SaveBigInt(NodeId id) {
  if (writer_.BigInt(&p_, graph_->BigInt(id), options_.max_digits)) return true;
  return Fail(ErrorCode::kLimit,
              fmt::format("an int has more than {} digits, the most that Python writes as text: "
                          "use protocol 2 or raise max_digits",
                          options_.max_digits),
              "ValueError");
}

bool Pickler::Impl::Forgets(std::string_view text) const {
  return policy_.forget_escaped && writer_.protocol() == 0 && NeedsEscape(text);
}

void Pickler::Impl::SaveStr(NodeId id) {
  const std::string_view text = graph_->Text(id);
  const bool forgets = Forgets(text);
  const size_t slot = StrSlot(text);
  if (slot != kNoSingle && RemembersTransients()) {
    Single& single = singles_[slot];
    if (single.index != kNoNode && single.owner == kNoNode) {
      single.owner = id;
      memo_.Share(id, single.index);
      Get(id);
      return;
    }
    if (!forgets) AddSingle(slot, id);
  }
  if (text.size() >= kLargeText) ReserveForText();
  p_ = writer_.Str(p_, text);
  if (forgets) {
    MemoizeTransient();
  } else {
    Memoize(id);
  }
}

// The text of bytes in a call of _codecs.encode.
void Pickler::Impl::WriteLatin1(std::string_view bytes) {
  p_ = writer_.Boundary(p_);
  char text[2];
  if (bytes.size() == 1) {
    WriteFreshStr({text, static_cast<size_t>(Latin1ToUtf8(text, bytes) - text)});
    return;
  }
  p_ = IsAscii(bytes) ? writer_.Str(p_, bytes) : writer_.Latin1Str(p_, bytes);
  MemoizeTransient();
}

// A str that CPython makes anew each time.
void Pickler::Impl::WriteFreshStr(std::string_view text) {
  p_ = writer_.Boundary(p_);
  const size_t slot = StrSlot(text);
  if (slot != kNoSingle && RemembersTransients()) {
    if (singles_[slot].index != kNoNode) {
      p_ = writer_.Get(p_, singles_[slot].index);
      return;
    }
    if (!Forgets(text)) AddSingle(slot, kNoNode);
  }
  p_ = writer_.Str(p_, text);
  MemoizeTransient();
}

// A str that CPython keeps one of: the names of globals and modules, 'latin1'.
void Pickler::Impl::WriteName(std::string_view text) {
  p_ = writer_.Boundary(p_);
  if (!RemembersTransients()) {
    p_ = writer_.Str(p_, text);
    return;
  }
  const size_t slot = StrSlot(text);
  if (slot != kNoSingle && singles_[slot].index != kNoNode) {
    p_ = writer_.Get(p_, singles_[slot].index);
    return;
  }
  const auto [it, is_new] = names_.try_emplace(std::string(text), memo_.size());
  if (!is_new) {
    p_ = writer_.Get(p_, it->second);
    return;
  }
  AddSingle(slot, kNoNode);
  p_ = writer_.Str(p_, text);
  MemoizeTransient();
}

// Everything of _codecs.encode(text, 'latin1') or bytes() but the memo entry of the result.
bool Pickler::Impl::WriteEncodeCall(std::string_view bytes) {
  if (bytes.empty()) {
    if (!WriteKnownGlobal("builtins", "bytes")) return false;
    EmptyTuple();
  } else {
    if (!WriteKnownGlobal("_codecs", "encode")) return false;
    OpenTuple(2);
    WriteLatin1(bytes);
    WriteName("latin1");
    CloseTransientTuple(2);
  }
  p_ = PutOpcode(p_, Opcode::REDUCE);
  return true;
}

bool Pickler::Impl::WriteBytes(std::string_view bytes) {
  if (bytes.size() >= kLargeText) ReserveForText();
  if (ByteCalls(3)) return WriteEncodeCall(bytes);
  p_ = writer_.Bytes(p_, bytes);
  return true;
}

bool Pickler::Impl::SaveBytes(NodeId id) {
  if (!WriteBytes(graph_->Text(id))) return false;
  Memoize(id);
  return true;
}

bool Pickler::Impl::SaveByteArray(NodeId id) {
  const std::string_view bytes = graph_->Text(id);
  if (!ByteCalls(5)) {
    if (bytes.size() >= kLargeText) ReserveForText();
    p_ = writer_.ByteArray(p_, bytes);
    if (!policy_.forget_bytearrays) Memoize(id);
    return true;
  }
  if (!WriteKnownGlobal("builtins", "bytearray")) return false;
  if (bytes.empty()) {
    EmptyTuple();
  } else {
    OpenTuple(1);
    p_ = writer_.Boundary(p_);
    if (!WriteBytes(bytes)) return false;
    MemoizeTransient();
    CloseTransientTuple(1);
  }
  p_ = PutOpcode(p_, Opcode::REDUCE);
  Memoize(id);
  return true;
}

bool Pickler::Impl::SavePy2Str(NodeId id) {
  const std::string_view bytes = graph_->Text(id);
  if (!options_.py2_strings) {
    return Fail(ErrorCode::kUnsupported,
                "Python 3 picklers write no Python 2 strings: set py2_strings", "PicklingError");
  }
  if (bytes.size() > 0x7fffffff) {
    return Fail(ErrorCode::kUnsupported, "BINSTRING holds at most 2147483647 bytes",
                "OverflowError");
  }
  p_ = writer_.Py2Str(p_, bytes);
  Memoize(id);
  return true;
}

bool Pickler::Impl::SaveExtension(NodeId id) {
  const uint32_t code = graph_->ExtensionCode(id);
  if (writer_.protocol() < 2) {
    return Fail(ErrorCode::kUnsupported, "extension codes need protocol 2", "PicklingError");
  }
  if (code == 0 || code > 0x7fffffff) {
    return Fail(ErrorCode::kValue,
                fmt::format("extension code {} is out of range: use 1 to 2147483647", code),
                "PicklingError");
  }
  p_ = writer_.Extension(p_, code);
  // CPython never memoizes one. Where something was done to it, that must be done once only.
  if (!graph_->HasSteps(id) || (options_.fast && memo_.Has(id))) return true;
  if (options_.fast) {
    memo_.Add(id);
  } else {
    Memoize(id);
  }
  return SaveSteps(id);
}

bool Pickler::Impl::SaveBuffer(NodeId id) {
  if (writer_.protocol() < 5) {
    return Fail(ErrorCode::kUnsupported, "out-of-band buffers need protocol 5", "PicklingError");
  }
  if (graph_->BufferIndex(id) != buffers_) {
    return Fail(ErrorCode::kBuffer,
                fmt::format("buffer {} comes where NEXT_BUFFER gives buffer {}: buffers must be "
                            "numbered in the order of writing",
                            graph_->BufferIndex(id), buffers_),
                "PicklingError");
  }
  ++buffers_;
  p_ = PutOpcode(p_, Opcode::NEXT_BUFFER);
  if (graph_->BufferReadOnly(id)) p_ = PutOpcode(p_, Opcode::READONLY_BUFFER);
  // CPython never memoizes one; it has no name for a buffer that is there twice.
  if (!options_.fast && Shape().IsShared(id)) p_ = writer_.Put(p_, memo_.Add(id));
  return true;
}

}  // namespace pickleproof
