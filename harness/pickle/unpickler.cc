#include "harness/pickle/unpickler.h"

#include "harness/pickle/graph_world.h"
#include "harness/pickle/machine.h"

namespace pickleproof {

template class Machine<GraphWorld>;

struct Unpickler::Impl {
  explicit Impl(LoadOptions load_options)
      : options(std::move(load_options)), world(graph, options), machine(world, options) {
    graph.SetLimits(options.limits.nodes, options.limits.edges);
  }

  LoadOptions options;
  Graph graph;
  GraphWorld world;
  Machine<GraphWorld> machine;
};

Unpickler::Unpickler(LoadOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Unpickler::Unpickler(Unpickler&&) noexcept = default;
Unpickler& Unpickler::operator=(Unpickler&&) noexcept = default;
Unpickler::~Unpickler() = default;

Unpickler::Loaded Unpickler::Load(std::string_view data) {
  impl_->world.Begin();
  Loaded loaded{.verdict = impl_->machine.Load(data), .consumed = 0, .error = std::nullopt};
  loaded.consumed = impl_->machine.consumed();
  if (loaded.verdict != Verdict::kAccept) {
    loaded.error = impl_->machine.error();
    return loaded;
  }
  impl_->graph.set_root(impl_->machine.value());
  if (!impl_->world.Finish(impl_->machine.value())) {
    loaded.verdict = Verdict::kOutOfMemory;
    loaded.error = impl_->world.error();
  }
  return loaded;
}

void Unpickler::Reset() {
  impl_->machine.ClearMemo();
  impl_->world.Clear();
  impl_->graph.Clear();
}

Graph& Unpickler::graph() { return impl_->graph; }
std::vector<TraceEvent> Unpickler::Trace() const { return impl_->world.Trace(); }
NodeId Unpickler::Memo(uint64_t index) const { return impl_->machine.MemoGet(index); }
size_t Unpickler::MemoryBytes() const {
  return impl_->graph.MemoryBytes() + impl_->machine.MemoryBytes();
}

Outcome Load(std::string_view data, const LoadOptions& options) {
  Unpickler unpickler(options);
  Unpickler::Loaded loaded = unpickler.Load(data);
  Outcome outcome;
  outcome.verdict = loaded.verdict;
  outcome.consumed = loaded.consumed;
  outcome.trace = unpickler.Trace();
  if (loaded.error) {
    outcome.error = std::move(loaded.error);
  } else {
    outcome.graph = std::move(unpickler.graph());
    outcome.graph.OwnText();
  }
  return outcome;
}

}  // namespace pickleproof
