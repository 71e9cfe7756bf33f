#pragma once
// For tests: a cell of its own, and which loss explains it.

#include <gtest/gtest.h>

#include <string>

#include "oracles/live/live_loss.h"

namespace pickleproof {

// A cell, by what differs from the usual: a source of one part and one probe with its traits.
struct Case {
  std::string writer = "dill", reader = "dill";
  int protocol = 4;
  SourceTraits traits = {};
  LiveResult result = LiveResult::kDifferent;
  std::string error;  // or what the probe answers
  std::string stream = "a stream";
  bool other_version = false;
  Release wrote = {}, reads = {};
  int minor = 11;
  std::string probe = "x['d1']";
};

// The loss's name, or "".
inline std::string ReasonOf(const Case& one) {
  Source source;
  source.parts.push_back({"root = {}\n", one.traits});
  source.probes.push_back({one.probe, one.traits});
  LiveOutcome outcome{one.result, one.error, {}};
  if (one.result == LiveResult::kDifferent) {
    outcome.error.clear();
    outcome.differences.push_back({0, "'as it was'", one.error});
  }
  LiveCell cell;
  cell.writer = one.writer;
  cell.reader = one.reader;
  cell.protocol = one.protocol;
  cell.source = &source;
  cell.outcome = &outcome;
  cell.stream = one.stream;
  cell.other_version = one.other_version;
  cell.wrote = one.wrote;
  cell.reads = one.reads;
  cell.minor = one.minor;
  std::string unexplained;
  const LiveLoss* loss = ExplainLive(cell, &unexplained);
  EXPECT_EQ(loss == nullptr, !unexplained.empty());
  return loss == nullptr ? "" : std::string(loss->name);
}

}  // namespace pickleproof
