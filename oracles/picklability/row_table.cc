#include "oracles/picklability/row_table.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kKeys = {"pickle", "py", "cloudpickle", "dill",
                                                   "recurse"};

Error Wrong(std::string message) {
  return Error{ErrorCode::kSyntax, kNoOffset, std::move(message)};
}

// The value of the case, else of the row, else nothing.
toml::node_view<const toml::node> Find(const toml::table& row, const toml::table* entry,
                                       std::string_view key) {
  if (entry != nullptr && entry->contains(key)) return (*entry)[key];
  return row[key];
}

Result<void> CheckKeys(const toml::table& table, const std::set<std::string_view>& allowed) {
  for (const auto& [key, value] : table) {
    if (!allowed.contains(key.str())) {
      return std::unexpected(Wrong(fmt::format("no key '{}'", key.str())));
    }
  }
  return {};
}

// `py` follows pickle, cloudpickle follows pickle, dill follows py, or pickle where bytes are only
// loaded (its Unpickler is the C one), recurse follows dill.
Result<void> ReadExpectations(const toml::table& expect, bool load_only, RowCase* out) {
  if (auto keys = CheckKeys(expect, {kKeys.begin(), kKeys.end()}); !keys) return keys;
  constexpr std::array<size_t, 5> kFollows = {0, 0, 0, 1, 3};
  for (size_t i = 0; i < kKeys.size(); ++i) {
    if (const auto text = expect[kKeys[i]].value<std::string>()) {
      Result<Expectation> parsed = Expectation::Parse(*text);
      if (!parsed) return std::unexpected(parsed.error());
      out->expected[i] = *std::move(parsed);
    } else if (i == 0) {
      return std::unexpected(Wrong("expect.pickle is missing"));
    } else {
      out->expected[i] = out->expected[i == 3 && load_only ? 0 : kFollows[i]];
    }
  }
  return {};
}

std::vector<std::string> Texts(toml::node_view<const toml::node> node) {
  std::vector<std::string> texts;
  if (const auto text = node.value<std::string>()) return {*text};
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& item : *array) texts.push_back(item.value_or<std::string>(""));
  }
  return texts;
}

// An expression stands for `obj = expression`.
std::string Source(const std::string& text) {
  const bool statements = text.find('\n') != std::string::npos || text.find("obj =") == 0;
  return statements ? text : "obj = " + text + "\n";
}

Result<RowCase> ReadCase(const toml::table& row, std::string_view name, const toml::node& node) {
  RowCase out;
  out.name = name;
  const toml::table* entry = node.as_table();
  if (entry != nullptr) {
    auto keys = CheckKeys(*entry, {"source", "stream", "check", "probe", "home", "cached", "alone",
                                   "timeout", "protocols", "why", "since", "expect"});
    if (!keys) return std::unexpected(keys.error());
  }
  const std::string source = entry == nullptr ? node.value_or<std::string>("")
                                              : (*entry)["source"].value_or<std::string>("");
  if (!source.empty()) out.source = Source(source);
  out.stream = Find(row, entry, "stream").value_or<std::string>("");
  out.check = Find(row, entry, "check").value_or<std::string>("");
  if (out.source.empty() && out.stream.empty() && out.check.empty()) {
    return std::unexpected(Wrong("a case needs a source, a stream or a check"));
  }
  out.probes = Texts(Find(row, entry, "probe"));
  out.importable = Find(row, entry, "home").value_or<std::string>("main") == "module";
  out.cached = Find(row, entry, "cached").value_or(false);
  out.alone = Find(row, entry, "alone").value_or(false);
  out.timeout = Find(row, entry, "timeout").value_or(10.0);
  out.oldest_minor = Find(row, entry, "since").value_or(8);
  out.inapplicable = Find(row, entry, "why").value_or<std::string>("");
  if (const toml::array* protocols = Find(row, entry, "protocols").as_array()) {
    out.protocols.clear();
    for (const toml::node& item : *protocols) out.protocols.push_back(item.value_or(0));
    if (out.inapplicable.empty()) return std::unexpected(Wrong("protocols need a why"));
  }
  const toml::table* expect = Find(row, entry, "expect").as_table();
  if (expect == nullptr) return std::unexpected(Wrong("expect is missing"));
  auto read = ReadExpectations(*expect, !out.stream.empty(), &out);
  if (!read) return std::unexpected(read.error());
  return out;
}

