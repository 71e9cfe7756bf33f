#include "oracles/explain/explain_run.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "oracles/picklability/child_process.h"

namespace pickleproof {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""s;

constexpr std::array<int, 6> kProtocols = {0, 1, 2, 3, 4, 5};

// A server process of one group of picklers (server.py).
class Server {
 public:
  static Result<Server> Start(std::string_view group, const ExplainOptions& options) {
    std::string path = options.scripts;
    if (!options.own_module.empty()) path += ":" + options.own_module;
    if (const char* own = std::getenv("PYTHONPATH"); own != nullptr && *own != '\0') {
      path += fmt::format(":{}", own);
    }
    // The folder at hand, which python -c puts first, is the user's: nothing of ours is there.
    const std::string program =
        "import sys; sys.path.remove(''); "
        "__import__('explain.server', fromlist=['serve']).serve(*sys.argv[1:])";
    auto process =
        ChildProcess::Start({options.python, "-c", program, std::string(group), options.scripts,
                             options.libraries, options.libraries_first ? "first" : "last"},
                            {"PYTHONPATH=" + path, "PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1",
                             "PYTHONIOENCODING=utf-8"});
    if (!process) return std::unexpected(process.error());
    Server server(*std::move(process), options.timeout);
    auto hello = server.Next();
    if (!hello) return std::unexpected(hello.error());
    server.hello_ = *std::move(hello);
    return server;
  }

  const json& hello() const { return hello_; }

  // The answers to a request, without the last one, which only says that they are all.
  Result<std::vector<json>> Ask(const json& request) {
    if (auto sent = process_.Write(request.dump() + "\n"); !sent) {
      return std::unexpected(sent.error());
    }
    std::vector<json> answers;
    for (;;) {
      auto answer = Next();
      if (!answer) return std::unexpected(answer.error());
      if (answer->contains("done")) return answers;
      answers.push_back(*std::move(answer));
    }
  }

 private:
  Server(ChildProcess process, double timeout)
      : process_(std::move(process)),
        // The server's own limits are shorter: it answers also where the user's code hangs.
        patience_(300s + std::chrono::seconds(static_cast<int64_t>(60 * timeout))) {}

  Result<json> Next() {
    auto line = process_.ReadLine(patience_);
    if (!line) return Fail(ErrorCode::kIo, "Python: " + line.error().message);
    json answer = json::parse(*line, nullptr, false);
    if (!answer.is_object()) return Fail(ErrorCode::kIo, "Python says " + *line);
    return answer;
  }

  ChildProcess process_;
  std::chrono::milliseconds patience_;
  json hello_;
};

json TargetJson(const ExplainTarget& target) {
  if (target.file.empty()) return {{"code", target.code}};
  return {{"file", target.file}, {"name", target.name}, {"main", target.as_main}};
}

ExplainFailure FailureOf(const json& answer) {
  return {answer.value("failure", ""), answer.value("error", "")};
}

// "job" and [[".next", 497], ["[0]", 1]] make "job(.next x 497)[0]".
std::string PathOf(std::string path, const json& labels) {
  for (const json& pair : labels) {
    const auto label = pair.at(0).get<std::string>();
    const auto count = pair.at(1).get<size_t>();
    if (label.empty()) {
      path += fmt::format(" ({} steps) ", count);
    } else if (count <= 3) {
      for (size_t i = 0; i < count; ++i) path += label;
    } else {
      path += fmt::format("({} x {})", label, count);
    }
  }
  return path;
}

FailingPart PartOf(const ExplainTarget& target, const json& found) {
  if (!found.contains("leaf")) return {};
  return {PathOf(target.Label(), found.at("labels")), found.value("leaf", ""),
          found.value("levels", size_t{0}), found.value("error", "")};
}

// The picklers of one group, with what they wrote.
class Group {
 public:
  Group(std::string_view name, const json& hello) : name_(name) {
    for (const json& one : hello.at("picklers")) {
      ExplainPickler pickler;
      pickler.name = one.value("name", "");
      pickler.library = one.value("library", "");
      pickler.version = one.value("version", "");
      for (const int protocol : kProtocols) {
        pickler.cells.emplace_back();
        pickler.cells.back().protocol = protocol;
        pickler.cells.back().dump = {"hangs", "no answer in time"};  // until there is one
      }
      picklers_.push_back(std::move(pickler));
    }
    streams_.resize(picklers_.size() * kProtocols.size());
  }

  // kUsage where there is no object.
  Result<void> Write(Server& server, const ExplainTarget& target, const ExplainOptions& options,
                     ExplainResult* result) {
    auto answers = server.Ask({{"do", "write"},
                               {"target", TargetJson(target)},
                               {"protocols", kProtocols},
                               {"timeout", options.timeout}});
    if (!answers) return std::unexpected(answers.error());
    for (const json& answer : *answers) {
      if (answer.contains("unusable")) return Fail(ErrorCode::kUsage, answer.value("unusable", ""));
      if (answer.contains("object")) result->object = answer.value("object", "");
      if (answer.contains("modules")) AddModules(answer.at("modules"), result);
      if (answer.contains("pickler")) Keep(answer, target);
    }
    return {};
  }

