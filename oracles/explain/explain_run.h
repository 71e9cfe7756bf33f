#pragma once
// One object of a user's through all picklers, and what became of it, as values. Printing is
// explain_text.h's, the command line the verb's.

#include <map>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "oracles/explain/stream_contents.h"

namespace pickleproof {

// What is to be pickled: a name in a file, or the value of a program's last expression.
struct ExplainTarget {
  std::string file;
  std::string name;      // dotted, or an expression over what the file defines
  bool as_main = false;  // the file as the script, not as a module
  std::string code;      // in place of a file

  // How the object is called in paths: its dotted name, else "obj".
  std::string Label() const;
};

// How a dump or a load failed: "raises", "ends the process", "hangs"; "" where it did not.
struct ExplainFailure {
  std::string how;
  std::string message;  // "ValueError: no", or the signal
  friend bool operator==(const ExplainFailure&, const ExplainFailure&) = default;
};

// Where a dump fails. Without a leaf where nobody could find out.
struct FailingPart {
  std::string path;   // "job.callbacks['x'].__closure__[0].cell_contents"
  std::string leaf;   // "_thread.lock object"
  size_t levels = 0;  // steps of the path
  std::string error;  // what the leaf alone raises
  friend bool operator==(const FailingPart&, const FailingPart&) = default;
};

struct ExplainCell {
  int protocol = 0;
  ExplainFailure dump;
  FailingPart part;  // where the dump failed
  size_t bytes = 0;
  StreamContents contents;
  ExplainFailure load;  // in a fresh process without the source
  std::string loaded;   // what came back: "function jobs.worker"

  bool written() const { return dump.how.empty(); }
  bool loads() const { return written() && load.how.empty(); }
  // Whether the protocols alone tell them apart.
  bool SameBut(const ExplainCell& other) const;
};

struct ExplainPickler {
  std::string name;
  std::string library;      // "cloudpickle", "dill", or "" for Python's and this project's own
  std::string version;      // of the library
  std::string unavailable;  // why it was not asked, or ""
  std::vector<ExplainCell> cells;  // one for each protocol, 0 to 5
};

// What a module is where the object comes from.
struct ModuleOrigin {
  std::string kind;  // "python", "source", "distribution", "unknown"
  std::string file;
  std::string distribution;
  std::string version;
};

struct ExplainOptions {
  std::string python;            // the program
  std::string version;           // "3.11.2", of the program
  std::string libraries;         // a folder with cloudpickle and dill, or ""
  bool libraries_first = false;  // whether that goes before what the program has
  std::string scripts;           // the folder of the Python package `explain`
  std::string own_module;        // the folder of the module `pickleproof`, or ""
  std::string own_missing;       // why that is ""
  double timeout = 10;           // seconds for the source, and for each dump and load
};

struct ExplainResult {
  std::string object;  // "function jobs.worker"
  std::string python;
  std::vector<ExplainPickler> picklers;
  std::map<std::string, ModuleOrigin> modules;  // by top-level name

  bool AnyLoads() const;
};

// kUsage, with a message for the user, where there is no such object; kIo where Python can't be
// run. Runs the user's code, in processes of its own.
Result<ExplainResult> ExplainObject(const ExplainTarget& target, const ExplainOptions& options);

}  // namespace pickleproof
