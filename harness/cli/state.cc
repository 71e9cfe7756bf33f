#include "harness/cli/state.h"

#include <filesystem>

#include "harness/cli/inputs.h"

namespace pickleproof {
namespace {

constexpr size_t kLargestAllocation = size_t{16} << 20;

}  // namespace

void StateArgument::AddTo(CLI::App& verb) {
  verb.add_option("--state", path, "Folder for what is kept between runs")
      ->type_name("DIR")
      ->capture_default_str();
}

Result<std::string> ReadStream(const std::string& input, const std::string& hex,
                               const StateArgument& state) {
  InputArguments arguments;
  if (!input.empty()) arguments.paths.push_back(input);
  if (!hex.empty()) arguments.hex.push_back(hex);
  if (!input.empty() && !hex.empty()) {
    return Fail(ErrorCode::kUsage, "one pickle at a time: an INPUT or --hex BYTES");
  }
  std::error_code ignored;
  if (IsFindingId(input) && !std::filesystem::exists(input, ignored)) {
    const std::string path = state.Folder().FindingInput(input);
    if (!std::filesystem::exists(path, ignored)) {
      return Fail(ErrorCode::kUsage, "no finding " + input + " in " + state.path +
                                         "; ./pickleproof findings lists them");
    }
    arguments.paths = {path};
  }
  const auto inputs = ExpandInputs(arguments);
  if (!inputs) return std::unexpected(inputs.error());
  if (inputs->size() != 1) return Fail(ErrorCode::kUsage, input + ": a folder; name one file");
  return inputs->front().Read();
}

InterpreterOptions InterpreterOfFindings() { return {.largest_allocation = kLargestAllocation}; }

}  // namespace pickleproof
