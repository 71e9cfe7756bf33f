#include "oracles/explain/stream_contents.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

#include "harness/graph/graph.h"
#include "harness/pickle/unpickler.h"

namespace pickleproof {
namespace {

enum class Makes : uint8_t { kFunction, kClass, kCode, kModule };

// The functions by which cloudpickle and dill make things anew, and which argument names them; -1
// where the code object does (the first argument).
struct Maker {
  std::string_view module;
  std::string_view name;
  Makes makes;
  int named_by;
};

constexpr std::array kMakers = {
    Maker{"cloudpickle.cloudpickle", "_make_function", Makes::kFunction, -1},
    Maker{"cloudpickle.cloudpickle", "_make_skeleton_class", Makes::kClass, 1},
    Maker{"cloudpickle.cloudpickle", "_make_skeleton_enum", Makes::kClass, 2},
    Maker{"cloudpickle.cloudpickle", "subimport", Makes::kModule, 0},
    Maker{"dill._dill", "_create_function", Makes::kFunction, -1},
    Maker{"dill._dill", "_create_type", Makes::kClass, 1},
    Maker{"dill._dill", "_create_namedtuple", Makes::kClass, 0},
    Maker{"dill._dill", "_create_code", Makes::kCode, 0},
    Maker{"dill._dill", "_import_module", Makes::kModule, 0},
    Maker{"types", "new_class", Makes::kClass, 0},
    Maker{"types", "FunctionType", Makes::kFunction, -1},
    Maker{"types", "CodeType", Makes::kCode, 0},
};

const Maker* MakerOf(const Graph& graph, NodeId id) {
  if (graph.kind(id) != Kind::kObject) return nullptr;
  const NodeId callable = graph.Callable(id);
  if (graph.kind(callable) != Kind::kGlobal) return nullptr;
  const auto found = std::ranges::find_if(kMakers, [&](const Maker& maker) {
    return maker.module == graph.Module(callable) && maker.name == graph.QualifiedName(callable);
  });
  return found == kMakers.end() ? nullptr : &*found;
}

std::span<const NodeId> Arguments(const Graph& graph, NodeId object) {
  return graph.kind(object) == Kind::kObject ? graph.Items(graph.Args(object))
                                             : std::span<const NodeId>();
}

// A code object's arguments are numbers, tuples, bytes and two or three texts: the file, the name
// and, from Python 3.11 on, the qualified name. Those before 3.11 end with a tuple of names.
std::string NameOfCode(const Graph& graph, NodeId code) {
  std::vector<std::string_view> texts;
  for (const NodeId argument : Arguments(graph, code)) {
    if (graph.kind(argument) == Kind::kStr) texts.push_back(graph.Text(argument));
  }
  if (texts.size() < 2) return "?";
  return std::string(texts[std::min<size_t>(texts.size() - 1, 2)]);
}

std::string NameOf(const Graph& graph, const Maker& maker, NodeId object) {
  const std::span<const NodeId> arguments = Arguments(graph, object);
  if (maker.named_by < 0) return arguments.empty() ? "?" : NameOfCode(graph, arguments.front());
  const auto index = static_cast<size_t>(maker.named_by);
  if (index >= arguments.size() || graph.kind(arguments[index]) != Kind::kStr) return "?";
  return std::string(graph.Text(arguments[index]));
}

// Collects values, each once, in the order in which they came.
template <typename T>
class Once {
 public:
  explicit Once(std::vector<T>* list) : list_(list) {}
  void Add(T value) {
    if (seen_.insert(value).second) list_->push_back(std::move(value));
  }

 private:
  std::vector<T>* list_;
  std::set<T> seen_;
};

// cloudpickle looks types of the interpreter up by name: what they make is a call of a call. The
// name of the type, or "".
std::string_view BuiltinTypeOf(const Graph& graph, NodeId id) {
  if (graph.kind(id) != Kind::kObject) return "";
  const std::span<const NodeId> names = Arguments(graph, graph.Callable(id));
  return names.size() == 1 && graph.kind(names[0]) == Kind::kStr ? graph.Text(names[0]) : "";
}

// Looks at what the root reaches, each node once.
void LookAtAll(const Graph& graph, StreamContents* contents) {
  Once<std::string> functions(&contents->functions);
  Once<std::string> classes(&contents->classes);
  Once<std::string> modules(&contents->modules);
  std::vector<bool> seen(graph.size());
  std::vector<NodeId> nodes = {graph.root()};
  seen[graph.root()] = true;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const NodeId id = nodes[i];
    const std::string_view type = BuiltinTypeOf(graph, id);
    contents->bytecode |= type == "CodeType";
    if ((type == "FunctionType" || type == "LambdaType") && !Arguments(graph, id).empty()) {
      functions.Add(NameOfCode(graph, Arguments(graph, id).front()));
    }
    if (const Maker* maker = MakerOf(graph, id)) {
      switch (maker->makes) {
        case Makes::kFunction: functions.Add(NameOf(graph, *maker, id)); break;
        case Makes::kClass: classes.Add(NameOf(graph, *maker, id)); break;
        case Makes::kModule: modules.Add(NameOf(graph, *maker, id)); break;
        case Makes::kCode: contents->bytecode = true; break;
      }
    }
    graph.ForEachChild(id, [&](NodeId child) {
      if (!seen[child]) nodes.push_back(child);
      seen[child] = true;
    });
  }
}

// Whether the object is getattr(x, 'name'), as picklers write dotted names below protocol 4.
bool IsAttribute(const Graph& graph, NodeId id) {
  const NodeId callable = graph.Callable(id);
  if (graph.kind(callable) != Kind::kGlobal || Arguments(graph, id).size() != 2) return false;
  const std::string_view module = graph.Module(callable);
  const std::string_view name = graph.QualifiedName(callable);
  return (module == "builtins" && name == "getattr") ||
         (module == "dill._dill" && name == "_get_attr");
}

// A name, a whole module, or an attribute of either.
bool IsReference(const Graph& graph, NodeId id) {
  for (size_t step = 0; step < graph.size(); ++step) {  // attributes of each other have no end
    if (graph.kind(id) == Kind::kGlobal) return true;
    if (graph.kind(id) != Kind::kObject) return false;
    if (const Maker* maker = MakerOf(graph, id)) return maker->makes == Makes::kModule;
    if (!IsAttribute(graph, id)) return false;
    id = Arguments(graph, id).front();
  }
  return false;
}

}  // namespace

bool IsMachinery(std::string_view module) {
  const std::string_view top = module.substr(0, module.find('.'));
  return top == "builtins" || top == "__builtin__" || top == "copyreg" || top == "_codecs" ||
         top == "cloudpickle" || top == "dill";
}

StreamContents ContentsOf(std::string_view stream) {
  StreamContents contents;
  const Outcome outcome = Load(stream);
  if (outcome.verdict != Verdict::kAccept) {
    contents.unreadable = outcome.error ? ToString(*outcome.error) : Name(outcome.verdict);
  }
  Once<StreamGlobal> globals(&contents.globals);
  for (const TraceEvent& event : outcome.trace) {
    if (event.kind != TraceKind::kGlobal) continue;
    const size_t space = event.target.find(' ');
    globals.Add({event.target.substr(0, space), event.target.substr(space + 1)});
  }
  if (!contents.unreadable.empty()) return contents;
  contents.by_reference = IsReference(outcome.graph, outcome.graph.root());
  LookAtAll(outcome.graph, &contents);
  return contents;
}

}  // namespace pickleproof
