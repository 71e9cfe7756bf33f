#pragma once
// A Python process that runs sources and reads streams in forked children (server.py). Kept apart
// from the runner, which decides what to ask.

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"
#include "oracles/live/live_outcome.h"
#include "oracles/picklability/child_process.h"

namespace pickleproof {

// What a writer made of a source at one protocol: a stream, or why there is none.
struct LiveStream {
  bool made = false;
  std::string bytes;
  LiveOutcome refused;  // where not made
};

struct LiveWritten {
  std::vector<std::string> expected;  // of each probe, what is answered at the origin
  // By writer; a stream for each protocol that was asked for.
  std::vector<std::pair<std::string, std::vector<LiveStream>>> streams;
};

// A stream to be read; several reads of equal bytes send them once.
struct LiveRead {
  std::string reader;
  std::string_view bytes;
};

struct LiveServerOptions {
  std::string python;   // with the libraries of the group
  std::string scripts;  // the folder of `live` and `picklability`
  std::string modules;  // further folder to import from, may be empty
};

class LiveServer {
 public:
  // Groups are those of picklers.py: "plain", "dill", "pickleproof". kForeign with the reason where
  // a library is missing; kIo where Python can't be started.
  static Result<LiveServer> Start(std::string_view group, const LiveServerOptions& options);

  const std::vector<std::string>& writers() const { return writers_; }
  const std::vector<std::string>& readers() const { return readers_; }
  // Of Python and of the group's library, as text, and of the library alone.
  const std::string& version() const { return version_; }
  const Release& release() const { return release_; }

  // kForeign where the source does not run, with its exception; kIo where the server is gone.
  Result<LiveWritten> Write(const Source& source, const std::vector<int>& protocols);
  // What each pair of reader and stream comes to, compared with the answers of the origin.
  Result<std::vector<LiveOutcome>> Read(const Source& source,
                                        const std::vector<std::string>& expected,
                                        const std::vector<LiveRead>& reads);

 private:
  Result<void> ReadSome(const Source& source, const std::vector<std::string>& expected,
                        std::span<const LiveRead> reads, std::vector<LiveOutcome>* outcomes);

  explicit LiveServer(ChildProcess process) : process_(std::move(process)) {}

  ChildProcess process_;
  std::vector<std::string> writers_, readers_;
  std::string version_;
  Release release_;
};

}  // namespace pickleproof
