#include "harness/matrix/record.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "harness/matrix/machine.h"
#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

Signature OfKind(std::string kind) { return {"", "generated", std::move(kind), "w", "l", "r"}; }

// A record with one finding per name, each witnessed `times` times by streams of `bytes` bytes.
RunRecord WithFindings(std::initializer_list<const char*> kinds, int times, uint64_t bytes) {
  RunRecord record;
  for (const char* kind : kinds) {
    for (int i = 0; i < times; ++i) {
      AddDifference(record, OfKind(kind), {bytes, i, "source"}, [&] {
        Witness witness;
        witness.path = "$ of " + std::to_string(bytes);
        return witness;
      });
    }
  }
  return record;
}

RunRecord Merged(RunRecord left, const RunRecord& right) {
  EXPECT_TRUE(Merge(left, right).has_value());
  return left;
}

TEST(Counts, SumOverAllWaysOfComingOut) {
  Counts counts{.agree = 1,
                .differ = 2,
                .explained = 4,
                .both_reject = 8,
                .poisoned = 16,
                .unsupported = 32,
                .skipped = 64};
  EXPECT_EQ(counts.Compared(), 15U);
  EXPECT_EQ(counts.Total(), 127U);
  counts += counts;
  EXPECT_EQ(counts.Compared(), 30U);
  EXPECT_EQ(counts.Total(), 254U);
}

TEST(Signature, IdDependsOnEveryPartAndOnWhereTheyEnd) {
  const Signature base{"a", "b", "c", "d", "e", "f"};
  EXPECT_EQ(Id(base).size(), 12U);
  EXPECT_EQ(Id(base), Id(base));
  EXPECT_NE(Id(base), Id({"", "b", "c", "d", "e", "f"}));
  EXPECT_NE(Id(base), Id({"a", "", "c", "d", "e", "f"}));
  EXPECT_NE(Id(base), Id({"a", "b", "", "d", "e", "f"}));
  EXPECT_NE(Id(base), Id({"a", "b", "c", "", "e", "f"}));
  EXPECT_NE(Id(base), Id({"a", "b", "c", "d", "", "f"}));
  EXPECT_NE(Id(base), Id({"a", "b", "c", "d", "e", ""}));
  EXPECT_NE(Id(base), Id({"ab", "", "c", "d", "e", "f"}));
}

TEST(Signature, IdStaysTheSameBetweenVersions) {
  // Links into published reports hang on it.
  EXPECT_EQ(Id({"", "generated", "bool/int", "pickleproof", "original", "ogorek"}), "0b8c8a557f29");
}

TEST(AddDifference, KeepsTheSmallestWitnessAndCountsAll) {
  RunRecord record;
  int described = 0;
  for (const uint64_t bytes : {30U, 10U, 20U, 10U}) {
    AddDifference(record, OfKind("k"), {bytes, 2, "s"}, [&] {
      ++described;
      Witness witness;
      witness.path = std::to_string(bytes);
      return witness;
    });
  }
  ASSERT_EQ(record.differences.size(), 1U);
  const Finding& difference = record.differences.begin()->second;
  EXPECT_EQ(difference.count, 4U);
  EXPECT_EQ(difference.witness.path, "10");
  EXPECT_EQ(difference.witness.key.stream_bytes, 10U);
  EXPECT_EQ(described, 2) << "only smaller witnesses are described";
  EXPECT_EQ(record.unexplained_witnesses, 4U);
}

TEST(AddDifference, CountsExplainedOnesInTheirReason) {
  RunRecord record;
  ReasonOf(record, "known", "because", "https://example.org");
  Signature signature = OfKind("k");
  signature.explained_by = "known";
  AddDifference(record, signature, {1, 0, "s"}, [] { return Witness(); });
  AddDifference(record, signature, {1, 1, "s"}, [] { return Witness(); });
  ASSERT_EQ(record.reasons.size(), 1U);
  EXPECT_EQ(record.reasons[0].count, 2U);
  EXPECT_EQ(record.reasons[0].text, "because");
  EXPECT_EQ(record.unexplained_witnesses, 0U);
  EXPECT_EQ(record.differences.begin()->second.protocols, (std::set<int>{0, 1}));
}

TEST(AddDifference, DropsTheLastSignaturesPastTheCapInEveryOrder) {
  const size_t many = kMaxUnexplained + 40;
  RunRecord forward;
  RunRecord backward;
  const auto add = [](RunRecord& record, size_t i) {
    char name[16];
    snprintf(name, sizeof name, "%06zu", i);
    AddDifference(record, OfKind(name), {i, 0, "s"}, [] { return Witness(); });
  };
  for (size_t i = 0; i < many; ++i) {
    add(forward, i);
    add(backward, many - 1 - i);
  }
  EXPECT_EQ(forward.differences.size(), kMaxUnexplained);
  EXPECT_EQ(forward.unexplained_witnesses, many);
  EXPECT_EQ(forward, backward);
}

