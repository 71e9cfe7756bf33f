#pragma once
// How far a run has got: a bar on a terminal, a line every ten seconds elsewhere.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pickleproof {

// "[########------] 57%  generated graphs  1,140/2,000  228/s  ETA 4 s", at most `width` columns.
// Without a total (0) there is no bar and no ETA.
std::string ProgressLine(std::string_view what, uint64_t done, uint64_t total, double seconds,
                         size_t width);

// Writes to a sink, so that it knows neither the terminal nor the clock; ForStandardError makes the
// usual one. Not thread-safe.
class Progress {
 public:
  struct Output {
    bool terminal = false;  // lines may be overwritten
    size_t width = 80;
    std::function<void(std::string_view)> write;
    std::function<double()> seconds;  // of a steady clock
  };

  Progress(Output output, std::string_view what, uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // `done` is how much of the total is done by now. Cheap: draws at most ten times a second on a
  // terminal, every ten seconds elsewhere.
  void Set(uint64_t done);
  void Advance(uint64_t more = 1) { Set(done_ + more); }

  // Takes the bar away (terminal) or writes the last line. Called by the destructor where it was
  // not called before.
  void Finish();

 private:
  void Draw(double now);

  Output output_;
  std::string what_;
  uint64_t total_;
  uint64_t done_ = 0;
  double started_;
  double drawn_;
  bool finished_ = false;
};

// Standard error, with its terminal's width; the bar only where it is a terminal.
Progress::Output ForStandardError();

}  // namespace pickleproof
