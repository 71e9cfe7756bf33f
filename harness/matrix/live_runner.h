#pragma once
// One source through all writers and readers of one interpreter, into a record. Kept apart from
// live_campaign.h, which knows about many sources and processes.

#include <string>
#include <string_view>
#include <vector>

#include "harness/matrix/live_campaign.h"
#include "harness/matrix/live_cells.h"
#include "harness/matrix/live_groups.h"
#include "harness/matrix/live_reads.h"
#include "oracles/live/live_server.h"

namespace pickleproof {

class LiveRunner {
 public:
  // Starts a server for each group of picklers; `record` gets what they are. It and the options
  // must outlive the runner.
  LiveRunner(const LiveCampaignOptions& options, RunRecord& record);

  // Counts every cell of the source, in the record and in `tally`.
  void Run(const Source& source, const LiveItem& item, LiveTally& tally);

  // What the runner starts a record with: the engines.
  const RunRecord& engines() const { return engines_; }

 private:
  struct Written {
    std::string writer;
    int protocol;
    LiveStream stream;
  };
  // What one reader is to make of a stream.
  struct Asked {
    const Written* written = nullptr;
    std::string reader;
    bool readable = false;  // else `refused` says why not
    size_t read = 0;        // a handle of LiveReads
    LiveOutcome refused;
  };

  bool WriteAll(const Source& source, const LiveItem& item, std::vector<std::string>& expected,
                std::vector<Written>& all);
  std::vector<std::string> ReadersOf(const Written& written) const;
  Asked Plan(const Written& written, const std::string& reader, uint64_t index, LiveReads& reads);

  const LiveCampaignOptions& options_;
  RunRecord& record_;
  RunRecord engines_;
  LiveGroups groups_;
};

}  // namespace pickleproof
