#pragma once
// One source written by each version of Python, and of its libraries, and read by others. Kept
// apart from live_runner.h: here many cells are documented as unsupported, and the question is
// which differ although nothing excuses them, and that a crash of a reader is an outcome.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/matrix/live_campaign.h"
#include "harness/matrix/live_cells.h"
#include "harness/matrix/live_groups.h"
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
    LivePython python;
    std::string name;
    LiveGroups groups;
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
  bool Compared(const LivePython& from, const LivePython& to) const;
  bool TellsNothing(std::string_view writer, const LivePython& from, const LivePython& to) const;
  void ReadIn(const Source& source, const LiveItem& item, int protocol, const Origin& from,
              const Origin& to);

  const LiveCampaignOptions& options_;
  RunRecord& record_;
  RunRecord engines_;
  std::vector<Version> versions_;
};

}  // namespace pickleproof
