#pragma once
// One implementation in one configuration, behind one interface: how the harness reaches every
// reader and writer, in process or out of it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/graph/graph.h"
#include "harness/pickle/load_options.h"
#include "harness/pickle/outcome.h"

namespace pickleproof {

// How bytes reach a reader. Part of the engine: CPython's C reader gives different answers for the
// same bytes on different channels.
enum class Channel : uint8_t { kLoads, kBytesIo, kFile };
// "loads", "load-bytesio", "load-file"; for writers "dumps", "dump-bytesio", "dump-file".
std::string_view ReaderName(Channel channel);
std::string_view WriterName(Channel channel);

// What an engine can tell apart. Engines are compared on what both claim.
struct Distinctions {
  bool py2str = true;           // py2 str nodes from bytes
  bool obj_from_reduce = true;  // OBJ and INST from REDUCE or NEWOBJ
  bool set_order = false;       // keeps the order of set members
  bool atom_identity = true;    // identity of immutable values (str, bytes, tuple, frozenset, ...)
};

struct EngineCard {
  std::string id;        // "pickleproof", "cpython-3.11/_pickle/loads"
  std::string name;      // "CPython _pickle"
  std::string version;   // "3.11.7"
  std::string language;  // "C"
  bool reads = false, writes = false;
  std::vector<int> protocols_read, protocols_written;
  Distinctions distinctions;
  // What our own machine must be asked to behave like in order to read as this engine does, where
  // that is known.
  std::optional<Profile> profile;
  Channel channel = Channel::kLoads;
};

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  virtual const EngineCard& card() const = 0;
  // Reads one pickle. Never throws, never runs anything named in the input.
  virtual Outcome Load(std::string_view data, const LoadOptions& options) = 0;
  // Writes graph.root() as this engine writes it. kUnsupported where the engine has no such object.
  virtual Result<std::string> Dump(const Graph& graph, int protocol) = 0;
};

}  // namespace pickleproof
