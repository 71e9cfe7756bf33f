#include "harness/matrix/live_cells.h"

#include <fmt/format.h>

#include "harness/pickle/disassembler.h"
#include "oracles/live/live_loss.h"

namespace pickleproof {
namespace {

std::string TextOf(const Source& source, const LiveOutcome& outcome) {
  std::string text = source.Program();
  for (const ProbeDifference& difference : outcome.differences) {
    text += fmt::format("# {} is {} at the origin\n", source.probes[difference.probe].expression,
                        difference.expected);
  }
  return text;
}

std::string AnswersOf(const Source& source, const LiveOutcome& outcome) {
  std::string text = outcome.error;
  for (const ProbeDifference& difference : outcome.differences) {
    text += fmt::format("{} is {}\n", source.probes[difference.probe].expression, difference.got);
  }
  return text;
}

Verdict VerdictOf(LiveResult result) {
  switch (result) {
    case LiveResult::kSame:
    case LiveResult::kDifferent: return Verdict::kAccept;
    case LiveResult::kDumpRefused:
    case LiveResult::kLoadRefused: return Verdict::kReject;
    case LiveResult::kCrash: return Verdict::kCrash;
    case LiveResult::kHang: return Verdict::kHang;
  }
  return Verdict::kReject;
}

Witness Describe(const WitnessKey& key, const LiveItem& item, const LiveCell& cell,
                 const std::string& what) {
  const LiveOutcome& outcome = *cell.outcome;
  Witness witness;
  witness.key = key;
  SetStream(witness, cell.stream);
  if (!cell.stream.empty()) witness.disassembly = Disassemble(cell.stream);
  witness.left.graph = TextOf(*cell.source, outcome);
  witness.right.verdict = VerdictOf(outcome.result);
  (witness.right.verdict == Verdict::kAccept ? witness.right.graph : witness.right.error) =
      AnswersOf(*cell.source, outcome);
  if (!outcome.differences.empty()) {
    const ProbeDifference& first = outcome.differences.front();
    witness.path = cell.source->probes[first.probe].expression;
    witness.path_left = first.expected;
    witness.path_right = first.got;
  } else {
    witness.path_right = what;
  }
  witness.reproduce = item.reproduce;
  return witness;
}

void Add(RunRecord& record, const std::string& group, const LiveItem& item, const LiveCell& cell,
         std::string_view explained_by, const std::string& what) {
  Signature signature;
  signature.explained_by = explained_by;
  signature.group = group;
  signature.kind = Name(cell.outcome->result);
  signature.writer = cell.writer;
  signature.left = kOriginal;
  signature.right = cell.reader;
  const WitnessKey key{cell.stream.size(), cell.protocol, item.name};
  AddDifference(record, signature, key, [&] { return Describe(key, item, cell, what); });
}

}  // namespace

void CountLive(RunRecord& record, const std::string& group, const LiveItem& item,
               const LiveCell& cell) {
  const LiveOutcome& outcome = *cell.outcome;
  Counts& counts =
      record.cells[{group, std::string(cell.writer), std::string(cell.reader), cell.protocol}];
  if (outcome.result == LiveResult::kSame) {
    ++counts.agree;
    return;
  }
  std::string what = outcome.error;
  const LiveLoss* loss = ExplainLive(cell, &what);
  if (loss == nullptr) {
    ++counts.differ;
    Add(record, group, item, cell, "", what);
    return;
  }
  Reason& reason = ReasonOf(record, loss->name, loss->reason, loss->link);
  // What can't be written is no comparison.
  if (outcome.result == LiveResult::kDumpRefused) {
    ++counts.unsupported;
    ++reason.count;
  } else {
    ++counts.explained;
    Add(record, group, item, cell, loss->name, what);
  }
}

void NoteLiveFailure(RunRecord& record, const std::string& group, const LiveItem& item,
                     const Source& source, const std::string& picklers, const std::string& why) {
  const LiveOutcome outcome{LiveResult::kCrash, why, {}};
  LiveCell cell;
  cell.writer = picklers;
  cell.reader = kNoReader;
  cell.protocol = -1;
  cell.source = &source;
  cell.outcome = &outcome;
  Add(record, group, item, cell, "", why);
}

}  // namespace pickleproof
