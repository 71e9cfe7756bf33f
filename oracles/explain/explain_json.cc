#include <nlohmann/json.hpp>

#include "oracles/explain/explain_text.h"
#include "oracles/explain/stream_needs.h"

namespace pickleproof {
namespace {

using nlohmann::ordered_json;

ordered_json FailureOf(const ExplainCell& cell) {
  ordered_json failure = {{"how", cell.dump.how}, {"error", cell.dump.message}};
  if (cell.part.leaf.empty()) return failure;
  failure["path"] = cell.part.path;
  failure["leaf"] = cell.part.leaf;
  failure["levels"] = cell.part.levels;
  failure["leaf_error"] = cell.part.error;
  return failure;
}

ordered_json NeedsJson(const StreamNeeds& needs) {
  ordered_json modules = ordered_json::object();
  for (const auto& [name, origin] : needs.modules) {
    modules[name] = {{"kind", origin.kind}};
    if (!origin.file.empty()) modules[name]["file"] = origin.file;
    if (origin.distribution.empty()) continue;
    modules[name]["distribution"] = origin.distribution;
    modules[name]["version"] = origin.version;
  }
  return {{"modules", modules}, {"python", needs.python}};
}

void AddContents(const ExplainCell& cell, const ExplainResult& result, ordered_json* line) {
  const StreamContents& contents = cell.contents;
  ordered_json globals = ordered_json::array();
  for (const StreamGlobal& global : contents.globals) {
    globals.push_back({global.module, global.name});
  }
  (*line)["treatment"] = contents.by_reference ? "reference" : "value";
  if (!contents.unreadable.empty()) (*line)["unreadable"] = contents.unreadable;
  (*line)["by_value"] = {{"functions", contents.functions}, {"classes", contents.classes}};
  (*line)["by_reference"] = ReferencesOf(contents);
  (*line)["globals"] = globals;
  (*line)["needs"] = NeedsJson(NeedsOf(contents, result));
  (*line)["loads"] = cell.loads();
  if (cell.loads()) {
    (*line)["loaded"] = cell.loaded;
  } else {
    (*line)["load_failure"] = {{"how", cell.load.how}, {"error", cell.load.message}};
  }
}

ordered_json LineOf(const ExplainPickler& pickler, const std::vector<const ExplainCell*>& alike,
                    const ExplainResult& result) {
  ordered_json line = {{"pickler", pickler.name}};
  if (!pickler.version.empty()) line["version"] = pickler.version;
  line["interpreter"] = result.python;
  line["protocols"] = ordered_json::array();
  line["bytes"] = ordered_json::array();
  const ExplainCell& first = *alike.front();
  for (const ExplainCell* cell : alike) {
    line["protocols"].push_back(cell->protocol);
    if (first.written()) line["bytes"].push_back(cell->bytes);
  }
  line["written"] = first.written();
  if (first.written()) {
    AddContents(first, result, &line);
  } else {
    line["failure"] = FailureOf(first);
    line["loads"] = false;
  }
  return line;
}

// Bytes that are no UTF-8 may come from names in streams.
std::string Dump(const ordered_json& line) {
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string ExplainJson(const ExplainResult& result) {
  std::string text;
  for (const ExplainPickler& pickler : result.picklers) {
    if (!pickler.unavailable.empty()) {
      text += Dump({{"pickler", pickler.name}, {"unavailable", pickler.unavailable}});
    }
    std::vector<std::vector<const ExplainCell*>> groups;
    for (const ExplainCell& cell : pickler.cells) {
      bool placed = false;
      for (auto& group : groups) {
        if (!placed && group.front()->SameBut(cell)) {
          group.push_back(&cell);
          placed = true;
        }
      }
      if (!placed) groups.push_back({&cell});
    }
    for (const auto& group : groups) text += Dump(LineOf(pickler, group, result));
  }
  return text;
}

}  // namespace pickleproof
