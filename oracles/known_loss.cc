#include "oracles/known_loss.h"

#include <bit>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "harness/graph/node_table.h"
#include "harness/pickle/name_mapping.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {
namespace {

using nlohmann::json;

constexpr KnownLoss kNanAsText = {
    "nan-as-text",
    "Protocol 0 writes a float as its repr, and the repr of every NaN is 'nan': its sign and "
    "payload "
    "do not survive. From protocol 1 on they do.",
    "https://docs.python.org/3/library/pickle.html#data-stream-format"};
constexpr KnownLoss kDottedName = {
    "dotted-name-as-getattr",
    "Below protocol 4 there is no opcode for a qualified name with dots; picklers write a call of "
    "getattr on what stands before the last dot, and inert readers leave calls as they are.",
    "https://peps.python.org/pep-3154/#qualname-support"};
constexpr KnownLoss kNameOfPython2 = {
    "name-of-python-2",
    "Below protocol 3 globals are written under the names of Python 2, and some names of Python 3 "
    "share one: builtins.ModuleNotFoundError comes back as builtins.ImportError "
    "(Lib/_compat_pickle.py).",
    "https://docs.python.org/3/library/pickle.html#pickle.Pickler"};

constexpr KnownLoss kObjAsInst = {
    "obj-as-inst",
    "Protocol 0 has no OBJ; an object made by it is written with INST, which names the class.",
    "https://docs.python.org/3/library/pickletools.html"};

constexpr KnownLoss kNoInst = {
    "no-inst",
    "INST names its class in two lines, and readers of a protocol below 4 take no dots in a name; "
    "an object of such a class, or of one that is no global, is written with OBJ, or at protocol "
    "0, "
    "which has no OBJ, with REDUCE.",
    "https://peps.python.org/pep-3154/#qualname-support"};

// Works on the flat node table, where any node can become another without touching the rest.
class Rewriter {
 public:
  Rewriter(const Graph& graph, int protocol, DottedParents parents)
      : table_(json::parse(NodeTableJson(graph))),
        nodes_(table_["nodes"]),
        protocol_(protocol),
        share_parents_(parents == DottedParents::kShared) {}

  std::optional<LossyGraph> Run() {
    LossyGraph result;
    const size_t count = nodes_.size();
    // While the names are whole.
    for (size_t i = 0; i < count; ++i) NoInst(nodes_[i]);
    for (size_t i = 0; share_parents_ && i < count; ++i) {
      if (nodes_[i][0] == "global") globals_.try_emplace({nodes_[i][1], nodes_[i][2]}, i);
    }
    for (size_t i = 0; i < count; ++i) {
      const std::string kind = nodes_[i][0];
      if (protocol_ == 0 && kind == "float") Float(nodes_[i]);
      if (protocol_ == 0 && kind == "object") ObjAsInst(nodes_[i]);
      if (kind != "global") continue;
      if (protocol_ < 4) SplitDottedName(i);
    }
    if (protocol_ < 3) {
      for (json& node : nodes_) {
        if (node[0] == "global") Rename(node);
      }
      for (json& node : nodes_) MergeKeys(node);
    }
    if (losses_.empty()) return std::nullopt;
    auto graph = GraphFromNodeTable(table_);
    if (!graph) return std::nullopt;
    result.graph = std::move(*graph);
    result.losses = std::move(losses_);
    return result;
  }

 private:
  void Note(const KnownLoss& loss) {
    for (const KnownLoss* known : losses_) {
      if (known == &loss) return;
    }
    losses_.push_back(&loss);
  }

  void Float(json& node) {
    const uint64_t bits = std::stoull(node[1].get<std::string>(), nullptr, 16);
    if (!std::isnan(std::bit_cast<double>(bits)) || bits == 0x7ff8000000000000U) return;
    node[1] = "7ff8000000000000";
    Note(kNanAsText);
  }

  void ObjAsInst(json& node) {
    json& object = node[1];
    if (object["how"] != "obj" || nodes_[object["callable"].get<size_t>()][0] != "global") return;
    object["how"] = "inst";
    Note(kObjAsInst);
  }

