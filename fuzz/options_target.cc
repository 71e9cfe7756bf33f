// Question: does what a caller may ask for when reading and writing hold for any bytes?
// Input:    two bytes (options of both), then pickles, one behind the other.
// Oracle:   limits and consumed as in raw_vm, also where a source gives a few bytes at a time; a
//           second reading ends as the first; what the pickles mean, written again with one memo,
//           is read again with one memo, to its last byte.
// Seeds:    fuzz/seeds/load_dump

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "fuzz/extra_counters.h"
#include "fuzz/fuzz_options.h"
#include "fuzz/target.h"
#include "generators/policies.h"
#include "harness/base/check.h"
#include "harness/graph/mix.h"
#include "harness/pickle/graph_world.h"
#include "harness/pickle/machine.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {

// The one in unpickler.cc, so that what is reached here counts as coverage of the same code.
extern template class Machine<GraphWorld>;

namespace {

constexpr size_t kHeader = 2;
constexpr size_t kMostPickles = 8;
constexpr int kMinor = 11;
constexpr std::array kEncodings = {"ASCII", "latin-1", "UTF-8", "bytes", "keep", "cp037"};
constexpr std::array kErrors = {"strict",          "ignore",        "replace",
                                "surrogateescape", "surrogatepass", "backslashreplace"};
// Few enough that every one of them is hit.
constexpr Limits kTightLimits = {
    .bytes = 512, .nodes = 280, .edges = 24, .memo = 4, .steps = 40, .depth = 4};
// From 64 KiB on text is written outside of frames, and room is made for all of it at once.
constexpr size_t kLargeText = size_t{66} << 10U;
constexpr std::array kProfiles = {"_pickle", "_pickle/file", "pickle.py"};

// A number from 0 to below `count`; what is left of `*dice` goes to the next question.
size_t Draw(unsigned* dice, size_t count) {
  const size_t drawn = *dice % count;
  *dice /= static_cast<unsigned>(count);
  return drawn;
}

// A source that gives a few bytes at a time, gives again what was only looked at, and fails in the
// end where it is told to.
class ShortReads final : public ByteSource {
 public:
  ShortReads(std::string_view data, size_t chunk, size_t calls)
      : data_(data), chunk_(chunk), calls_(calls) {}
  std::optional<std::string_view> Read(std::string_view left, uint64_t size) override {
    return Give(left, std::max<uint64_t>(size, chunk_));
  }
  std::optional<std::string_view> ReadCounted(std::string_view left, uint64_t size) override {
    return Give(left, size);
  }
  std::optional<std::string_view> ReadLine(std::string_view left) override {
    const size_t newline = data_.find('\n', at_ - left.size());
    return Give(left, newline - (at_ - left.size()) + (newline == std::string_view::npos ? 0 : 1));
  }

 private:
  std::optional<std::string_view> Give(std::string_view left, uint64_t size) {
    if (calls_-- == 0) return std::nullopt;
    const std::string_view given = data_.substr(at_ - left.size(), size);
    at_ += given.size() - left.size();
    return given;
  }
  std::string_view data_;
  size_t chunk_, calls_, at_ = 0;
};

class OptionsTarget final : public FuzzTarget {
 public:
  explicit OptionsTarget(const TargetContext& context) : context_(context) {
    for (const uint32_t code : {1U, 255U, 65535U, 65536U}) {
      registry_[code] = {"copyreg", fmt::format("name{}", code)};
    }
  }

  void Run(std::string_view input) override {
    if (input.size() < kHeader) return;
    const auto first = static_cast<unsigned char>(input[0]);
    const auto second = static_cast<unsigned char>(input[1]);
    unsigned dice = unsigned{first} << 8U | second;
    LoadOptions load;
    const uint64_t more = MixInto(1, dice);
    load.limits = more % 8 == 0 ? kTightLimits : kFuzzLimits;
    load.encoding = kEncodings[Draw(&dice, kEncodings.size())];
    load.errors = kErrors[Draw(&dice, kErrors.size())];
    load.fix_imports = Draw(&dice, 2) == 0;
    load.persistent_ids = Draw(&dice, 4) != 0;
    load.has_buffers = Draw(&dice, 4) != 0;
    load.buffers = {false, true};
    load.extensions = Draw(&dice, 2) == 0 ? nullptr : &registry_;
    load.profile = *Profile::Of(kProfiles[Draw(&dice, kProfiles.size())], kMinor);
    DumpOptions dump;
    dump.protocol = second % (kHighestProtocol + 1);
    // What has to be refused.
    if (more % 64 == 63) dump.protocol = first % 2 == 0 ? -1 : kHighestProtocol + 1;
    dump.fast = first % 8 == 0;
    dump.fix_imports = load.fix_imports;
    dump.py2_strings = first % 2 == 0;
    dump.extensions = first % 4 < 2 ? load.extensions : nullptr;
    dump.max_digits = first % 16 == 0 ? 20 : 0;
    // What is shared is written out in fast mode, so that a few bytes may become many.
    dump.max_bytes = second % 16 == 0 ? 64 : 1U << 16U;
    dump.max_depth = second % 16 == 1 ? 3 : kFuzzLimits.depth;
    dump.policy = PolicyFromSeed(unsigned{first} << 8U | second);
    dump.policy.defer_calls = (more >> 3U) % 2 == 0;
    dump.policy.make_twice = (more >> 4U) % 2 == 0;
    dump.policy.repeat_steps = (more >> 5U) % 4 == 0;
    dump.policy.forget_escaped = (more >> 7U) % 4 == 0;
    dump.policy.forget_bytearrays = (more >> 9U) % 4 == 0;
    dump.policy.flat_getattr = (more >> 11U) % 2 == 0;
    dump.policy.memoize_persistent = (more >> 12U) % 2 == 0;
    dump.policy.early_tuple2 = (more >> 13U) % 2 == 0;
    if ((more >> 14U) % 16 == 0) dump.policy.batch_size = 0;
    large_ = (more >> 18U) % 512 == 0;  // as much work as hundreds of others
    if (large_) dump.max_bytes = 4 * kLargeText;
    Ask(input, load, dump);
    ReadInParts(input.substr(kHeader), load, 1 + first % 16, second);
  }

