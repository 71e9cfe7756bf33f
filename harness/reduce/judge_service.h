#pragma once
// One version of CPython as a program that answers questions about pickles, one JSON object per
// line. Kept apart from its main, which is linked once for each version, and from VersionJudges,
// which asks such programs.
//
//   first line    {"version": "3.9"}, or {"unavailable": "why"} and the end
//   request       {"hex": "4e2e", "signature": "_pickle pickle.py value - INT"}; without a
//                 signature, or with null, everything that differs is looked for
//   answer        {"version": "3.9", "shows": [signatures], "answers": {engine id: answer}}; with a
//                 signature `shows` holds it or nothing
//   else          {"error": "what is wrong with the request"}
//
// Answers are those of finding_report.h. Each pickle is read in a forked child: what ends it is an
// answer and a signature of its own (death.h), and the next request finds everything as it was.

#include <istream>
#include <ostream>
#include <string>

#include "harness/reduce/judge.h"

namespace pickleproof {

class JudgeService {
 public:
  // `judge` reads with the engines of `set`, and both must outlive this.
  JudgeService(const EngineSet& set, Judge& judge, std::string version)
      : set_(set), judge_(judge), version_(std::move(version)) {}

  // The line that answers this request.
  std::string Answer(const std::string& request);

 private:
  std::string Look(const std::string& stream, const std::optional<DivergenceSignature>& wanted);
  std::string ExamineDeath(const std::string& stream,
                           const std::optional<DivergenceSignature>& wanted);

  const EngineSet& set_;
  Judge& judge_;
  std::string version_;
};

// Starts the interpreter and serves until the requests end. The exit status.
int ServeJudge(std::istream& requests, std::ostream& answers);

}  // namespace pickleproof
