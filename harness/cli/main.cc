// The command line: picks a verb and turns every error into one clear line and an exit status.

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/verbs.h"

namespace pickleproof {

int Refuse(std::string_view message) {
  fmt::print(stderr, "pickleproof: {}\n", message);
  return kCouldNotRun;
}

namespace {

// What is wrong with the first word of the command line, or "". CLI11 would only say that a
// subcommand is required.
std::string WrongVerb(const CLI::App& app, int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word.starts_with('-')) return "";
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands({})) {
    if (verb->get_name() == word) return "";
    verbs.push_back(verb->get_name());
  }
  return fmt::format("{}; there are {}",
                     argc > 1 ? fmt::format("no verb '{}'", word) : "a verb is missing",
                     fmt::join(verbs, ", "));
}

// Parses, and runs the chosen verb from within.
int Run(CLI::App& app, int argc, char** argv, const int* status) {
  if (const std::string wrong = WrongVerb(app, argc, argv); !wrong.empty()) return Refuse(wrong);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string verb;
    for (const CLI::App* chosen : app.get_subcommands()) verb = chosen->get_name() + " ";
    return Refuse(fmt::format("{}; type ./pickleproof {}--help", error.what(), verb));
  } catch (const std::exception& error) {
    // fmt::print throws where standard output takes no more.
    return Refuse(error.what());
  }
  return *status;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Do all pickle implementations agree on what these bytes mean, and on how this object "
      "is written?",
      "./pickleproof");
  app.set_version_flag("--version", PICKLEPROOF_VERSION);
  app.require_subcommand(1);
  int status = kAgreed;
  AddReport(app, &status);
  AddCross(app, &status);
  AddLoad(app, &status);
  AddDump(app, &status);
  AddDis(app, &status);
  AddAsm(app, &status);
  AddGen(app, &status);
  AddEngines(app, &status);
  AddRepro(app, &status);
  AddReduce(app, &status);
  AddFindings(app, &status);
  AddPromote(app, &status);
  AddFuzz(app, &status);
  AddNightly(app, &status);
  AddTable(app, &status);
  AddRequirements(app, &status);
  AddExplain(app, &status);
  const int exit_status = Run(app, argc, argv, &status);
  if (std::fflush(stdout) != 0) return Refuse("standard output can't be written");
  return exit_status;
}

}  // namespace
}  // namespace pickleproof

int main(int argc, char** argv) { return pickleproof::Main(argc, argv); }
