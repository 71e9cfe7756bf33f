#pragma once
// The streams of one source that are to be read, each once by each reader, asked group by group.
// Kept apart from the runners because most streams of a source are equal: what pickle.py writes is
// what _pickle writes, and transcoding changes little.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "oracles/live/live_server.h"

namespace pickleproof {

class LiveReads {
 public:
  // Plans a read; equal ones are one. The handle is good for outcome().
  size_t Add(std::string_view server, std::string_view reader, std::string_view bytes);

  // Reads everything, where `server_of` gives the server of a name, or nullptr. What a server that
  // failed was to read is a crash.
  void Run(const Source& source, const std::vector<std::string>& expected,
           const std::function<LiveServer*(std::string_view)>& server_of);

  const LiveOutcome& outcome(size_t handle) const { return outcomes_[handle]; }

 private:
  // Server, reader and bytes; keys of a map stay where they are.
  std::map<std::tuple<std::string, std::string, std::string>, size_t> reads_;
  std::vector<LiveOutcome> outcomes_;
};

}  // namespace pickleproof
