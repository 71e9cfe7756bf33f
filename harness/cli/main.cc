// The command line: picks a verb and turns every error into one clear line and an exit status.

#include <fmt/format.h>

#include "harness/cli/verbs.h"

namespace pickleproof {

int Refuse(std::string_view message) {
  fmt::print(stderr, "pickleproof: {}\n", message);
  return kCouldNotRun;
}

namespace {

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
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string verb;
    for (const CLI::App* chosen : app.get_subcommands()) verb = chosen->get_name() + " ";
    return Refuse(fmt::format("{}; type ./pickleproof {}--help", error.what(), verb));
  }
  return status;
}

}  // namespace
}  // namespace pickleproof

int main(int argc, char** argv) { return pickleproof::Main(argc, argv); }
