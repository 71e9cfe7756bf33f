// dump INPUT: reads pickles and writes them again, at a protocol and by a policy.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/inputs.h"
#include "harness/cli/load_arguments.h"
#include "harness/cli/verbs.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

struct DumpVerb {
  InputArguments inputs;
  LoadArguments load;
  int protocol = 4;
  std::string policy = "_pickle";
  std::string out;
};

Result<std::string> Rewrite(const std::string& bytes, const LoadOptions& options,
                            const DumpOptions& dump) {
  Outcome outcome = Load(bytes, options);
  if (outcome.verdict != Verdict::kAccept) return std::unexpected(*outcome.error);
  return Dump(outcome.graph, dump);
}

// Where each input is written to: -o itself for a single file, else below the folder that -o names,
// under the name relative to the folder that was given.
Result<std::vector<std::string>> OutputPaths(const DumpVerb& verb,
                                             const std::vector<InputFile>& inputs) {
  const auto is_folder = [](const std::string& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
  };
  const bool to_folder = inputs.size() > 1 || is_folder(verb.out) ||
                         std::any_of(verb.inputs.paths.begin(), verb.inputs.paths.end(), is_folder);
  if (!to_folder) return std::vector<std::string>{verb.out};
  if (verb.out.empty() || verb.out == "-") {
    return Fail(ErrorCode::kUsage, "several inputs need a folder to write to; add -o FOLDER");
  }
  std::vector<std::string> paths;
  std::set<std::string> taken;
  for (const InputFile& input : inputs) {
    paths.push_back((fs::path(verb.out) / input.relative()).string());
    if (!taken.insert(paths.back()).second) {
      return Fail(ErrorCode::kUsage,
                  paths.back() + ": two inputs would be written to this file; dump them apart");
    }
  }
  return paths;
}

int RunDump(const DumpVerb& verb) {
  const auto policy = EncodingPolicy::Named(verb.policy);
  if (!policy) {
    return Refuse(fmt::format("no policy '{}'; there are {}", verb.policy,
                              fmt::join(EncodingPolicy::Names(), ", ")));
  }
  const auto options = verb.load.ToOptions();
  if (!options) return Refuse(options.error().message);
  const auto inputs = ExpandInputs(verb.inputs);
  if (!inputs) return Refuse(inputs.error().message);
  const auto paths = OutputPaths(verb, *inputs);
  if (!paths) return Refuse(paths.error().message);
  DumpOptions dump;
  dump.protocol = verb.protocol;
  dump.policy = *policy;
  int status = kAgreed;
  for (size_t i = 0; i < inputs->size(); ++i) {
    const InputFile& input = (*inputs)[i];
    const auto bytes = input.Read();
    if (!bytes) return Refuse(bytes.error().message);
    const auto written = Rewrite(*bytes, *options, dump);
    if (!written) {
      fmt::print(stderr, "{}: {}\n", input.name(), ToString(written.error()));
      status = kDisagreed;
      continue;
    }
    if (auto saved = WriteWhole((*paths)[i], *written); !saved) {
      return Refuse(saved.error().message);
    }
  }
  return status;
}

}  // namespace

void AddDump(CLI::App& app, int* status) {
  auto verb = std::make_shared<DumpVerb>();
  CLI::App* dump = app.add_subcommand(
      "dump", "Read pickles and write them again; exit status 1 where one can't be");
  verb->inputs.AddTo(*dump);
  verb->load.AddTo(*dump);
  dump->add_option("--protocol", verb->protocol, "0 to 5")
      ->check(CLI::Range(0, 5))
      ->capture_default_str();
  dump->add_option("--policy", verb->policy, "How to use the freedom that the protocol leaves")
      ->capture_default_str();
  dump->add_option("-o,--out", verb->out,
                   "File to write, a folder for several inputs; standard output without it");
  dump->callback([verb, status] { *status = RunDump(*verb); });
}

}  // namespace pickleproof
