// explain FILE.py:NAME: which picklers take an object of the user's, what their streams need, and
// what it is that can't be pickled.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/verbs.h"
#include "oracles/explain/explain_run.h"
#include "oracles/explain/explain_text.h"
#include "oracles/picklability/environments.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

struct ExplainArguments {
  std::string what;
  std::vector<std::string> code;
  std::string interpreter;
  double timeout = 10;
  bool as_main = false;
  bool verbose = false;
  bool as_json = false;
};

// The name begins behind the first colon before which a file's path is complete.
Result<ExplainTarget> FileTarget(const ExplainArguments& arguments) {
  const std::string& what = arguments.what;
  std::error_code ignored;
  size_t colon = what.find(':');
  for (size_t at = colon; at != std::string::npos; at = what.find(':', at + 1)) {
    if (!fs::is_regular_file(what.substr(0, at), ignored)) continue;
    colon = at;
    break;
  }
  const std::string file = what.substr(0, colon);
  if (!fs::is_regular_file(file, ignored)) {
    return Fail(ErrorCode::kUsage, file + ": no such file; explain takes FILE.py:NAME");
  }
  if (colon == std::string::npos || colon + 1 == what.size()) {
    return Fail(ErrorCode::kUsage, fmt::format("which object? write {}:NAME", file));
  }
  ExplainTarget target;
  target.file = file;
  target.name = what.substr(colon + 1);
  target.as_main = arguments.as_main;
  return target;
}

Result<ExplainTarget> TargetOf(const ExplainArguments& arguments) {
  if (arguments.what.empty() == arguments.code.empty()) {
    return Fail(ErrorCode::kUsage, arguments.what.empty()
                                       ? "no object; give FILE.py:NAME, or -c 'expression'"
                                       : "either FILE.py:NAME or -c, not both");
  }
  if (!arguments.what.empty()) return FileTarget(arguments);
  ExplainTarget target;
  target.code = fmt::format("{}", fmt::join(arguments.code, "\n"));
  return target;
}

// A path, or a version of which the newest is taken; "" is the interpreter that is embedded.
Result<PythonProgram> InterpreterNamed(const std::string& wanted) {
  if (wanted.empty()) return InterpreterAt(EmbeddedPython());
  if (wanted.contains('/')) return InterpreterAt(wanted);
  std::vector<std::string> versions;
  std::vector<PythonProgram> found = FindInterpreters();
  for (const PythonProgram& one : found) {
    if (one.unavailable.empty()) versions.push_back(ToString(one.version));
  }
  const auto newest = std::ranges::find_if(found.rbegin(), found.rend(),
                                           [&](const auto& one) { return IsNamed(one, wanted); });
  if (newest != found.rend()) return *newest;
  return Fail(ErrorCode::kUsage, fmt::format("no Python {} here; there are {}; or give a path",
                                             wanted, fmt::join(versions, ", ")));
}

// An interpreter that the user named keeps its own libraries, and what it lacks comes from the
// environment of its version. The embedded one gets cloudpickle and dill as they are pinned there.
Result<ExplainOptions> OptionsFor(const ExplainArguments& arguments) {
  auto interpreter = InterpreterNamed(arguments.interpreter);
  if (!interpreter) return std::unexpected(interpreter.error());
  if (!interpreter->unavailable.empty()) {
    return Fail(ErrorCode::kUsage, interpreter->path + ": " + interpreter->unavailable);
  }
  std::vector<PythonProgram> one = {*interpreter};
  PrepareEnvironments(&one);
  ExplainOptions options;
  options.python = interpreter->path;
  options.scripts = ScriptsFolder();
  options.timeout = arguments.timeout;
  options.libraries_first = arguments.interpreter.empty();
  if (!one.front().environment_python.empty()) {
    options.libraries = SitePackages(interpreter->version);
  }
  std::error_code ignored;
  options.own_module = ModuleFolder();
  if (fs::canonical(interpreter->path, ignored) != fs::canonical(EmbeddedPython(), ignored)) {
    options.own_module.clear();
    options.own_missing =
        "its module is for the embedded Python only (./pickleproof --python PATH)";
  } else if (options.own_module.empty()) {
    options.own_missing = "builds with sanitizers leave its module out";
  }
  return options;
}

int RunExplain(const ExplainArguments& arguments) {
  const Result<ExplainTarget> target = TargetOf(arguments);
  if (!target) return Refuse(target.error().message);
  const Result<ExplainOptions> options = OptionsFor(arguments);
  if (!options) return Refuse(options.error().message);
  const Result<ExplainResult> result = ExplainObject(*target, *options);
  if (!result) return Refuse(result.error().message);
  fmt::print("{}", arguments.as_json ? ExplainJson(*result)
                                     : ExplainText(*target, *result, arguments.verbose));
  return result->AnyLoads() ? kAgreed : kDisagreed;
}

}  // namespace

void AddExplain(CLI::App& app, int* status) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* explain = app.add_subcommand(
      "explain",
      "Pickle an object of yours with every pickler, at every protocol: which succeed, what their "
      "streams need, and which part it is that fails. THIS RUNS YOUR CODE, once for each of three "
      "groups of picklers, and again what pickling calls; in processes of their own, with a time "
      "limit and 4 GB. Exit status 1 where no stream loads back where the source is not");
  explain->add_option(
      "WHAT", arguments->what,
      "FILE.py:NAME, an object of a file: NAME is dotted, or an expression over what the file "
      "defines. The file is imported as a module of its name, from its folder");
  explain
      ->add_option("-c", arguments->code,
                   "A program whose last statement is the object, run as __main__; several are "
                   "lines of one program")
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  explain->add_flag("--main", arguments->as_main,
                    "Run the file as the script, as 'python FILE.py' does, instead of importing "
                    "it: what it defines is of __main__ then");
  explain->add_option("--interpreter", arguments->interpreter,
                      "A path (a virtual environment's too), or a version such as 3.12, with the "
                      "libraries that it has; default: the Python that is embedded, with the "
                      "cloudpickle and dill that this project tests");
  explain
      ->add_option("--timeout", arguments->timeout,
                   "Seconds for the source, and for each dump and load")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  explain->add_flag("--verbose", arguments->verbose,
                    "All names, sizes, and Python's own modules too");
  explain->add_flag("--json", arguments->as_json,
                    "One JSON object per pickler and group of protocols that come to the same");
  explain->callback([arguments, status] { *status = RunExplain(*arguments); });
}

}  // namespace pickleproof