Result<RowExplanation> ReadExplanation(const toml::table& entry) {
  auto keys = CheckKeys(entry, {"case", "pickler", "when", "treatment", "why"});
  if (!keys) return std::unexpected(keys.error());
  RowExplanation out;
  out.case_name = entry["case"].value_or<std::string>("");
  for (const std::string& name : Texts(entry["pickler"])) {
    const auto key = std::ranges::find(kKeys, name);
    if (key == kKeys.end()) return std::unexpected(Wrong(fmt::format("no pickler '{}'", name)));
    out.picklers.push_back(kTablePicklers[static_cast<size_t>(key - kKeys.begin())]);
  }
  Result<Condition> condition = Condition::Parse(entry["when"].value_or<std::string>(""));
  if (!condition) return std::unexpected(condition.error());
  out.condition = *condition;
  out.treatment = entry["treatment"].value_or<std::string>("");
  out.reason = entry["why"].value_or<std::string>("");
  if (out.treatment.empty() || out.reason.empty()) {
    return std::unexpected(Wrong("an explanation needs a treatment and a why"));
  }
  return out;
}

Result<TableRow> ReadRow(const toml::table& row) {
  auto keys =
      CheckKeys(row, {"id", "kind", "stream", "check", "probe", "home", "cached", "alone",
                      "timeout", "protocols", "why", "since", "expect", "case", "explained"});
  if (!keys) return std::unexpected(keys.error());
  TableRow out;
  out.id = row["id"].value_or(0);
  out.kind = row["kind"].value_or<std::string>("");
  if (out.kind.empty()) return std::unexpected(Wrong("kind is missing"));
  const toml::table* cases = row["case"].as_table();
  if (cases == nullptr || cases->empty()) return std::unexpected(Wrong("a row needs a case"));
  for (const auto& [name, node] : *cases) {
    Result<RowCase> read = ReadCase(row, name.str(), node);
    if (!read) {
      return std::unexpected(Wrong(fmt::format("case {}: {}", name.str(), read.error().message)));
    }
    out.cases.push_back(*std::move(read));
  }
  if (const toml::array* explained = row["explained"].as_array()) {
    for (const toml::node& entry : *explained) {
      if (entry.as_table() == nullptr) return std::unexpected(Wrong("explained holds tables"));
      Result<RowExplanation> read = ReadExplanation(*entry.as_table());
      if (!read) return std::unexpected(read.error());
      out.explanations.push_back(*std::move(read));
    }
  }
  return out;
}

Result<void> ReadFile(const fs::path& path, std::vector<TableRow>* rows) {
  toml::table file;
  try {
    file = toml::parse_file(path.string());
  } catch (const toml::parse_error& error) {
    return Fail(ErrorCode::kSyntax, fmt::format("{}:{}: {}", path.string(),
                                                error.source().begin.line, error.description()));
  }
  const toml::array* entries = file["row"].as_array();
  if (entries == nullptr) return Fail(ErrorCode::kSyntax, path.string() + ": no [[row]]");
  for (const toml::node& node : *entries) {
    Result<TableRow> row = ReadRow(*node.as_table());
    if (!row) {
      return Fail(ErrorCode::kSyntax,
                  fmt::format("{}: row {}: {}", path.string(), (*node.as_table())["id"].value_or(0),
                              row.error().message));
    }
    rows->push_back(*std::move(row));
  }
  return {};
}

}  // namespace

std::string_view Name(TablePickler pickler) {
  switch (pickler) {
    case TablePickler::kPickle: return "pickle";
    case TablePickler::kPicklePy: return "pickle.py";
    case TablePickler::kCloudpickle: return "cloudpickle";
    case TablePickler::kDill: return "dill";
    case TablePickler::kDillRecurse: return "dill-recurse";
  }
  return "";
}

std::optional<TablePickler> TablePicklerNamed(std::string_view name) {
  for (const TablePickler pickler : kTablePicklers) {
    if (Name(pickler) == name) return pickler;
  }
  return std::nullopt;
}

std::string_view GroupOf(TablePickler pickler) {
  switch (pickler) {
    case TablePickler::kPickle:
    case TablePickler::kPicklePy: return "stdlib";
    case TablePickler::kCloudpickle: return "cloudpickle";
    case TablePickler::kDill:
    case TablePickler::kDillRecurse: return "dill";
  }
  return "";
}

Result<std::vector<TableRow>> ReadRows(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  if (problem) return Fail(ErrorCode::kIo, fmt::format("{}: {}", folder, problem.message()));
  std::vector<TableRow> rows;
  for (const fs::path& file : files) {
    if (auto read = ReadFile(file, &rows); !read) return std::unexpected(read.error());
  }
  std::ranges::sort(rows, {}, &TableRow::id);
  const auto twice = std::ranges::adjacent_find(rows, {}, &TableRow::id);
  if (twice != rows.end()) {
    return Fail(ErrorCode::kSyntax, fmt::format("{}: row {} is there twice", folder, twice->id));
  }
  return rows;
}

}  // namespace pickleproof
