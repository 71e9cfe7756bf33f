#include "harness/cli/report_files.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/inputs.h"
#include "reports/html.h"
#include "reports/junit.h"
#include "reports/markdown.h"
#include "reports/text.h"

namespace pickleproof {
namespace {

size_t TerminalWidth() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 100;
}

}  // namespace

Result<void> MakeReportFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || access(folder.c_str(), W_OK) != 0) {
    return Fail(ErrorCode::kIo, folder + ": can't be written to: " +
                                    (error ? error.message() : std::strerror(errno)));
  }
  return {};
}

Result<void> WriteReportFiles(const RunRecord& record, const std::string& folder) {
  if (auto saved = WriteWhole(folder + "/run.json", ToJson(record)); !saved) return saved;
  if (auto saved = WriteWhole(folder + "/index.html", HtmlReport(record)); !saved) return saved;
  if (auto saved = WriteWhole(folder + "/junit.xml", JunitReport(record)); !saved) return saved;
  return WriteWhole(folder + "/summary.md", MarkdownReport(record));
}

void PrintReport(const RunRecord& record) {
  fmt::print("{}",
             TextReport(record, {.colour = isatty(STDOUT_FILENO) != 0, .width = TerminalWidth()}));
}

}  // namespace pickleproof