TEST(AddDifference, ReasonsTakeNoRoomFromOneAnotherNorFromTheUnexplained) {
  RunRecord record;
  for (const char* reason : {"b", "a", ""}) {
    for (size_t i = 0; i < kMaxPerReason + 5; ++i) {
      Signature signature = OfKind(std::to_string(100 + i));
      signature.explained_by = reason;
      AddDifference(record, signature, {1, 0, "s"}, [] { return Witness(); });
    }
  }
  std::map<std::string, size_t> kept;
  for (const auto& [signature, difference] : record.differences) ++kept[signature.explained_by];
  EXPECT_EQ(kept, (std::map<std::string, size_t>{
                      {"", kMaxPerReason + 5}, {"a", kMaxPerReason}, {"b", kMaxPerReason}}));
  EXPECT_EQ(record.reasons.at(1).count, kMaxPerReason + 5);
}

TEST(AddDifference, CutsLongTextsBetweenCharacters) {
  RunRecord record;
  AddDifference(record, OfKind("k"), {1, 0, "s"}, [] {
    Witness witness;
    witness.disassembly = std::string(kMaxTextBytes - 1, 'x') + "\xc3\xa9tail";
    return witness;
  });
  const std::string& text = record.differences.begin()->second.witness.disassembly;
  EXPECT_EQ(text.substr(kMaxTextBytes - 2), "x\n[6 more bytes]");
}

TEST(SetStream, LeavesLargeStreamsToTheirFile) {
  Witness witness;
  SetStream(witness, "\x80\x04N.");
  EXPECT_EQ(witness.stream_hex, "80044e2e");
  SetStream(witness, std::string(kMaxStreamHexBytes + 1, 'N'), "out/d.pkl");
  EXPECT_EQ(witness.stream_hex, "");
  EXPECT_EQ(witness.stream_path, "out/d.pkl");
}

TEST(Merge, EmptyRecordIsNeutralOnBothSides) {
  const RunRecord sample = SampleRecord();
  EXPECT_EQ(Merged(sample, RunRecord()), sample);
  EXPECT_EQ(Merged(RunRecord(), sample), sample);
}

TEST(Merge, AddsWhatEachPartCounted) {
  const RunRecord sample = SampleRecord();
  const RunRecord both = Merged(sample, sample);
  EXPECT_EQ(Total(both).Total(), 2 * Total(sample).Total());
  EXPECT_EQ(TotalOfPairs(both).agree, 2 * TotalOfPairs(sample).agree);
  EXPECT_EQ(both.inputs.graphs, 2 * sample.inputs.graphs);
  EXPECT_EQ(both.inputs.corpus[0].files, 2 * sample.inputs.corpus[0].files);
  EXPECT_EQ(both.engines[0].throughput.loads, 2 * sample.engines[0].throughput.loads);
  EXPECT_EQ(both.reasons[0].count, 2 * sample.reasons[0].count);
  EXPECT_EQ(both.unexplained_witnesses, 2 * sample.unexplained_witnesses);
  EXPECT_EQ(both.differences.size(), sample.differences.size());
  EXPECT_EQ(both.duration_seconds, sample.duration_seconds);
  EXPECT_EQ(both.engines.size(), sample.engines.size());
}

TEST(Merge, OrderAndGroupingDoNotMatter) {
  RunRecord a = WithFindings({"k1", "k2"}, 2, 30);
  RunRecord b = WithFindings({"k2", "k3"}, 1, 10);
  RunRecord c = WithFindings({"k1"}, 3, 20);
  a.cells[{"generated", "w", "r", 2}].agree = 5;
  b.cells[{"generated", "w", "r", 2}].differ = 1;
  c.cells[{"generated", "w", "r", 3}].poisoned = 1;
  a.started = "2026-01-02T03:04:05Z";
  c.started = "2026-01-01T00:00:00Z";
  a.seeds = {1};
  b.seeds = {2};
  b.command_line = "b";
  c.command_line = "a";
  a.machine.system = "Linux";
  ReasonOf(a, "r1", "one");
  ReasonOf(b, "r1", "another");
  EngineOf(a, "e").smoke_ok = true;
  EngineOf(b, "e").smoke_reason = "hangs";
  EngineOf(c, "e").smoke_reason = "crashes";
  const RunRecord expected = Merged(Merged(a, b), c);
  EXPECT_EQ(Merged(a, Merged(b, c)), expected);
  EXPECT_EQ(Merged(Merged(c, b), a), expected);
  EXPECT_EQ(Merged(b, Merged(c, a)), expected);
  EXPECT_EQ(expected.started, "2026-01-01T00:00:00Z");
  EXPECT_FALSE(expected.engines[0].smoke_ok);
  EXPECT_EQ(expected.engines[0].smoke_reason, "crashes");
  EXPECT_EQ(expected.differences.at(OfKind("k2")).witness.path, "$ of 10");
  EXPECT_EQ(expected.differences.at(OfKind("k1")).count, 5U);
}

