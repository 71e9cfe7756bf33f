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

// Where an Input of kFile gets more from. `left` is what the Input has of earlier calls and has not
// taken: the source knows whether it was only looked at, so that it comes again, or is lost as in
// kFile. What a call returns stays valid until the call after the next one. Nothing where the
// source failed by itself; a short answer where it has no more.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // At least `size` bytes, where there are as many.
  virtual std::optional<std::string_view> Read(std::string_view left, uint64_t size) = 0;
  // `left` and what follows it in the source, `size` bytes together.
  virtual std::optional<std::string_view> ReadCounted(std::string_view left, uint64_t size) = 0;
  // A line with its newline.
  virtual std::optional<std::string_view> ReadLine(std::string_view left) = 0;
};

class Input {
 public:
  // Reads from `source`, which must outlive it. Offsets don't count bytes that are lost.
  explicit Input(ByteSource& source) : discipline_(Discipline::kFile), source_(&source) {}

  Input(std::string_view data, Discipline discipline)
      : begin_(data.data()),
        next_(data.data()),
        limit_(discipline == Discipline::kFile ? data.data() : data.data() + data.size()),
        end_(data.data() + data.size()),
        discipline_(discipline) {}

  uint64_t position() const { return OffsetOf(next_); }
  // Of a place between the last refill and limit().
  uint64_t OffsetOf(const char* place) const {
    return base_ + static_cast<uint64_t>(place - begin_);
  }
  // How far the reader has read its source: past STOP where it reads whole frames.
  uint64_t consumed() const {
    if (discipline_ == Discipline::kMemory || (discipline_ == Discipline::kPython && !in_frame_)) {
      return position();
    }
    return OffsetOf(limit_);
  }

  // For the machine's loop, which keeps its own copy of the position: everything in [next, limit)
  // may be taken without asking.
  const char* next() const { return next_; }
  const char* limit() const { return limit_; }
  void set_next(const char* next) { next_ = next; }
  // The byte before next(), where there is one.
  char last() const { return next_ == begin_ ? '\0' : next_[-1]; }
  // What can be taken without asking.
  std::string_view left() const { return {next_, static_cast<size_t>(limit_ - next_)}; }

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
    if (source_ != nullptr) return TakeCountedFromSource(size);
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
        if (source_ != nullptr) return LineFromSource();
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
  bool RefillFromSource(uint64_t size);
  const char* TakeCountedFromSource(uint64_t size);
  std::optional<std::string_view> LineFromSource();
  const char* SourceFailed();
  const char* Show(std::string_view bytes);
  std::optional<std::string_view> PythonLine();
  const char* Truncated();
  void LeaveFrame() {
    in_frame_ = false;
    limit_ = end_;
  }

  const char* begin_ = nullptr;
  const char* next_ = nullptr;
  const char* limit_ = nullptr;
  const char* end_ = nullptr;
  Discipline discipline_;
  ByteSource* source_ = nullptr;
  uint64_t base_ = 0;  // offset of begin_
  bool in_frame_ = false;
  Error error_;
};

}  // namespace pickleproof
