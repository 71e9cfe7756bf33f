#pragma once
// What documents say about pickle, cloudpickle and dill, checked on every interpreter: runs the
// Python package of this folder, and puts its answers into one value. Printing is the verb's.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "oracles/picklability/interpreters.h"

namespace pickleproof {

enum class RequirementVerdict {
  kHolds,
  kContradicted,  // the check passes, and the document says otherwise
  kFails,         // the check doesn't pass: a finding
  kUnavailable,   // a library is missing
  kNotCheckable,  // no check is possible
  kElsewhere,     // about Python 2 and not 3, or about 3 and not 2
};
std::string_view Name(RequirementVerdict verdict);

struct Requirement {
  int number = 0;
  std::string sentence;      // in our words
  std::string source;        // document and section
  std::string seed;          // "S3:60", a line of the seed documents; README.md names them
  std::string phrase;        // the words found there
  std::string contradicted;  // what really happens where the document is wrong, or ""
};

struct RequirementCell {
  int number = 0;
  size_t interpreter = 0;  // index into RequirementsResult::interpreters
  RequirementVerdict verdict = RequirementVerdict::kHolds;
  std::string detail;  // what failed, or why there is no check
};

struct RequirementsOptions {
  std::string scripts;                 // folder that holds the Python package requirements
  size_t processes = 1;                // interpreters asked at a time
  std::vector<int> numbers;            // only these; empty for all
  std::string checks;                  // a Python file with other checks, or ""
  std::chrono::seconds patience{120};  // for one check
  std::function<void(const std::string&)> progress = {};  // called from several threads
};

struct RequirementsResult {
  std::vector<PythonProgram> interpreters;  // those that were asked, by version
  std::vector<Requirement> requirements;    // by number
  std::vector<RequirementCell> cells;       // by number, then interpreter; none is missing
  std::vector<std::string> notes;           // who was not asked, and why
  std::vector<std::string> problems;        // who was asked and did not answer to the end

  // What all interpreters together say: fails before contradicted before holds before unavailable,
  // and kElsewhere where nobody was asked.
  RequirementVerdict verdict(int number) const;
  size_t Count(RequirementVerdict verdict) const;  // requirements with this verdict
};

// Asks every CPython from 3.8 on, and Python 2.7 about itself. Without an interpreter that answers,
// `requirements` is empty, and `problems` say why.
RequirementsResult CheckRequirements(std::vector<PythonProgram> interpreters,
                                     const RequirementsOptions& options);

}  // namespace pickleproof
