#include "harness/python/realize.h"

#include <fmt/format.h>

#include "harness/python/to_graph.h"
#include "harness/python/to_object.h"
#include "harness/python/writer.h"

namespace pickleproof {

Result<Graph> Realize(Interpreter& interpreter, const Graph& graph) {
  BuiltObject built;
  if (auto made = ToObject(graph, interpreter.state(), built); !made) {
    return std::unexpected(made.error());
  }
  Graph real;
  if (auto read = ToGraph(built.root.get(), built.recorder, real, &interpreter.state()); !read) {
    return std::unexpected(read.error());
  }
  return real;
}

Result<Written> WriteRealized(Interpreter& interpreter, std::string_view implementation,
                              Channel channel, const Graph& graph, int protocol) {
  if (implementation != "_pickle" && implementation != "pickle.py") {
    return Fail(ErrorCode::kUsage,
                fmt::format("no implementation {}: say _pickle or pickle.py", implementation));
  }
  BuiltObject built;
  if (auto made = ToObject(graph, interpreter.state(), built); !made) {
    return std::unexpected(made.error());
  }
  Writer writer(interpreter.state(),
                implementation == "_pickle" ? Implementation::kC : Implementation::kPython,
                channel);
  auto bytes = writer.Dump(built, protocol);
  if (!bytes) return std::unexpected(bytes.error());
  Written written{.bytes = *std::move(bytes), .graph = {}};
  if (auto read = ToGraph(built.root.get(), built.recorder, written.graph, &interpreter.state());
      !read) {
    return std::unexpected(read.error());
  }
  return written;
}

}  // namespace pickleproof
