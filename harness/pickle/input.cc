#include "harness/pickle/input.h"

namespace pickleproof {
namespace {

constexpr uint64_t kMaxSize = ~uint64_t{0} >> 1;  // sys.maxsize

}  // namespace

const char* Input::Truncated() {
  error_ = {ErrorCode::kTruncated, kNoOffset, "the pickle ends inside this instruction",
            "UnpicklingError"};
  return nullptr;
}

// From here on `bytes` can be seen, at their start.
const char* Input::Show(std::string_view bytes) {
  base_ = OffsetOf(next_);
  begin_ = next_ = bytes.data();
  limit_ = end_ = begin_ + bytes.size();
  return begin_;
}

const char* Input::SourceFailed() {
  error_ = {ErrorCode::kIo, kNoOffset, "the source of the pickle failed", "OSError"};
  return nullptr;
}

bool Input::RefillFromSource(uint64_t size) {
  const auto read = source_->Read(left(), size);
  if (!read) return SourceFailed() != nullptr;
  Show(*read);
  if (size <= read->size()) return true;
  next_ = limit_;
  return Truncated() != nullptr;
}

const char* Input::TakeCountedFromSource(uint64_t size) {
  if (size <= left().size()) return Take(size);
  const auto read = source_->ReadCounted(left(), size);
  if (!read) return SourceFailed();
  const char* taken = Show(*read);
  next_ = limit_;
  return size == read->size() ? taken : Truncated();
}

std::optional<std::string_view> Input::LineFromSource() {
  const auto read = source_->ReadLine(left());
  if (!read) {
    SourceFailed();
    return std::nullopt;
  }
  Show(*read);
  next_ = limit_;
  if (read->ends_with('\n')) return read->substr(0, read->size() - 1);
  Truncated();
  return std::nullopt;
}

bool Input::Refill(uint64_t size) {
  switch (discipline_) {
    case Discipline::kMemory: break;
    case Discipline::kFile:
      if (source_ != nullptr) return RefillFromSource(size);
      next_ = limit_;
      if (size > static_cast<uint64_t>(end_ - next_)) break;
      limit_ = next_ + size;
      return true;
    case Discipline::kPython:
      if (!in_frame_) break;
      if (next_ != limit_) {
        error_ = {ErrorCode::kFrame, kNoOffset, "the frame ends inside this instruction",
                  "UnpicklingError"};
        return false;
      }
      LeaveFrame();
      if (size <= static_cast<uint64_t>(limit_ - next_)) return true;
      break;
  }
  Truncated();
  return false;
}

std::optional<std::string_view> Input::PythonLine() {
  if (in_frame_ && next_ != limit_) {
    error_ = {ErrorCode::kFrame, kNoOffset, "the frame ends inside this line", "UnpicklingError"};
    return std::nullopt;
  }
  if (in_frame_) {
    LeaveFrame();
    if (const auto line = LineIn(limit_)) return line;
  }
  const auto left = static_cast<size_t>(limit_ - next_);
  const std::string_view line(next_, left == 0 ? 0 : left - 1);
  next_ = limit_;
  return line;
}

bool Input::BeginFrame(uint64_t size) {
  if (size > kMaxSize) {
    error_ = {ErrorCode::kFrame, kNoOffset, "a frame longer than any memory",
              discipline_ == Discipline::kPython ? "ValueError" : "OverflowError"};
    return false;
  }
  const auto left = static_cast<uint64_t>(limit_ - next_);
  switch (discipline_) {
    case Discipline::kMemory:
      if (size <= left) return true;
      Truncated();
      return false;
    case Discipline::kFile: return size <= left || Refill(size);
    case Discipline::kPython:
      if (in_frame_ && left != 0) {
        error_ = {ErrorCode::kFrame, kNoOffset, "a new frame before the end of the current frame",
                  "UnpicklingError"};
        return false;
      }
      in_frame_ = true;
      limit_ = next_ + std::min(size, static_cast<uint64_t>(end_ - next_));
      return true;
  }
  return false;
}

}  // namespace pickleproof
