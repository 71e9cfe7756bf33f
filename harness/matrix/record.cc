#include "harness/matrix/record.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "harness/base/bytes.h"
#include "harness/base/check.h"

namespace pickleproof {
namespace {

// The entry of `name` in a list sorted by name, made where it isn't there.
template <typename T>
T& Named(std::vector<T>& list, std::string_view name) {
  auto it = std::ranges::lower_bound(list, name, std::less<>(), &T::name);
  if (it == list.end() || it->name != name) {
    T entry;
    entry.name = name;
    it = list.insert(it, std::move(entry));
  }
  return *it;
}

// Cuts `text` at a boundary of UTF-8 and says how much is missing.
void Cut(std::string& text) {
  if (text.size() <= kMaxTextBytes) return;
  size_t end = kMaxTextBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  const size_t missing = text.size() - end;
  text.resize(end);
  text += fmt::format("\n[{} more bytes]", missing);
}

size_t MostOf(std::string_view explained_by) {
  return explained_by.empty() ? kMaxUnexplained : kMaxPerReason;
}

// Before every signature with this explanation.
Signature FirstWith(std::string explained_by) {
  Signature signature;
  signature.explained_by = std::move(explained_by);
  return signature;
}

// Past the last signature with this explanation.
auto EndOf(RunRecord& record, const std::string& explained_by) {
  return record.differences.lower_bound(FirstWith(explained_by + '\0'));
}

// Whether as many signatures with this explanation are kept as may be.
bool IsFull(RunRecord& record, const std::string& explained_by) {
  const auto begin = record.differences.lower_bound(FirstWith(explained_by));
  return static_cast<size_t>(std::distance(begin, EndOf(record, explained_by))) >=
         MostOf(explained_by);
}

// Whether `signature` is among those to keep: where it is new and all places are taken, the last
// one makes room for it, or it is itself the last. The first ones stay, whatever the order in which
// they come, so that one that is there in the end was never dropped before, neither in this record
// nor in one merged into it: its count is exact.
bool MakeRoom(RunRecord& record, const Signature& signature) {
  if (record.differences.contains(signature) || !IsFull(record, signature.explained_by))
    return true;
  const auto last = std::prev(EndOf(record, signature.explained_by));
  if (last->first < signature) return false;
  record.differences.erase(last);
  return true;
}

bool IsEmpty(const RunRecord& record) { return record == RunRecord(); }

// Where two parts disagree about what should be the same, the first in order stands for both, so
// that the order of merging does not show.
template <typename T>
void TakeFirst(T& value, const T& part) {
  if (part != T() && (value == T() || part < value)) value = part;
}

void MergeEngine(RunRecord& record, const EngineEntry& part) {
  const auto known = std::ranges::find(record.engines, part.id, &EngineEntry::id);
  if (known == record.engines.end()) {
    record.engines.push_back(part);
    return;
  }
  known->throughput += part.throughput;
  TakeFirst(known->name, part.name);
  TakeFirst(known->version, part.version);
  TakeFirst(known->language, part.language);
  TakeFirst(known->protocols_read, part.protocols_read);
  TakeFirst(known->protocols_written, part.protocols_written);
  TakeFirst(known->blind_to, part.blind_to);
  known->reads |= part.reads;
  known->writes |= part.writes;
  // One worker where the engine did not start is enough to doubt it.
  if (part.smoke_ok) return;
  if (known->smoke_ok || part.smoke_reason < known->smoke_reason) {
    known->smoke_reason = part.smoke_reason;
  }
  known->smoke_ok = false;
}

void MergeDifferences(RunRecord& record, const RunRecord& part) {
  for (const auto& [signature, difference] : part.differences) {
    if (!MakeRoom(record, signature)) continue;
    const auto [it, added] = record.differences.try_emplace(signature, difference);
    if (added) continue;
    it->second.count += difference.count;
    it->second.protocols.insert(difference.protocols.begin(), difference.protocols.end());
    if (difference.witness.key < it->second.witness.key) it->second.witness = difference.witness;
  }
  record.unexplained_witnesses += part.unexplained_witnesses;
}

void MergeSheets(RunRecord& record, const std::vector<Sheet>& part) {
  for (const Sheet& sheet : part) {
    const auto known = std::ranges::find(record.sheets, sheet.name, &Sheet::name);
    if (known == record.sheets.end()) {
      Named(record.sheets, sheet.name) = sheet;
    } else if (sheet < *known) {
      *known = sheet;
    }
  }
}

void MergeInputs(RunRecord& record, const Inputs& part) {
  record.inputs.graphs += part.graphs;
  record.inputs.nodes += part.nodes;
  record.inputs.streams += part.streams;
  for (const CorpusGroup& group : part.corpus) {
    CorpusGroup& sum = CorpusGroupOf(record, group.name);
    sum.files += group.files;
    sum.bytes += group.bytes;
  }
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  agree += other.agree;
  differ += other.differ;
  explained += other.explained;
  both_reject += other.both_reject;
  poisoned += other.poisoned;
  unsupported += other.unsupported;
  skipped += other.skipped;
  return *this;
}

Throughput& Throughput::operator+=(const Throughput& other) {
  loads += other.loads;
  load_bytes += other.load_bytes;
  load_seconds += other.load_seconds;
  dumps += other.dumps;
  dump_bytes += other.dump_bytes;
  dump_seconds += other.dump_seconds;
  return *this;
}

std::string Id(const Signature& signature) {
  // FNV-1a with a separator that occurs in no part.
  uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&](std::string_view part) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xffU) * 0x100000001b3;
  };
  mix(signature.explained_by);
  mix(signature.group);
  mix(signature.kind);
  mix(signature.writer);
  mix(signature.left);
  mix(signature.right);
  return fmt::format("{:012x}", hash >> 16U);
}

