#pragma once
// One source through all writers and readers, into a record. Kept apart from live_campaign.h, which
// knows about many sources and processes.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/matrix/live_campaign.h"
#include "oracles/live/live_server.h"

namespace pickleproof {

class LiveRunner {
 public:
  // Starts a server for each group of picklers; `record` gets what they are. It must outlive the
  // runner.
  LiveRunner(const LiveCampaignOptions& options, RunRecord& record);

  // Counts every cell of the source; `reproduce` is the command that runs it again.
  void Run(const Source& source, const std::string& name, const std::string& reproduce);

  // What the runner starts a record with: the engines.
  const RunRecord& engines() const { return engines_; }

 private:
  struct Group {
    std::string name;
    std::unique_ptr<LiveServer> server;
  };
  // A stream to be read: by whom, in which group, and the bytes that go there.
  struct Read {
    std::string reader;
    size_t group;
    std::string bytes;
  };
  struct Written {
    std::string writer;
    size_t group;
    int protocol;
    LiveStream stream;
  };

  LiveServer* ServerOf(std::string_view group);
  std::vector<std::string> ReadersOf(const Written& written) const;
  Result<LiveOutcome> ReadOne(const Source& source, const std::vector<std::string>& expected,
                              const Written& written, const std::string& reader);
  Result<LiveOutcome> ReadBytes(const Source& source, const std::vector<std::string>& expected,
                                std::string_view group, const std::string& reader,
                                const std::string& bytes);
  void Count(const Source& source, const Written& written, const std::string& reader,
             const LiveOutcome& outcome);
  void Add(const LiveCell& cell, const Written& written, std::string_view explained_by,
           const std::string& what);

  const LiveCampaignOptions& options_;
  RunRecord& record_;
  RunRecord engines_;
  std::vector<Group> groups_;
  // Of the source at hand: what was read already, by group, reader and stream.
  std::map<std::pair<std::string, std::string>, LiveOutcome> read_;
  std::string name_, reproduce_;
};

}  // namespace pickleproof
