#include "harness/reduce/first_instruction.h"

#include <optional>
#include <vector>

#include "harness/base/bytes.h"
#include "harness/pickle/decoder.h"

namespace pickleproof {
namespace {

constexpr size_t kAllTried = 256;
constexpr size_t kFrameHeader = 9;

struct Frame {
  uint64_t begin = 0;  // of its data
  uint64_t end = 0;
};

std::string_view NameOf(ArgLayout::Form form) {
  switch (form) {
    case ArgLayout::Form::kNone: return "none";
    case ArgLayout::Form::kFixed: return "fixed";
    case ArgLayout::Form::kCounted: return "counted";
    case ArgLayout::Form::kLine: return "line";
    case ArgLayout::Form::kTwoLines: return "line";
  }
  return "none";
}

// The instructions of one pickle before its STOP, and its frames.
class Fronts {
 public:
  explicit Fronts(std::string_view stream) : stream_(stream) {
    Decoder decoder(stream);
    for (auto next = decoder.Next(); next && *next; next = decoder.Next()) {
      if ((*next)->opcode == Opcode::STOP) break;
      instructions_.push_back(**next);
      if ((*next)->opcode == Opcode::FRAME) AddFrame(**next);
    }
  }

  const std::vector<Instruction>& instructions() const { return instructions_; }

  uint64_t End(size_t count) const {
    if (count == 0) return 0;
    const Instruction& last = instructions_[count - 1];
    return last.offset + last.raw.size();
  }

  // The first `count` instructions, `ending`, and the last frame made to end with that.
  std::string Front(size_t count, std::string_view ending) const {
    const uint64_t end = End(count);
    std::string front(stream_.substr(0, end));
    front += ending;
    for (const Frame& frame : frames_) {
      if (frame.begin > end || frame.end <= end || frame.end > stream_.size()) continue;
      std::string length;
      AppendLittle<uint64_t>(length, front.size() - frame.begin);
      front.replace(frame.begin - length.size(), length.size(), length);
    }
    return front;
  }

  FirstInstruction Describe(size_t index) const {
    if (index >= instructions_.size()) return DescribeBehind();
    const Instruction& instruction = instructions_[index];
    FirstInstruction first{instruction.offset, std::string(Name(instruction.opcode))};
    const uint64_t end = instruction.offset + instruction.raw.size();
    for (const Frame& frame : frames_) {
      if (frame.begin <= instruction.offset && instruction.offset < frame.end && frame.end < end) {
        const ArgKind kind = FindOpcode(static_cast<uint8_t>(instruction.opcode))->arg;
        first.opcode = "frame-end/" + std::string(NameOf(LayoutOf(kind).form));
      }
    }
    return first;
  }

 private:
  void AddFrame(const Instruction& frame) {
    const uint64_t begin = frame.offset + kFrameHeader;
    const uint64_t length = LoadLittle<uint64_t>(frame.argument.data());
    if (length <= stream_.size()) frames_.push_back({begin, begin + length});
  }

  FirstInstruction DescribeBehind() const {
    const uint64_t offset = End(instructions_.size());
    if (offset >= stream_.size()) return {offset, "end"};
    const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(stream_[offset]));
    return {offset, info == nullptr ? "byte" : std::string(info->name)};
  }

  std::string_view stream_;
  std::vector<Instruction> instructions_;
  std::vector<Frame> frames_;
};

}  // namespace

FirstInstruction FindFirstInstruction(std::string_view stream,
                                      const std::function<bool(std::string_view)>& differs) {
  const Fronts fronts(stream);
  const size_t count = fronts.instructions().size();
  const auto parts_by = [&](size_t used) {
    return differs(fronts.Front(used, ".")) || differs(fronts.Front(used, "N."));
  };
  if (count <= kAllTried) {
    for (size_t used = 1; used <= count; ++used) {
      if (parts_by(used)) return fronts.Describe(used - 1);
    }
    return fronts.Describe(count);
  }
  if (!parts_by(count)) return fronts.Describe(count);
  size_t agrees = 0;
  size_t parts = count;
  while (parts - agrees > 1) {
    const size_t middle = agrees + (parts - agrees) / 2;
    (parts_by(middle) ? parts : agrees) = middle;
  }
  return fronts.Describe(parts - 1);
}

FirstInstruction InstructionAt(std::string_view stream, uint64_t offset) {
  const Fronts fronts(stream);
  const auto& instructions = fronts.instructions();
  for (size_t i = 0; i < instructions.size(); ++i) {
    if (offset < fronts.End(i + 1)) return fronts.Describe(i);
  }
  return fronts.Describe(instructions.size());
}

}  // namespace pickleproof