 private:
  void Ask(std::string_view input, const LoadOptions& load, const DumpOptions& dump) {
    Unpickler unpickler(load);
    const std::string ending = LoadAll(unpickler, input.substr(kHeader));
    std::vector<NodeId> values = values_;
    Unpickler again(load);
    if (LoadAll(again, input.substr(kHeader)) != ending) {
      Report("again", dump.protocol, input, ending);
    }
    CountEvent(values.size() << 8U | static_cast<unsigned char>(ending.front()));
    if (values.empty()) return;
    context_.tally.Accepted();
    if (large_ && !AddLargeText(unpickler.graph(), values)) return;
    // As a caller does who goes on after an error.
    Pickler pickler(dump);
    std::string written;
    size_t count = 0;
    for (const NodeId value : values) {
      const auto done = pickler.Dump(unpickler.graph(), value, written);
      if (!done) {
        context_.tally.Poisoned(Name(done.error().code));
        continue;
      }
      ++count;
    }
    LoadOptions plain = FuzzLoadOptions();
    plain.encoding = "keep";
    Unpickler reader(plain);
    const std::string read = LoadAll(reader, written);
    if (read.starts_with("limit")) {
      context_.tally.Poisoned("limit");
    } else if (values_.size() != std::min(count, kMostPickles) || !read.starts_with("end")) {
      Report("written", dump.protocol, input, read);
    }
    // And as one who begins anew.
    pickler.ClearMemo();
    written.clear();
    if (!pickler.Dump(unpickler.graph(), values.front(), written)) return;
    const Outcome alone = Load(written, plain);
    if (alone.verdict != Verdict::kAccept && alone.verdict != Verdict::kOutOfMemory) {
      Report("alone", dump.protocol, input, alone.error ? ToString(*alone.error) : "");
    }
  }

  // Puts text of each kind, too large for a frame, behind the last value.
  static bool AddLargeText(Graph& graph, std::vector<NodeId>& values) {
    const std::string text(kLargeText, 'x');
    std::vector<NodeId> items{values.back()};
    for (const Kind kind : {Kind::kStr, Kind::kBytes, Kind::kByteArray}) {
      items.push_back(graph.TextNode(kind, text));
    }
    if (std::ranges::find(items, kNoNode) != items.end()) return false;
    values.back() = graph.Tuple(items);
    return values.back() != kNoNode;
  }

  static void ReadInParts(std::string_view bytes, const LoadOptions& options, size_t chunk,
                          size_t calls) {
    Graph graph;
    graph.SetLimits(options.limits.nodes, options.limits.edges);
    GraphWorld world(graph, options);
    Machine<GraphWorld> machine(world, options);
    world.Begin();
    ShortReads source(bytes, chunk, calls);
    Input input(source);
    machine.Load(input);
    PICKLEPROOF_CHECK(machine.consumed() <= bytes.size());
    PICKLEPROOF_CHECK(graph.size() <= options.limits.nodes);
  }

  // One pickle after the other, until the bytes end or are refused: "end 12", "kMemo 7". Leaves
  // the values in values_.
  std::string LoadAll(Unpickler& unpickler, std::string_view bytes) {
    values_.clear();
    size_t at = 0;
    while (at < bytes.size() && values_.size() < kMostPickles) {
      const Unpickler::Loaded loaded = unpickler.Load(bytes.substr(at));
      PICKLEPROOF_CHECK(loaded.consumed <= bytes.size() - at);
      PICKLEPROOF_CHECK(unpickler.graph().size() <= kFuzzLimits.nodes);
      if (loaded.verdict != Verdict::kAccept) {
        return fmt::format("{} {}", Name(loaded.error->code), at + loaded.error->offset);
      }
      values_.push_back(unpickler.graph().root());
      at += loaded.consumed;
    }
    return fmt::format("end {}", at);
  }

  void Report(std::string_view where, int protocol, std::string_view input,
              const std::string& what) {
    context_.tally.Disagreed();
    context_.candidates.Add(fmt::format("options | {} | protocol {}", where, protocol), input,
                            what);
  }

  TargetContext context_;
  ExtensionRegistry registry_;
  std::vector<NodeId> values_;
  bool large_ = false;
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& context) {
  return std::make_unique<OptionsTarget>(context);
}

}  // namespace pickleproof