std::string NowUtc() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  const size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, size};
}

EngineEntry& EngineOf(RunRecord& record, std::string_view id) {
  const auto known = std::ranges::find(record.engines, id, &EngineEntry::id);
  if (known != record.engines.end()) return *known;
  EngineEntry& entry = record.engines.emplace_back();
  entry.id = id;
  return entry;
}

CorpusGroup& CorpusGroupOf(RunRecord& record, std::string_view name) {
  return Named(record.inputs.corpus, name);
}

Reason& ReasonOf(RunRecord& record, std::string_view name, std::string_view text,
                 std::string_view link) {
  Reason& reason = Named(record.reasons, name);
  reason.text = text;
  reason.link = link;
  return reason;
}

Sheet& SheetOf(RunRecord& record, std::string_view name) { return Named(record.sheets, name); }

void SetStream(Witness& witness, std::string_view stream, std::string_view path) {
  const bool fits = stream.size() <= kMaxStreamHexBytes;
  witness.stream_hex = fits ? ToHex(stream) : std::string();
  witness.stream_path = path;
}

void AddDifference(RunRecord& record, const Signature& signature, const WitnessKey& key,
                   const std::function<Witness()>& describe) {
  if (signature.explained_by.empty()) {
    ++record.unexplained_witnesses;
  } else {
    ++Named(record.reasons, signature.explained_by).count;
  }
  if (!MakeRoom(record, signature)) return;
  Finding& difference = record.differences[signature];
  if (difference.count++ == 0 || key < difference.witness.key) {
    difference.witness = describe();
    difference.witness.key = key;
    Cut(difference.witness.disassembly);
    Cut(difference.witness.left.graph);
    Cut(difference.witness.right.graph);
  }
  difference.protocols.insert(key.protocol);
}

Result<void> Merge(RunRecord& record, const RunRecord& part) {
  PICKLEPROOF_CHECK(&record != &part);
  if (record.schema != part.schema) {
    return Fail(ErrorCode::kUsage,
                fmt::format("records of schema {} and {} can't be merged: write both again with "
                            "the same version",
                            record.schema, part.schema));
  }
  if (IsEmpty(part)) return {};
  if (IsEmpty(record)) {
    record = part;
    return {};
  }
  TakeFirst(record.tool_version, part.tool_version);
  TakeFirst(record.command_line, part.command_line);
  TakeFirst(record.machine, part.machine);
  record.seeds.insert(part.seeds.begin(), part.seeds.end());
  TakeFirst(record.started, part.started);
  record.ended = std::max(record.ended, part.ended);
  record.duration_seconds = std::max(record.duration_seconds, part.duration_seconds);
  for (const EngineEntry& engine : part.engines) MergeEngine(record, engine);
  MergeInputs(record, part.inputs);
  for (const auto& [key, counts] : part.cells) record.cells[key] += counts;
  for (const auto& [key, counts] : part.pairs) record.pairs[key] += counts;
  for (const Reason& reason : part.reasons) {
    Reason& sum = Named(record.reasons, reason.name);
    sum.count += reason.count;
    TakeFirst(sum.text, reason.text);
    TakeFirst(sum.link, reason.link);
  }
  MergeDifferences(record, part);
  MergeSheets(record, part.sheets);
  return {};
}

bool HasUnexplained(const RunRecord& record) {
  return record.unexplained_witnesses > 0 ||
         std::ranges::any_of(record.sheets,
                             [](const Sheet& sheet) { return CountsOf(sheet).differ > 0; });
}

Counts Total(const RunRecord& record, std::string_view group) {
  Counts sum;
  for (const auto& [key, counts] : record.cells) {
    if (group.empty() || key.group == group) sum += counts;
  }
  return sum;
}

Counts TotalOfPairs(const RunRecord& record, std::string_view group) {
  Counts sum;
  for (const auto& [key, counts] : record.pairs) {
    if (group.empty() || key.group == group) sum += counts;
  }
  return sum;
}

}  // namespace pickleproof
