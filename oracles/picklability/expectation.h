#pragma once
// What the table expects of a cell, by protocol and version of Python. Its own noun because the
// little language in which the table says it is parsed, matched and tested alone.
//
//   "p0-1: Xd TypeError|PicklingError; 3.12+: R; V"
//
// Clauses are parted by ';', the first whose condition holds counts. A condition is words that must
// all hold: protocols p2, p0-1, p2+, versions 3.8, 3.10-3.12, 3.12+, <3.13. Alternatives are parted
// by
// '|'; "Xd A|B" is short for "Xd A|Xd B".

#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "oracles/picklability/interpreters.h"

namespace pickleproof {

// Words that must all hold; no word always holds.
class Condition {
 public:
  // kSyntax where a word is none of the above.
  static Result<Condition> Parse(std::string_view text);
  bool Holds(int protocol, const PythonVersion& version) const;

 private:
  int first_protocol_ = 0;
  int last_protocol_ = 5;
  int first_minor_ = 0;
  int last_minor_ = 1000;
};

class Expectation {
 public:
  static Result<Expectation> Parse(std::string_view text);
  // The allowed treatments; empty where no clause holds.
  std::vector<std::string> At(int protocol, const PythonVersion& version) const;

 private:
  struct Clause {
    Condition condition;
    std::vector<std::string> treatments;
  };
  std::vector<Clause> clauses_;
};

// Whether what was seen is what was expected: equal, or "D", "Xd", "Xl", "hang" or "crash" with
// more behind it where only that was expected.
bool TreatmentMatches(std::string_view expected, std::string_view seen);

}  // namespace pickleproof
