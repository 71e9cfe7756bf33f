#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/matrix/record.h"
#include "harness/matrix/sample_record.h"

namespace pickleproof {
namespace {

TEST(RecordJson, RoundTrips) {
  for (const RunRecord& record : {SampleRecord(), RunRecord()}) {
    const Result<RunRecord> read = ParseRecord(ToJson(record));
    ASSERT_TRUE(read.has_value()) << ToString(read.error());
    EXPECT_EQ(*read, record);
    EXPECT_EQ(ToJson(*read), ToJson(record));
  }
}

TEST(RecordJson, KeepsSeedsOf64Bits) {
  RunRecord record;
  record.seeds = {~uint64_t{0}, 0};
  const Result<RunRecord> read = ParseRecord(ToJson(record));
  ASSERT_TRUE(read.has_value()) << ToString(read.error());
  EXPECT_EQ(read->seeds, record.seeds);
}

TEST(RecordJson, EveryFieldOfTheSampleIsSomewhereSet) {
  // Otherwise a round trip would not notice a field that is never read.
  const auto json = nlohmann::json::parse(ToJson(SampleRecord()));
  const auto set_somewhere = [](const nlohmann::json& list, const std::string& name) {
    for (const auto& item : list) {
      const auto& value = item.at(name);
      if (!value.empty() && value != 0 && value != "" && value != false) return true;
    }
    return false;
  };
  nlohmann::json witnesses;
  for (const auto& difference : json.at("differences")) {
    witnesses.push_back(difference.at("witness"));
  }
  const std::pair<const char*, nlohmann::json> lists[] = {
      {"engines", json.at("engines")},
      {"cells", json.at("cells")},
      {"reasons", json.at("reasons")},
      {"differences", json.at("differences")},
      {"witnesses", witnesses},
      {"sheets", json.at("sheets")},
      {"columns", json.at("/sheets/0/columns"_json_pointer)},
      {"rows", json.at("/sheets/0/rows"_json_pointer)}};
  for (const auto& [label, list] : lists) {
    for (const auto& [name, value] : list.at(0).items()) {
      EXPECT_TRUE(set_somewhere(list, name)) << label << "[]." << name;
    }
  }
  for (const auto& [name, value] : json.items()) EXPECT_FALSE(value.empty()) << name;
}

TEST(RecordJson, ReplacesWhatIsNoUtf8) {
  RunRecord record;
  record.command_line =
      "a\xff"
      "b";
  const Result<RunRecord> read = ParseRecord(ToJson(record));
  ASSERT_TRUE(read.has_value()) << ToString(read.error());
  EXPECT_EQ(read->command_line,
            "a\xef\xbf\xbd"
            "b");
}

TEST(RecordJson, IgnoresUnknownFieldsAndKeepsDefaultsOfMissingOnes) {
  const Result<RunRecord> read = ParseRecord(R"({"schema": 1, "future": [1, {"a": 2}]})");
  ASSERT_TRUE(read.has_value()) << ToString(read.error());
  EXPECT_EQ(*read, RunRecord());
}

TEST(RecordJson, SaysWhatIsWrongAndWhere) {
  struct Row {
    const char *name, *json, *message;
  };
  const Row rows[] = {
      {"no JSON", "{", "this is no JSON"},
      {"not an object", "[]", "the record must be an object"},
      {"no schema", "{}", "schema is 0"},
      {"future schema", R"({"schema": 2})", "schema is 2; this version reads schema 1"},
      {"huge schema", R"({"schema": 99999999999999999999})", "schema must be an integer"},
      {"text", R"({"schema": 1, "started": 5})", "started must be a string"},
      {"number", R"({"schema": 1, "duration_seconds": "1"})", "duration_seconds must be a number"},
      {"negative count", R"({"schema": 1, "unexplained_witnesses": -1})",
       "unexplained_witnesses must be a non-negative integer"},
      {"list", R"({"schema": 1, "engines": {}})", "engines must be an array"},
      {"flag", R"({"schema": 1, "engines": [{"reads": 1}]})",
       "engines[0].reads must be true or false"},
      {"nested", R"({"schema": 1, "inputs": {"corpus": [{}, {"name": null}]}})",
       "inputs.corpus[1].name must be a string"},
      {"seed as number", R"({"schema": 1, "seeds": [7]})", "seeds[0] must be a string"},
      {"seed with tail", R"({"schema": 1, "seeds": ["7x"]})", "seeds[0] must be a decimal"},
      {"verdict", R"({"schema": 1, "differences": [{"witness": {"left": {"verdict": "ok"}}}]})",
       "differences[0].witness.left.verdict must be the name of a verdict"},
      {"verdict of a cell",
       R"({"schema": 1, "sheets": [{"rows": [{"cells": [{"verdict": "accept"}]}]}]})",
       "sheets[0].rows[0].cells[0].verdict must be the name of a verdict, such as \"agree\""},
      {"cells without columns",
       R"({"schema": 1, "sheets": [{"columns": [{}], "rows": [{"id": "7"}]}]})",
       "sheets[0] must be a sheet with 1 cells in row 7, one per column"},
      {"twice", R"({"schema": 1, "cells": [{"group": "a"}, {"group": "a"}]})",
       "cells[1] must be an entry that is not there already"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const Result<RunRecord> read = ParseRecord(row.json);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::kSyntax);
    EXPECT_NE(read.error().message.find(row.message), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace pickleproof
