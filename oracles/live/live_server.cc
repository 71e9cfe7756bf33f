#include "oracles/live/live_server.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"

namespace pickleproof {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

// The server's own limits are shorter: it answers also where children hang.
constexpr auto kStartPatience = 60s;
constexpr auto kPatience = 600s;
// In one request: even if all of them hang, the server answers in time.
constexpr size_t kReadsAtOnce = 25;

json Probes(const Source& source) {
  json probes = json::array();
  for (const SourceProbe& probe : source.probes) probes.push_back(probe.expression);
  return probes;
}

// An answer without a result: an exception, a crash or a hang.
LiveOutcome Failure(const json& answer, LiveResult refused) {
  if (answer.contains("hang")) return {LiveResult::kHang, "no answer in time", {}};
  if (answer.contains("crash")) return {LiveResult::kCrash, answer.value("crash", ""), {}};
  return {refused, answer.value("error", "no answer"), {}};
}

LiveStream StreamOf(const json& answer) {
  LiveStream stream;
  if (answer.contains("stream")) {
    auto bytes = FromBase64(answer.value("stream", ""));
    stream.made = bytes.has_value();
    if (bytes) stream.bytes = std::move(*bytes);
  }
  if (!stream.made) stream.refused = Failure(answer, LiveResult::kDumpRefused);
  return stream;
}

LiveOutcome OutcomeOf(const json& answer, const std::vector<std::string>& expected) {
  if (!answer.contains("answers")) return Failure(answer, LiveResult::kLoadRefused);
  LiveOutcome outcome;
  const auto got = answer["answers"].get<std::vector<std::string>>();
  for (size_t i = 0; i < expected.size(); ++i) {
    const std::string answered = i < got.size() ? got[i] : "no answer";
    if (answered != expected[i]) outcome.differences.push_back({i, expected[i], answered});
  }
  if (!outcome.differences.empty()) outcome.result = LiveResult::kDifferent;
  return outcome;
}

// Of "0.3.5.1" the first three numbers.
Release ReleaseOf(const std::string& text) {
  size_t end = 0;
  for (int dots = 0; end < text.size() && (text[end] != '.' || ++dots < 3);) ++end;
  return ParsePythonVersion(text.substr(0, end)).value_or(Release());
}

Result<json> Ask(ChildProcess& process, const json& request) {
  if (auto sent = process.Write(request.dump() + "\n"); !sent) {
    return std::unexpected(sent.error());
  }
  auto line = process.ReadLine(kPatience);
  if (!line) return std::unexpected(line.error());
  json answer = json::parse(*line, nullptr, false);
  if (!answer.is_object()) return Fail(ErrorCode::kIo, "the live server says " + *line);
  return answer;
}

}  // namespace

Result<LiveServer> LiveServer::Start(std::string_view group, const LiveServerOptions& options) {
  const std::string program =
      "__import__('live.server', fromlist=['serve']).serve('" + std::string(group) + "')";
  const std::string path =
      options.modules.empty() ? options.scripts : options.scripts + ":" + options.modules;
  auto process =
      ChildProcess::Start({options.python, "-s", "-c", program},
                          {"PYTHONPATH=" + path, "PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1"});
  if (!process) return std::unexpected(process.error());
  LiveServer server(std::move(*process));
  auto line = server.process_.ReadLine(kStartPatience);
  if (!line) return std::unexpected(line.error());
  const json hello = json::parse(*line, nullptr, false);
  if (!hello.is_object()) return Fail(ErrorCode::kIo, "the live server greets with " + *line);
  if (hello.contains("unavailable")) {
    return Fail(ErrorCode::kForeign, hello.value("unavailable", ""));
  }
  server.writers_ = hello["writers"].get<std::vector<std::string>>();
  server.readers_ = hello["readers"].get<std::vector<std::string>>();
  server.version_ = "Python " + hello.value("python", "");
  for (const auto& [name, version] : hello["versions"].items()) {
    server.version_ += ", " + name + " " + version.get<std::string>();
    server.release_ = ReleaseOf(version.get<std::string>());
  }
  return server;
}

Result<LiveWritten> LiveServer::Write(const Source& source, const std::vector<int>& protocols) {
  auto answer = Ask(process_, {{"do", "write"},
                               {"text", source.Text()},
                               {"root", source.root},
                               {"probes", Probes(source)},
                               {"protocols", protocols},
                               {"writers", writers_}});
  if (!answer) return std::unexpected(answer.error());
  if (answer->contains("unusable")) {
    return Fail(ErrorCode::kForeign, "the source does not run: " + (*answer)["unusable"].dump());
  }
  LiveWritten written;
  written.expected = (*answer)["expected"].get<std::vector<std::string>>();
  for (const std::string& writer : writers_) {
    std::vector<LiveStream> streams;
    for (const json& stream : (*answer)["streams"][writer]) streams.push_back(StreamOf(stream));
    if (streams.size() != protocols.size()) {
      return Fail(ErrorCode::kIo, "the live server left out streams of " + writer);
    }
    written.streams.emplace_back(writer, std::move(streams));
  }
  return written;
}

Result<void> LiveServer::ReadSome(const Source& source, const std::vector<std::string>& expected,
                                  std::span<const LiveRead> reads,
                                  std::vector<LiveOutcome>* outcomes) {
  std::map<std::string_view, size_t> index;
  json streams = json::array();
  json list = json::array();
  for (const LiveRead& read : reads) {
    const auto [found, fresh] = index.try_emplace(read.bytes, streams.size());
    if (fresh) streams.push_back(ToBase64(read.bytes));
    list.push_back({read.reader, found->second});
  }
  auto answer =
      Ask(process_,
          {{"do", "read"}, {"streams", streams}, {"reads", list}, {"probes", Probes(source)}});
  if (!answer) return std::unexpected(answer.error());
  const json& results = (*answer)["results"];
  if (results.size() != reads.size()) {
    return Fail(ErrorCode::kIo, "the live server left out results");
  }
  for (const json& result : results) outcomes->push_back(OutcomeOf(result, expected));
  return {};
}

Result<std::vector<LiveOutcome>> LiveServer::Read(const Source& source,
                                                  const std::vector<std::string>& expected,
                                                  const std::vector<LiveRead>& reads) {
  std::vector<LiveOutcome> outcomes;
  outcomes.reserve(reads.size());
  for (std::span<const LiveRead> rest = reads; !rest.empty();) {
    const std::span<const LiveRead> some = rest.first(std::min(rest.size(), kReadsAtOnce));
    if (auto read = ReadSome(source, expected, some, &outcomes); !read) {
      return std::unexpected(read.error());
    }
    rest = rest.subspan(some.size());
  }
  return outcomes;
}

}  // namespace pickleproof
