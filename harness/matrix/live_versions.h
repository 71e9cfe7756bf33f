#pragma once
// One source written by each version of Python that was found and read by every other. Kept apart
// from live_runner.h: here most cells are documented as unsupported, and the question is which
// differ although nothing excuses them, and that a crash of a reader is an outcome.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/matrix/live_campaign.h"
#include "harness/matrix/live_cells.h"
#include "harness/matrix/live_reads.h"
#include "oracles/live/live_server.h"

namespace pickleproof {

class LiveVersions {
 public:
  // Starts nothing yet. The options and the record must outlive it.
  LiveVersions(const LiveCampaignOptions& options, RunRecord& record)
      : options_(options), record_(record) {}

  // Counts the cells of the source, which every version must take, at one protocol by its index.
  void Run(const Source& source, const LiveItem& item);

  // The engines that were started so far, as a record of nothing else.
  const RunRecord& engines() const { return engines_; }

 private:
  struct Version {
    std::string name;  // "3.9"
    // By group of picklers.
    std::map<std::string, std::unique_ptr<LiveServer>, std::less<>> servers;
  };
  // What one version made of the source.
  struct Origin {
    const Version* version;
    std::vector<std::string> expected;
    std::vector<std::pair<std::string, LiveStream>> streams;  // by writer
  };

  void Start();
  void StartVersion(const LivePython& python);
  std::vector<Origin> WriteAll(const Source& source, const LiveItem& item, int protocol);
  void ReadIn(const Source& source, const LiveItem& item, int protocol, const Origin& from,
              const Origin& to);

  const LiveCampaignOptions& options_;
  RunRecord& record_;
  RunRecord engines_;
  std::vector<Version> versions_;
};

}  // namespace pickleproof
