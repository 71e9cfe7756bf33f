#pragma once
// How a reader takes bytes, in the three disciplines that CPython has: the C reader over bytes, the
// C reader over a file, and pickle.py. They part at the ends of frames and of the input. Kept apart
// from the machine so that its loop knows only "the next n bytes" and "the next line".

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "harness/base/error.h"

namespace pickleproof {

enum class Discipline : uint8_t {
  kMemory,  // _pickle on bytes: frames are checked for length, then ignored
  kFile,    // _pickle on files: an instruction that crosses the end of what was read at once (a
            // frame) loses the rest of it, except counted bytes
  kPython,  // pickle.py: no instruction may cross the end of a frame; short lines at the end pass
};

class Input {
 public:
  Input(std::string_view data, Discipline discipline)
      : begin_(data.data()),
        next_(data.data()),
        limit_(discipline == Discipline::kFile ? data.data() : data.data() + data.size()),
        end_(data.data() + data.size()),
        discipline_(discipline) {}

  uint64_t position() const { return static_cast<uint64_t>(next_ - begin_); }
  // How far the reader has read its source: past STOP where it reads whole frames.
  uint64_t consumed() const {
    if (discipline_ == Discipline::kMemory || (discipline_ == Discipline::kPython && !in_frame_)) {
      return position();
    }
    return static_cast<uint64_t>(limit_ - begin_);
  }

  // For the machine's loop, which keeps its own copy of the position: everything in [next, limit)
  // may be taken without asking.
  const char* next() const { return next_; }
  const char* limit() const { return limit_; }
  void set_next(const char* next) { next_ = next; }

  // The next `size` bytes, or nullptr with error() set.
  const char* Take(uint64_t size) {
    if (size > static_cast<uint64_t>(limit_ - next_) && !Refill(size)) return nullptr;
    const char* taken = next_;
    next_ += size;
    return taken;
  }

  // The same for the contents of bytes and bytearray objects, which the C reader copies piecewise
  // (CPython Modules/_pickle.c, _Unpickler_ReadInto).
  const char* TakeCounted(uint64_t size) {
    if (discipline_ != Discipline::kFile) return Take(size);
    if (size > static_cast<uint64_t>(end_ - next_)) return Truncated();
    const char* taken = next_;
    next_ += size;
    limit_ = std::max(limit_, next_);
    return taken;
  }

  // The next line without its newline. pickle.py accepts a last line without newline, and cuts its
  // last byte off as if it were one.
  std::optional<std::string_view> Line() {
    if (const auto line = LineIn(limit_)) return line;
    switch (discipline_) {
      case Discipline::kMemory: break;
      case Discipline::kFile: {
        next_ = limit_;
        const auto line = LineIn(end_);
        if (line) limit_ = next_;
        if (line) return line;
        break;
      }
      case Discipline::kPython: return PythonLine();
    }
    Truncated();
    return std::nullopt;
  }

  // FRAME with this length. False with error() set where the frame is refused.
  bool BeginFrame(uint64_t size);

  // The error of the last call that failed, without an offset.
  const Error& error() const { return error_; }

 private:
  std::optional<std::string_view> LineIn(const char* end) {
    const auto left = static_cast<size_t>(end - next_);
    const void* found = left == 0 ? nullptr : std::memchr(next_, '\n', left);
    if (found == nullptr) return std::nullopt;
    const char* newline = static_cast<const char*>(found);
    const std::string_view line(next_, static_cast<size_t>(newline - next_));
    next_ = newline + 1;
    return line;
  }

  bool Refill(uint64_t size);
  std::optional<std::string_view> PythonLine();
  const char* Truncated();
  void LeaveFrame() {
    in_frame_ = false;
    limit_ = end_;
  }

  const char* begin_;
  const char* next_;
  const char* limit_;
  const char* end_;
  Discipline discipline_;
  bool in_frame_ = false;
  Error error_;
};

}  // namespace pickleproof