  void NoInst(json& node) {
    if (node[0] != "object") return;
    json& object = node[1];
    const json& callable = nodes_[object["callable"].get<size_t>()];
    const bool two_lines = object["how"] == "inst" || (object["how"] == "obj" && protocol_ == 0);
    if (!two_lines || (callable[0] == "global" && !IsDotted(callable))) return;
    object["how"] = protocol_ == 0 ? "reduce" : "obj";
    Note(kNoInst);
  }

  static bool IsDotted(const json& node) {
    return node[0] == "global" && node[2].get_ref<const std::string&>().contains('.');
  }

  size_t Add(json node) {
    nodes_.push_back(std::move(node));
    return nodes_.size() - 1;
  }

  // m.A.b.c becomes getattr(getattr(m.A, 'b'), 'c').
  void SplitDottedName(size_t index) {
    if (!IsDotted(nodes_[index])) return;
    const std::string module = nodes_[index][1];
    std::string name = nodes_[index][2];
    json steps = nodes_[index].size() > 3 ? nodes_[index][3] : json::array();
    Note(kDottedName);
    const size_t getattr = Global("builtins", "getattr").first;
    size_t at = index;
    for (size_t dot = name.rfind('.'); dot != std::string::npos; dot = name.rfind('.')) {
      const size_t last = Add({"str", name.substr(dot + 1)});
      name.resize(dot);
      const auto [parent, is_new] = Global(module, name);
      const size_t args = Add(json::array({"tuple", json::array({parent, last})}));
      nodes_[at] = json::array({"object", json{{"how", "reduce"},
                                               {"callable", getattr},
                                               {"args", args},
                                               {"then", std::move(steps)}}});
      steps = json::array();
      at = parent;
      if (!is_new) return;  // split where it came from
    }
  }

  // One of the graph, or of an earlier name, where such are shared; else a new one, and true.
  std::pair<size_t, bool> Global(const std::string& module, const std::string& name) {
    const auto [shared, is_new] = globals_.try_emplace({module, name}, nodes_.size());
    if (share_parents_ && !is_new) return {shared->second, false};
    return {Add({"global", module, name}), true};
  }

  void Rename(json& node) {
    const std::string module = node[1];
    const std::string name = node[2];
    const GlobalName back = ToPython3(ToPython2({module, name}));
    if (back == GlobalName{module, name}) return;
    node[1] = std::string(back.module);
    node[2] = std::string(back.name);
    Note(kNameOfPython2);
  }

  // Keys that have become one name: the first key stays and the last value wins.
  void MergeKeys(json& node) {
    const bool is_dict = node[0] == "dict";
    if (!is_dict && node[0] != "set" && node[0] != "frozenset") return;
    std::map<std::string, size_t> seen;
    json kept = json::array();
    for (json& entry : node[1]) {
      const json& key = nodes_[(is_dict ? entry[0] : entry).get<size_t>()];
      if (key[0] == "global") {
        const auto [first, fresh] = seen.try_emplace(key.dump(), kept.size());
        if (!fresh) {
          if (is_dict) kept[first->second][1] = entry[1];
          continue;
        }
      }
      kept.push_back(std::move(entry));
    }
    node[1] = std::move(kept);
  }

  json table_;
  json& nodes_;
  int protocol_;
  bool share_parents_;
  std::map<std::pair<std::string, std::string>, size_t> globals_;
  std::vector<const KnownLoss*> losses_;
};

}  // namespace

std::vector<const KnownLoss*> AllKnownLosses() {
  return {&kNanAsText, &kDottedName, &kNameOfPython2, &kObjAsInst, &kNoInst};
}

std::optional<LossyGraph> AsItComesBack(const Graph& written, int protocol, DottedParents parents) {
  if (protocol < 0 || protocol > kHighestProtocol) return std::nullopt;
  return Rewriter(written, protocol, parents).Run();
}

}  // namespace pickleproof
