#include "harness/cli/fuzz_status.h"

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr double kSecondsBetweenLines = 15;  // where no terminal is

double Percent(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string SinceLast(const FuzzReport& report, History& history) {
  const auto runs = history.Runs();
  if (!runs || runs->empty()) return "";
  const auto before = history.RunsBefore(runs->front().id, "fuzz", report.target);
  if (!before || before->empty()) return "  first run of this target\n";
  const RunProgress& old = before->front().progress;
  return fmt::format("  since the run of {}: coverage {:+d}, corpus {:+d} files\n",
                     before->front().started, report.progress.coverage - old.coverage,
                     report.progress.corpus_files - old.corpus_files);
}

}  // namespace

std::string StatusText(const FuzzPlan& plan, const RunProgress& progress, size_t findings) {
  const auto seconds = static_cast<int64_t>(progress.seconds);
  const auto rate = static_cast<int64_t>(static_cast<double>(progress.executions) /
                                         std::max(progress.seconds, 0.1));
  return fmt::format(
      "{} {}:{:02}  {} executions, {}/s, coverage {}, corpus {}, {:.0f}% load, {} disagreements, "
      "{} "
      "new",
      plan.target.name, seconds / 60, seconds % 60, progress.executions, rate, progress.coverage,
      progress.corpus_files, Percent(progress.accepted, progress.executions),
      progress.disagreements, findings);
}

void StatusLine::Show(const FuzzPlan& plan, const RunProgress& progress, size_t findings) {
  const std::string text = StatusText(plan, progress, findings);
  if (isatty(STDERR_FILENO) != 0) {
    fmt::print(stderr, "\r\x1b[K{}", text);
    shown_ = true;
  } else if (progress.seconds - printed_ >= kSecondsBetweenLines || progress.seconds < printed_) {
    fmt::print(stderr, "{}\n", text);
    printed_ = progress.seconds;
  }
  std::fflush(stderr);
}

void StatusLine::End() {
  if (shown_) fmt::print(stderr, "\n");
  shown_ = false;
}

std::string FuzzSummary(const FuzzReport& report, History& history) {
  const RunProgress& progress = report.progress;
  std::string text = fmt::format(
      "{}: {} executions in {:.0f} s{}\n"
      "  {:.1f}% load to a value, {:.1f}% of the others fail at their last instructions\n"
      "  coverage {}, corpus {} files, {} bytes\n"
      "  {} candidates, {} of them show something; {} new findings, {} without a known reason\n",
      report.target, progress.executions, progress.seconds,
      report.interrupted ? ", interrupted" : "", Percent(progress.accepted, progress.executions),
      Percent(progress.failed_late, progress.executions - progress.accepted), progress.coverage,
      progress.corpus_files, progress.corpus_bytes, report.collected.candidates,
      report.collected.divergent, report.collected.fresh.size(), report.collected.NewUnknown());
  if (report.deaths > 0) text += fmt::format("  {} processes ended by themselves\n", report.deaths);
  for (const auto& [cause, count] : report.counters.poisoned) {
    text += fmt::format("  poisoned: {} x {}\n", count, cause);
  }
  if (report.counters.seconds_in_children > 0) {
    text += fmt::format("  {:.2f}% of the time went to child processes for what can't be taken\n",
                        100 * report.counters.seconds_in_children / report.counters.seconds);
  }
  text += SinceLast(report, history);
  for (const FindingRow& row : report.collected.fresh) {
    text += fmt::format("  new{} {}  {}\n      {}\n", row.known ? "" : ", UNKNOWN:", row.id,
                        row.signature, row.hex);
  }
  return text;
}

}  // namespace pickleproof
