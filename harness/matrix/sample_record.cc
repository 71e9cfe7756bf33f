#include "harness/matrix/sample_record.h"

#include <array>

namespace pickleproof {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kCPython = "cpython-3.11/_pickle/loads";
constexpr std::string_view kPure = "cpython-3.11/pickle.py/loads";

void AddEngines(RunRecord& record) {
  struct Row {
    std::string_view id, name, version, language;
    bool writes;
    int highest;
  };
  constexpr std::array kRows = {
      Row{"pickleproof", "pickleproof", "0.1.0", "C++", true, 5},
      Row{kCPython, "CPython _pickle", "3.11.7", "C", true, 5},
      Row{kPure, "CPython pickle.py", "3.11.7", "Python", true, 5},
      Row{"serde-pickle", "serde-pickle", "1.2.0", "Rust", true, 3},
      Row{"ogorek", "og-rek", "1.2.0", "Go", false, 4},
      Row{"pickleparser", "pickleparser", "0.2.1", "TypeScript", false, 4},
  };
  for (const Row& row : kRows) {
    EngineEntry& engine = EngineOf(record, row.id);
    engine.name = row.name;
    engine.version = row.version;
    engine.language = row.language;
    engine.reads = true;
    engine.writes = row.writes;
    for (int protocol = 0; protocol <= row.highest; ++protocol) {
      engine.protocols_read.push_back(protocol);
      if (row.writes) engine.protocols_written.push_back(protocol);
    }
    engine.smoke_ok = true;
    engine.throughput = {.loads = 40'000,
                         .load_bytes = 9'000'000,
                         .load_seconds = 0.5,
                         .dumps = row.writes ? 12'000U : 0,
                         .dump_bytes = row.writes ? 2'700'000U : 0,
                         .dump_seconds = row.writes ? 0.25 : 0};
  }
  EngineEntry& ogorek = EngineOf(record, "ogorek");
  ogorek.blind_to = {"atom-identity", "set-order"};
  EngineEntry& failed = EngineOf(record, "pickleparser");
  failed.smoke_ok = false;
  failed.smoke_reason = "[1, 'a'] at protocol 2: no answer within 5 s; start it by hand";
  failed.throughput = {};
}

void AddCells(RunRecord& record) {
  for (const EngineEntry& writer : record.engines) {
    for (const int protocol : writer.protocols_written) {
      for (const EngineEntry& reader : record.engines) {
        if (!reader.smoke_ok) continue;
        const bool known = protocol <= reader.protocols_read.back();
        Counts& counts =
            record.cells[{std::string(kGeneratedGroup), writer.id, reader.id, protocol}];
        (known ? counts.agree : counts.unsupported) = 2000;
      }
    }
  }
  const std::string group(kGeneratedGroup);
  Counts& surrogate = record.cells[{group, std::string(kCPython), "serde-pickle", 2}];
  surrogate = {.agree = 1973,
               .differ = 3,
               .explained = 12,
               .both_reject = 4,
               .poisoned = 5,
               .unsupported = 2,
               .skipped = 1};
  record.cells[{group, "pickleproof", "ogorek", 4}] = {.agree = 1998, .differ = 2};
  record.cells[{"numpy", "pickleproof", std::string(kCPython), 4}] = {.agree = 31};
  record.pairs[{"numpy", std::string(kCPython), "pickleproof"}] = {.agree = 31, .both_reject = 2};
  record.pairs[{"numpy", "ogorek", "pickleproof"}] = {
      .agree = 20, .poisoned = 1, .unsupported = 12};
}

Witness Surrogate() {
  Witness witness;
  SetStream(witness, "\x80\x02X\x03\x00\x00\x00\xed\xa0\x80q\x00."sv);
  witness.disassembly =
      "    0: 80 PROTO      2\n    2: X  BINUNICODE '\\ud800'\n   10: q  BINPUT     0\n"
      "   12: .  STOP\n";
  witness.left.graph = "'\\ud800'";
  witness.right.verdict = Verdict::kReject;
  witness.right.error = "bad-encoding at offset 2: </script><!-- & \"invalid\" 'utf-8' sequence";
  witness.path = "$";
  witness.path_left = "'\\ud800'";
  witness.path_right = "rejected";
  witness.reproduce =
      "pickleproof diff --left cpython-3.11/_pickle/loads --right serde-pickle "
      "--hex 8002580300 --protocol 2";
  return witness;
}

Witness TupleKey() {
  Witness witness;
  SetStream(witness, "\x80\x04}\x88K\x01s.", "out/bool-key.pkl");
  witness.disassembly =
      "    0: 80 PROTO      4\n    2: }  EMPTY_DICT\n    3: 88 NEWTRUE\n    4: K  BININT1    1\n"
      "    6: s  SETITEM\n    7: .  STOP\n";
  witness.left.graph = "{True: 1}";
  witness.right.graph = "{1: 1}";
  witness.path = "$.key[0]";
  witness.path_left = "True";
  witness.path_right = "1";
  witness.reproduce = "pickleproof report --seed 7 --only-graph 1234";
  return witness;
}

void AddDifferences(RunRecord& record) {
  const std::string group(kGeneratedGroup);
  const Signature surrogate{"",
                            group,
                            "accept/reject encoding",
                            std::string(kCPython),
                            std::string(kOriginal),
                            "serde-pickle"};
  for (const int size : {40, 13, 29}) {
    const WitnessKey key{static_cast<uint64_t>(size), 2, "seed 7, graph 17"};
    AddDifference(record, surrogate, key, Surrogate);
  }
  const Signature key_type{"", group, "bool/int", "pickleproof", std::string(kOriginal), "ogorek"};
  for (const int graph : {1234, 1301}) {
    const WitnessKey key{8, 4, "seed 7, graph " + std::to_string(graph)};
    AddDifference(record, key_type, key, TupleKey);
  }
  ReasonOf(record, "serde-bytes-are-strings",
           "serde-pickle reads SHORT_BINSTRING as bytes & never as <str>: Python 2 text has no "
           "encoding of its own.",
           "https://github.com/birkenfeld/serde-pickle/issues");
  const Signature known{
      "serde-bytes-are-strings", group,         "bytes/str", std::string(kCPython),
      std::string(kOriginal),    "serde-pickle"};
  for (int i = 0; i < 12; ++i) {
    const WitnessKey key{6, 2, "seed 7, graph " + std::to_string(50 + i)};
    AddDifference(record, known, key, [] {
      Witness witness;
      SetStream(witness,
                "U\x01"
                "a.");
      witness.left.graph = "'a'";
      witness.right.graph = "b'a'";
      witness.path = "$";
      witness.path_left = "'a'";
      witness.path_right = "b'a'";
      return witness;
    });
  }
}

// Two pairs of columns; each way of coming out is there.
void AddSheet(RunRecord& record) {
  Sheet& sheet = SheetOf(record, "picklability");
  sheet.title = "What can be pickled";
  sheet.note = "V by value, R by reference, Xd T dump raises T";
  for (const char* pickler : {"pickle", "dill"}) {
    for (const char* version : {"3.8.18", "3.11.7"}) sheet.columns.push_back({pickler, version});
  }
  using enum SheetVerdict;
  const auto row = [&sheet](const char* id, const char* label, const char* note,
                            std::vector<SheetCell> cells) {
    sheet.rows.push_back({id, label, note, std::move(cells)});
  };
  row("1", "None, True, False", "", std::vector<SheetCell>(4, {"V", kAgree, ""}));
  row("70", "a subclass of <str>", "cases: str, tuple",
      {{"R", kAgree, ""},
       {"R", kAgree, ""},
       {"p4-5: Xl; R", kExplained, "STACK_GLOBAL takes exact str only"},
       {"unavailable", kUnavailable, "no dill"}});
  row("128", "a lambda in a container", "",
      {{"Xd", kAgree, ""},
       {"Xd", kAgree, ""},
       {"n/a", kNotApplicable, "needs Python 3.11"},
       {"D", kDiffer, "expected V\nx(1): 3, not 2"}});
}

}  // namespace

RunRecord SampleRecord() {
  RunRecord record;
  record.tool_version = "0.1.0";
  record.command_line = "pickleproof report --seed 7 --graphs 2000";
  record.seeds = {7};
  record.started = "2026-01-02T03:04:05Z";
  record.ended = "2026-01-02T03:05:35Z";
  record.duration_seconds = 90.25;
  record.machine = {"Linux 6.1.0 x86_64", "Example CPU", 2, 8'000'000'000, "clang 19.1.7"};
  record.inputs.graphs = 2000;
  record.inputs.nodes = 81'234;
  record.inputs.streams = 44'000;
  CorpusGroupOf(record, "numpy") = {"numpy", 33, 120'000};
  AddEngines(record);
  AddCells(record);
  AddDifferences(record);
  AddSheet(record);
  return record;
}

}  // namespace pickleproof
