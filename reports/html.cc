#include "reports/html.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "reports/assets.h"
#include "reports/summary.h"

namespace pickleproof {
namespace {

// Replaces each {{NAME}} of the template, once: what is put in is not searched again.
std::string Fill(std::string_view page, const std::map<std::string_view, std::string>& values) {
  std::string out;
  while (true) {
    const size_t open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const size_t close = page.find("}}", open);
    PICKLEPROOF_CHECK(close != std::string_view::npos);
    const auto value = values.find(page.substr(open + 2, close - open - 2));
    PICKLEPROOF_CHECK(value != values.end());
    out += value->second;
    page.remove_prefix(close + 2);
  }
}

// Id to short name, as JSON.
std::string Names(const RunRecord& record, const Summary& summary) {
  std::vector<std::string> ids;
  for (const EngineEntry& engine : record.engines) ids.push_back(engine.id);
  for (const auto* list : {&summary.writers, &summary.readers}) {
    for (const std::string& id : *list) {
      if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    }
  }
  const std::vector<std::string> names = ShortNames(ids);
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (size_t i = 0; i < ids.size(); ++i) out[ids[i]] = names[i];
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view MoodClass(const Summary& summary) {
  switch (MoodOf(summary)) {
    case Mood::kYes: return "yes";
    case Mood::kNo: return "no";
    case Mood::kUnknown: return "unknown";
  }
  return "";
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string EscapeJsonForScript(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (const char c : json) {
    // These occur in JSON within strings only.
    switch (c) {
      case '<': out += "\\u003c"; break;
      case '>': out += "\\u003e"; break;
      case '&': out += "\\u0026"; break;
      default: out += c;
    }
  }
  return out;
}

std::string HtmlReport(const RunRecord& record) {
  const Summary summary = Summarize(record);
  const std::string data =
      fmt::format(R"({{"names":{},"record":{}}})", Names(record, summary), ToJson(record, -1));
  return Fill(kPage, {
                         {"QUESTION", EscapeHtml(kQuestion)},
                         {"ANSWER", EscapeHtml(Answer(summary))},
                         {"MOOD", std::string(MoodClass(summary))},
                         {"SCOPE", EscapeHtml(Scope(record, summary))},
                         {"VERSION", EscapeHtml(record.tool_version)},
                         {"STYLE", std::string(kStyle)},
                         {"SCRIPT", std::string(kScript)},
                         {"DATA", EscapeJsonForScript(data)},
                     });
}

}  // namespace pickleproof
