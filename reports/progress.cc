#include "reports/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

#include <fmt/format.h>

#include "reports/summary.h"

namespace pickleproof {
namespace {

constexpr size_t kBarColumns = 24;
constexpr double kTerminalInterval = 0.1;
constexpr double kLineInterval = 10;

}  // namespace

std::string ProgressLine(std::string_view what, uint64_t done, uint64_t total, double seconds,
                         size_t width) {
  std::string tail = fmt::format("  {}  {}", what, Grouped(done));
  if (total > 0) tail += "/" + Grouped(total);
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  if (rate >= 10) {
    tail += fmt::format("  {}/s", Grouped(static_cast<uint64_t>(rate)));
  } else if (rate > 0) {
    tail += fmt::format("  {:.1f}/s", rate);
  }
  if (total == 0) return tail.substr(2, width);
  done = std::min(done, total);
  if (rate > 0 && done < total) {
    tail += fmt::format("  ETA {}", Duration(std::ceil(static_cast<double>(total - done) / rate)));
  }
  const double share = static_cast<double>(done) / static_cast<double>(total);
  std::string head = fmt::format("{:3}%", static_cast<int>(share * 100));
  if (head.size() + tail.size() + kBarColumns + 3 <= width) {
    const auto full = static_cast<size_t>(share * kBarColumns);
    head = fmt::format("[{}{}] {}", std::string(full, '#'), std::string(kBarColumns - full, '-'),
                       head);
  }
  return (head + tail).substr(0, width);
}

Progress::Progress(Output output, std::string_view what, uint64_t total)
    : output_(std::move(output)), what_(what), total_(total) {
  started_ = output_.seconds();
  // A terminal shows the bar at once; elsewhere the first line waits like every other.
  drawn_ = output_.terminal ? -std::numeric_limits<double>::infinity() : started_;
}

Progress::~Progress() { Finish(); }

void Progress::Set(uint64_t done) {
  done_ = done;
  const double now = output_.seconds();
  if (now - drawn_ >= (output_.terminal ? kTerminalInterval : kLineInterval)) Draw(now);
}

void Progress::Draw(double now) {
  drawn_ = now;
  const size_t width = output_.width > 1 ? output_.width - 1 : 1;
  const std::string line = ProgressLine(what_, done_, total_, now - started_, width);
  output_.write(output_.terminal ? "\r\x1b[K" + line : line + "\n");
}

void Progress::Finish() {
  if (finished_) return;
  finished_ = true;
  if (output_.terminal) {
    output_.write("\r\x1b[K");
  } else {
    Draw(output_.seconds());
  }
}

Progress::Output ForStandardError() {
  Progress::Output output;
  output.terminal = isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (output.terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    output.width = size.ws_col;
  }
  output.write = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  };
  output.seconds = [] {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  };
  return output;
}

}  // namespace pickleproof
