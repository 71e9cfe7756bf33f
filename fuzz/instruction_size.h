#pragma once
// How long the next instruction is, and nothing else: what the mutator needs to cut an input into
// instructions before each execution. Apart from the decoder, which also reads arguments and words
// errors and takes ten times as long.

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "harness/pickle/decoder.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {

// The bytes of the instruction at `offset`, 0 where there is none: the end of the input, a byte
// that is no opcode, an argument that is cut off or has a negative length. As Decoder::Next() has
// it.
inline size_t InstructionSize(std::string_view input, size_t offset) {
  struct Shape {
    ArgLayout::Form form = ArgLayout::Form::kNone;
    uint8_t width = 0;
    bool is_signed = false, known = false;
  };
  static const std::array<Shape, 256> kShapes = [] {
    std::array<Shape, 256> shapes{};
    for (const OpcodeInfo& info : AllOpcodes()) {
      const ArgLayout layout = LayoutOf(info.arg);
      shapes[static_cast<uint8_t>(info.opcode)] = {layout.form, layout.width, layout.is_signed,
                                                   true};
    }
    return shapes;
  }();
  if (offset >= input.size()) return 0;
  const Shape shape = kShapes[static_cast<uint8_t>(input[offset])];
  const size_t left = input.size() - offset - 1;
  switch (shape.form) {
    case ArgLayout::Form::kNone: return shape.known ? 1 : 0;
    case ArgLayout::Form::kFixed: return shape.width <= left ? 1U + shape.width : 0;
    case ArgLayout::Form::kCounted: {
      if (shape.width > left) return 0;
      uint64_t size = 0;
      std::memcpy(&size, input.data() + offset + 1, shape.width);
      const bool negative = shape.is_signed && shape.width == 4 && size > 0x7fffffff;
      return !negative && size <= left - shape.width ? 1 + shape.width + size : 0;
    }
    case ArgLayout::Form::kLine:
    case ArgLayout::Form::kTwoLines: {
      size_t end = input.find('\n', offset + 1);
      if (shape.form == ArgLayout::Form::kTwoLines && end != std::string_view::npos) {
        end = input.find('\n', end + 1);
      }
      return end == std::string_view::npos ? 0 : end + 1 - offset;
    }
  }
  return 0;
}

}  // namespace pickleproof