  // Loads each different stream of a pickler once, in the given server's children.
  Result<void> Read(Server& server, const ExplainTarget& target, const ExplainOptions& options) {
    std::vector<std::string> streams;
    for (const std::string& stream : streams_) {
      if (!stream.empty() && std::ranges::find(streams, stream) == streams.end()) {
        streams.push_back(stream);
      }
    }
    json encoded = json::array();
    for (const std::string& stream : streams) encoded.push_back(ToBase64(stream));
    auto answers = server.Ask({{"do", "read"},
                               {"streams", encoded},
                               {"target", TargetJson(target)},
                               {"timeout", options.timeout}});
    if (!answers) return std::unexpected(answers.error());
    if (answers->size() != streams.size()) return Fail(ErrorCode::kIo, "a stream was left out");
    for (size_t i = 0; i < streams_.size(); ++i) {
      if (streams_[i].empty()) continue;
      const auto place = std::ranges::find(streams, streams_[i]) - streams.begin();
      const json& answer = (*answers)[static_cast<size_t>(place)];
      ExplainCell& cell = CellAt(i);
      cell.load = FailureOf(answer);
      cell.loaded = answer.value("loaded", "");
    }
    return {};
  }

  std::string_view name() const { return name_; }
  std::vector<ExplainPickler>& picklers() { return picklers_; }

 private:
  ExplainCell& CellAt(size_t index) {
    return picklers_[index / kProtocols.size()].cells[index % kProtocols.size()];
  }

  void Keep(const json& answer, const ExplainTarget& target) {
    const auto pickler =
        std::ranges::find(picklers_, answer.value("pickler", ""), &ExplainPickler::name);
    if (pickler == picklers_.end()) return;
    if (answer.contains("search")) {
      for (const int protocol : answer.at("protocols").get<std::vector<int>>()) {
        pickler->cells.at(static_cast<size_t>(protocol)).part = PartOf(target, answer.at("search"));
      }
      return;
    }
    ExplainCell& cell = pickler->cells.at(answer.at("protocol").get<size_t>());
    cell.dump = FailureOf(answer);
    auto stream = FromBase64(answer.value("stream", ""));
    if (!cell.written() || !stream) return;
    cell.bytes = stream->size();
    cell.contents = ContentsOf(*stream);
    const auto first = static_cast<size_t>(pickler - picklers_.begin()) * kProtocols.size();
    streams_[first + static_cast<size_t>(cell.protocol)] = *std::move(stream);
  }

  static void AddModules(const json& modules, ExplainResult* result) {
    for (const auto& [name, origin] : modules.items()) {
      result->modules[name] = {origin.value("kind", ""), origin.value("file", ""),
                               origin.value("distribution", ""), origin.value("version", "")};
    }
  }

  std::string name_;
  std::vector<ExplainPickler> picklers_;
  std::vector<std::string> streams_;  // of each pickler at each protocol; "" where there is none
};

ExplainPickler Unavailable(std::string name, std::string why) {
  ExplainPickler pickler;
  pickler.name = std::move(name);
  pickler.unavailable = std::move(why);
  return pickler;
}

// The picklers in the order in which they are shown, also those that were not asked.
void Sort(std::vector<ExplainPickler>* picklers, const std::map<std::string, std::string>& missing,
          const ExplainOptions& options) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "_pickle", "pickle.py",    "pickleproof", "cloudpickle", "pickleproof+cloudpickle",
      "dill",    "dill-recurse", "dill-byref",
  };
  std::vector<ExplainPickler> sorted;
  for (const std::string_view name : kNames) {
    const auto found = std::ranges::find(*picklers, name, &ExplainPickler::name);
    if (found != picklers->end()) {
      sorted.push_back(std::move(*found));
      continue;
    }
    const bool own = name.starts_with("pickleproof") && !options.own_missing.empty();
    const auto why = missing.find(std::string(name));
    std::string reason = why == missing.end() ? "not there" : why->second;
    if (own) reason = options.own_missing;
    sorted.push_back(Unavailable(std::string(name), std::move(reason)));
  }
  *picklers = std::move(sorted);
}

}  // namespace

std::string ExplainTarget::Label() const {
  const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  });
  return plain ? name : "obj";
}

bool ExplainCell::SameBut(const ExplainCell& other) const {
  return dump == other.dump && part == other.part && contents == other.contents &&
         load == other.load && loaded == other.loaded;
}

bool ExplainResult::AnyLoads() const {
  return std::ranges::any_of(picklers, [](const ExplainPickler& pickler) {
    return std::ranges::any_of(pickler.cells, &ExplainCell::loads);
  });
}

Result<ExplainResult> ExplainObject(const ExplainTarget& target, const ExplainOptions& options) {
  ExplainResult result;
  std::map<std::string, std::string> missing;
  std::vector<Server> servers;  // the first one is where dill never is
  // One group after the other: the user's code may not like to run twice at a time.
  for (const std::string_view group : {"plain", "pickleproof", "dill"}) {
    if (group == "pickleproof" && options.own_module.empty()) continue;
    auto server = Server::Start(group, options);
    if (!server) return std::unexpected(server.error());
    servers.push_back(*std::move(server));
    Server& writer = servers.back();
    result.python = writer.hello().value("python", "");
    for (const auto& [pickler, why] : writer.hello().at("missing").items()) {
      missing[pickler] = why.get<std::string>();
    }
    Group picklers(group, writer.hello());
    if (picklers.picklers().empty()) continue;
    if (auto done = picklers.Write(writer, target, options, &result); !done) {
      return std::unexpected(done.error());
    }
    // What dill writes needs dill; all else is read without it.
    Server& reader = group == "dill" ? writer : servers.front();
    if (auto done = picklers.Read(reader, target, options); !done) {
      return std::unexpected(done.error());
    }
    std::ranges::move(picklers.picklers(), std::back_inserter(result.picklers));
  }
  Sort(&result.picklers, missing, options);
  return result;
}

}  // namespace pickleproof
