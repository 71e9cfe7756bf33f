#include "harness/python/engines.h"

#include <fmt/format.h>

#include "harness/python/allocation_guard.h"
#include "harness/python/exceptions.h"
#include "harness/python/reader.h"
#include "harness/python/to_graph.h"
#include "harness/python/to_object.h"
#include "harness/python/writer.h"

namespace pickleproof {
namespace {

EngineCard MakeCard(const Interpreter& interpreter, Implementation implementation,
                    Channel channel) {
  const bool c = implementation == Implementation::kC;
  EngineCard card;
  card.id = fmt::format("cpython-3.{}/{}/{}", interpreter.minor(), c ? "_pickle" : "pickle.py",
                        ReaderName(channel));
  card.name = c ? "CPython _pickle" : "CPython pickle.py";
  card.version = interpreter.version();
  card.language = c ? "C" : "Python";
  card.reads = true;
  card.writes = true;
  card.protocols_read = card.protocols_written = {0, 1, 2, 3, 4, 5};
  card.distinctions.py2str = false;
  card.distinctions.obj_from_reduce = false;
  card.distinctions.set_order = false;
  card.distinctions.atom_identity = false;
  card.channel = channel;
  card.profile = Profile::Of(!c                           ? "pickle.py"
                             : channel == Channel::kLoads ? "_pickle"
                                                          : "_pickle/file",
                             interpreter.minor());
  return card;
}

class CPythonEngine final : public Engine {
 public:
  CPythonEngine(Interpreter& interpreter, Implementation implementation, Channel channel)
      : interpreter_(interpreter),
        card_(MakeCard(interpreter, implementation, channel)),
        reader_(interpreter.state(), implementation, channel),
        writer_(interpreter.state(), implementation, channel) {}

  const EngineCard& card() const override { return card_; }

  Outcome Load(std::string_view data, const LoadOptions& options) override {
    Outcome outcome;
    {
      const AllocationCap cap(interpreter_.options().largest_allocation);
      const RawLoad loaded = reader_.Load(data, options, recorder_);
      outcome.consumed = loaded.consumed;
      if (!loaded.value) {
        Reject(options, outcome);
      } else if (auto made = ToGraph(loaded.value.get(), recorder_, outcome.graph); !made) {
        outcome.error = made.error();
        outcome.verdict =
            made.error().code == ErrorCode::kLimit ? Verdict::kOutOfMemory : Verdict::kReject;
      } else {
        outcome.verdict = Verdict::kAccept;
      }
    }
    outcome.trace = recorder_.TakeTrace();
    recorder_.Clear();
    return outcome;
  }

  Result<std::string> Dump(const Graph& graph, int protocol) override {
    const AllocationCap cap(interpreter_.options().largest_allocation);
    BuiltObject built;
    if (auto made = ToObject(graph, interpreter_.state(), built); !made) {
      return std::unexpected(made.error());
    }
    return writer_.Dump(built, protocol);
  }

 private:
  void Reject(const LoadOptions& options, Outcome& outcome) const {
    CaughtException caught = CatchException();
    outcome.verdict = caught.verdict;
    outcome.error = std::move(caught.error);
    if (caught.verdict == Verdict::kOutOfMemory && AllocationCap::Refused() != 0) {
      outcome.detail =
          fmt::format("an allocation of {} bytes was refused", AllocationCap::Refused());
    }
    const bool no_ids = outcome.error->message.find("no persistent_load") != std::string::npos;
    if (no_ids && options.persistent_ids) outcome.verdict = Verdict::kUnsupported;
  }

  Interpreter& interpreter_;
  const EngineCard card_;
  Reader reader_;
  Writer writer_;
  Recorder recorder_{Recorder::Use::kRead};
};

}  // namespace

std::vector<std::unique_ptr<Engine>> MakeCPythonEngines(Interpreter& interpreter) {
  std::vector<std::unique_ptr<Engine>> engines;
  for (const Implementation implementation : {Implementation::kC, Implementation::kPython}) {
    for (const Channel channel : {Channel::kLoads, Channel::kBytesIo, Channel::kFile}) {
      engines.push_back(std::make_unique<CPythonEngine>(interpreter, implementation, channel));
    }
  }
  return engines;
}

}  // namespace pickleproof