TEST(Merge, EqualsAddingToOneRecordAlsoPastTheCap) {
  RunRecord whole;
  RunRecord parts[3];
  for (size_t i = 0; i < 3 * kMaxUnexplained; ++i) {
    const size_t number = i * 7919 % (2 * kMaxUnexplained);  // some of them twice
    char name[16];
    snprintf(name, sizeof name, "%06zu", number);
    for (RunRecord* record : {&whole, &parts[i % 3]}) {
      AddDifference(*record, OfKind(name), {i, 0, "s"}, [] { return Witness(); });
    }
  }
  EXPECT_EQ(Merged(Merged(parts[2], parts[0]), parts[1]), whole);
}

TEST(Merge, OfTwoSheetsWithOneNameTheFirstStaysWhole) {
  const auto with = [](std::string_view name, const char* text) {
    RunRecord record;
    Sheet& sheet = SheetOf(record, name);
    sheet.columns = {{"", "3.11"}};
    sheet.rows = {{"1", "row", "", {{text, SheetVerdict::kAgree, ""}}}};
    return record;
  };
  const RunRecord a = with("b", "x");
  const RunRecord b = with("b", "y");
  const RunRecord c = with("a", "z");
  const RunRecord expected = Merged(Merged(a, b), c);
  EXPECT_EQ(Merged(c, Merged(b, a)), expected);
  EXPECT_EQ(Merged(Merged(b, c), a), expected);
  ASSERT_EQ(expected.sheets.size(), 2U);
  EXPECT_EQ(expected.sheets[0].name, "a");
  EXPECT_EQ(expected.sheets[1].rows.at(0).cells.at(0).text, "x");
}

TEST(HasUnexplained, LooksAtStreamsAndAtSheets) {
  RunRecord record;
  EXPECT_FALSE(HasUnexplained(record));
  Sheet& sheet = SheetOf(record, "s");
  sheet.columns = {{"", "3.11"}};
  sheet.rows = {{"1", "row", "", {{"D", SheetVerdict::kExplained, "known"}}}};
  EXPECT_FALSE(HasUnexplained(record));
  sheet.rows[0].cells[0].verdict = SheetVerdict::kDiffer;
  EXPECT_TRUE(HasUnexplained(record));
  EXPECT_TRUE(HasUnexplained(WithFindings({"k"}, 1, 1)));
}

TEST(Merge, RefusesAnotherSchema) {
  RunRecord record = SampleRecord();
  RunRecord other = SampleRecord();
  other.schema = kRecordSchema + 1;
  const Result<void> merged = Merge(record, other);
  ASSERT_FALSE(merged.has_value());
  EXPECT_EQ(merged.error().code, ErrorCode::kUsage);
  EXPECT_EQ(record, SampleRecord());
}

TEST(Total, IsTakenOfOneGroupOrOfAll) {
  const RunRecord sample = SampleRecord();
  EXPECT_EQ(Total(sample, "numpy").agree, 31U);
  EXPECT_EQ(Total(sample).agree, Total(sample, kGeneratedGroup).agree + 31);
  EXPECT_EQ(TotalOfPairs(sample, "numpy").agree, 51U);
  EXPECT_EQ(TotalOfPairs(sample, "absent").Total(), 0U);
}

TEST(Host, NamesTheSystemButNoHost) {
  const Host machine = ThisMachine();
  EXPECT_FALSE(machine.system.empty());
  EXPECT_GT(machine.cores, 0U);
  EXPECT_FALSE(machine.compiler.empty());
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  for (const std::string& text : {machine.system, machine.processor, machine.compiler}) {
    if (std::string_view(host).size() > 4) {
      EXPECT_EQ(text.find(host), std::string::npos);
    }
  }
}

TEST(NowUtc, IsIso8601) {
  const std::string now = NowUtc();
  ASSERT_EQ(now.size(), 20U);
  EXPECT_EQ(now[10], 'T');
  EXPECT_EQ(now[19], 'Z');
}

}  // namespace
}  // namespace pickleproof
