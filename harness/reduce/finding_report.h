#pragma once
// A finding with everything that a person needs to judge it: the reduced input, what every reader
// answers, and texts that are ready to be sent. A value; the folder that it is written to is a
// function of it.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/pickle/outcome.h"
#include "harness/reduce/divergence.h"
#include "harness/reduce/judge.h"
#include "harness/reduce/version_judges.h"

namespace pickleproof {

// An outcome as it is recorded: "accept" and the graph, "reject" and the exception, or the verdict;
// no message, which changes with the patch version of CPython.
std::string RecordedAnswer(const Outcome& outcome);

struct FindingReport {
  Divergence divergence;
  std::string stream;    // reduced
  std::string original;  // as found
  // By engine id: the recorded answer and the line for people.
  struct Answer {
    std::string engine, recorded, brief;
  };
  std::vector<Answer> answers;
  std::vector<TraceEvent> trace;  // the longest of all readers
  // What the other versions of CPython say, and this one again; empty where none was asked.
  std::vector<VersionAnswer> versions;

  std::vector<VersionShow> ShowsIn() const;
  std::string Id() const { return pickleproof::Id(divergence.signature); }
};

// Asks every reader.
FindingReport MakeFindingReport(Judge& judge, Divergence divergence, std::string stream,
                                std::string original);

// Markdown: title, the bytes, the assembly, what each reader answers, how to see it.
std::string IssueText(const FindingReport& report);

// input.pkl, original.pkl, assembly.txt, answers.txt, issue.md and finding.json in `folder`, which
// is made. kIo with the path where that can't be written.
Result<void> WriteFindingFolder(const std::string& folder, const FindingReport& report);

// What finding.json holds, and one line of `findings --json`.
std::string ToJson(const FindingReport& report, int indent);

}  // namespace pickleproof
