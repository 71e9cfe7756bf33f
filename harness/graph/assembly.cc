#include "harness/graph/assembly.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "harness/graph/big_int.h"

namespace pickleproof {

uint32_t Assembly::Add(const NodeSpec& spec) {
  nodes_.push_back({.spec = spec, .parts = {}});
  return static_cast<uint32_t>(nodes_.size() - 1);
}

void Assembly::Move(uint32_t from, uint32_t to) {
  nodes_[to] = std::exchange(nodes_[from], Node{});
}

Assembly::Run Assembly::AddRun(std::span<const uint32_t> items) {
  const Run run{static_cast<uint32_t>(edges_.size()), static_cast<uint32_t>(items.size())};
  edges_.insert(edges_.end(), items.begin(), items.end());
  return run;
}

void Assembly::SetParts(uint32_t node, std::span<const uint32_t> parts) {
  nodes_[node].parts = AddRun(parts);
}

void Assembly::AddStep(uint32_t node, StepKind kind, std::span<const uint32_t> items) {
  const auto step = static_cast<uint32_t>(steps_.size());
  steps_.push_back({kind, kNoNode, AddRun(items)});
  Node& owner = nodes_[node];
  (owner.first_step == kNoNode ? owner.first_step : steps_[owner.last_step].next) = step;
  owner.last_step = step;
}

// One run of Assemble(): checks, then makes the nodes without their parts, then fills them; keys
// last and inner frozensets first, because keys are hashed by their parts.
class Assembler {
 public:
  explicit Assembler(const Assembly& from) : from_(from), map_(from.size(), kNoNode) {}

  Result<Graph> Run(uint32_t root) {
    if (root >= from_.size()) {
      return Fail(ErrorCode::kSyntax, fmt::format("the root is node {}, but {}", root, Range()));
    }
    const bool done = CheckParts() && OrderByMaking() && DeclareAll() && FillAll() && FillKeys();
    if (!done) return std::unexpected(std::move(error_));
    graph_.set_root(map_[root]);
    return std::move(graph_);
  }

 private:
  bool Refuse(ErrorCode code, uint32_t node, std::string_view message) {
    if (from_.name_by_ == Assembly::NameBy::kNumber) {
      error_ = {code, kNoOffset, fmt::format("node {}: {}", node, message)};
    } else {
      error_ = {code, from_.spec(node).origin, std::string(message)};
    }
    return false;
  }

  bool OutOfRoom(uint32_t node) {
    return Refuse(ErrorCode::kLimit, node, "the graph has no room for it");
  }

  std::string Range() const {
    if (from_.size() == 0) return "there are no nodes; write at least one";
    return fmt::format("the nodes are 0 to {}", from_.size() - 1);
  }

  bool CheckRange(uint32_t node, std::span<const uint32_t> items, std::string_view what) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i] < from_.size()) continue;
      return Refuse(ErrorCode::kSyntax, node,
                    fmt::format("{} {} is node {}, but {}", what, i, items[i], Range()));
    }
    return true;
  }

  bool CheckCount(uint32_t node) {
    const Assembly::Node& entry = from_.nodes_[node];
    const uint32_t count = entry.parts.count;
    switch (entry.spec.kind) {
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kSet:
      case Kind::kFrozenSet: return true;
      case Kind::kDict:
        return count % 2 == 0 || Refuse(ErrorCode::kSyntax, node,
                                        "the last key of the dict has no value; write keys and "
                                        "values in pairs");
      case Kind::kObject:
        if (entry.spec.how == How::kNewObjEx) {
          return count == 3 ||
                 Refuse(ErrorCode::kSyntax, node,
                        "an object made by newobj_ex has a callable, args and kwargs; "
                        "write all three");
        }
        return count == 2 || Refuse(ErrorCode::kSyntax, node,
                                    fmt::format("an object made by {} has a callable and args; "
                                                "write both, and kwargs for newobj_ex only",
                                                Name(entry.spec.how)));
      case Kind::kPersistentId:
        return count == 1 ||
               Refuse(ErrorCode::kSyntax, node, "a persistent id has one value; write it");
      case Kind::kNone:
      case Kind::kBool:
      case Kind::kInt:
      case Kind::kFloat:
      case Kind::kStr:
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str:
      case Kind::kGlobal:
      case Kind::kExtension:
      case Kind::kBuffer:
        return count == 0 ||
               Refuse(ErrorCode::kSyntax, node,
                      fmt::format("a {} has no parts; leave them out", Name(entry.spec.kind)));
    }
    return false;
  }

  bool CheckSteps(uint32_t node) {
    const Assembly::Node& entry = from_.nodes_[node];
    if (entry.first_step != kNoNode && !IsInert(entry.spec.kind)) {
      return Refuse(
          ErrorCode::kSyntax, node,
          fmt::format("a {} has no steps; put its members into it", Name(entry.spec.kind)));
    }
    for (uint32_t s = entry.first_step; s != kNoNode; s = from_.steps_[s].next) {
      const Assembly::Step& step = from_.steps_[s];
      const bool single = step.kind == StepKind::kBuild || step.kind == StepKind::kCall;
      if (single && step.items.count != 1) {
        return Refuse(ErrorCode::kSyntax, node,
                      fmt::format("a {} step has exactly one part", Name(step.kind)));
      }
      if (step.kind == StepKind::kSetItems && step.items.count % 2 != 0) {
        return Refuse(ErrorCode::kSyntax, node,
                      "the last key of a setitems step has no value; write keys and values in "
                      "pairs");
      }
      if (!CheckRange(node, from_.At(step.items), "item of a step")) return false;
    }
    return true;
  }

  bool CheckParts() {
    for (uint32_t node = 0; node < from_.size(); ++node) {
      if (!CheckCount(node) || !CheckRange(node, Parts(node), "part") || !CheckSteps(node)) {
        return false;
      }
    }
    return true;
  }

  std::span<const uint32_t> Parts(uint32_t node) const {
    return from_.At(from_.nodes_[node].parts);
  }

  // Whether the parts must exist before the node does.
  bool NeedsParts(uint32_t node) const {
    const Kind kind = from_.spec(node).kind;
    return kind == Kind::kTuple || kind == Kind::kFrozenSet || kind == Kind::kObject ||
           kind == Kind::kPersistentId;
  }

  // Fills order_ with the nodes that need their parts, parts first.
  bool OrderByMaking() {
    enum : uint8_t { kNew, kOpen, kDone };
    std::vector<uint8_t> state(from_.size(), kNew);
    struct Visit {
      uint32_t node, next;
    };
    std::vector<Visit> stack;
    for (uint32_t start = 0; start < from_.size(); ++start) {
      if (state[start] != kNew || !NeedsParts(start)) continue;
      stack.push_back({start, 0});
      state[start] = kOpen;
      while (!stack.empty()) {
        Visit& top = stack.back();
        const auto parts = Parts(top.node);
        if (top.next == parts.size()) {
          state[top.node] = kDone;
          order_.push_back(top.node);
          stack.pop_back();
          continue;
        }
        const uint32_t part = parts[top.next++];
        if (!NeedsParts(part) || state[part] == kDone) continue;
        if (state[part] == kOpen) {
          return Refuse(ErrorCode::kValue, part,
                        "it is needed to make itself, which no pickle can do; lead the cycle "
                        "through a list, dict, set or step");
        }
        state[part] = kOpen;
        stack.push_back({part, 0});
      }
    }
    return true;
  }

  NodeId DeclareInt(std::string_view decimal) {
    int64_t value = 0;
    const char* begin = decimal.data();
    const char* end = begin + decimal.size();
    const auto [stop, problem] = std::from_chars(begin, end, value);
    if (problem == std::errc() && stop == end) return graph_.Int(value);
    return IntFromDecimal(graph_, decimal);
  }

  NodeId Declare(const NodeSpec& spec) {
    switch (spec.kind) {
      case Kind::kNone: return graph_.None();
      case Kind::kBool: return graph_.Bool(spec.flag);
      case Kind::kInt: return DeclareInt(spec.text);
      case Kind::kFloat: return graph_.FloatFromBits(spec.bits);
      case Kind::kStr:
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str: return graph_.TextNode(spec.kind, spec.text);
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kDict:
      case Kind::kSet:
      case Kind::kFrozenSet:
      case Kind::kObject: return graph_.Declare(spec.kind);
      case Kind::kGlobal: return graph_.Global(spec.text, spec.name);
      case Kind::kPersistentId: return graph_.PersistentId(kNoneNode);
      case Kind::kExtension: return graph_.Extension(spec.number);
      case Kind::kBuffer: return graph_.Buffer(spec.number, spec.flag);
    }
    return kNoNode;
  }

  bool DeclareAll() {
    for (uint32_t node = 0; node < from_.size(); ++node) {
      map_[node] = Declare(from_.spec(node));
      if (map_[node] == kNoNode) {
        if (from_.spec(node).kind != Kind::kInt) return OutOfRoom(node);
        return Refuse(ErrorCode::kSyntax, node, "an int is written in decimal digits, like -5");
      }
    }
    return true;
  }

  std::span<const NodeId> Map(std::span<const uint32_t> nodes) {
    mapped_.clear();
    for (const uint32_t node : nodes) mapped_.push_back(map_[node]);
    return mapped_;
  }

  bool FillAll() {
    for (uint32_t node = 0; node < from_.size(); ++node) {
      const NodeSpec& spec = from_.spec(node);
      const auto parts = Map(Parts(node));
      if (IsSequence(spec.kind)) {
        if (!graph_.Extend(map_[node], parts)) return OutOfRoom(node);
      } else if (spec.kind == Kind::kObject) {
        graph_.FillObject(map_[node], spec.how, parts[0], parts[1],
                          parts.size() == 3 ? parts[2] : kNoNode);
      } else if (spec.kind == Kind::kPersistentId) {
        graph_.FillPersistentId(map_[node], parts[0]);
      }
      if (!FillSteps(node)) return false;
    }
    return true;
  }

  bool FillSteps(uint32_t node) {
    uint32_t s = from_.nodes_[node].first_step;
    if (s == kNoNode) return true;
    if (graph_.HasSteps(map_[node])) {
      return Refuse(ErrorCode::kValue, node,
                    fmt::format("this {} already has steps elsewhere, and is one node; write all "
                                "its steps in one place",
                                Name(from_.spec(node).kind)));
    }
    for (; s != kNoNode; s = from_.steps_[s].next) {
      const Assembly::Step& step = from_.steps_[s];
      if (!graph_.AddStep(map_[node], step.kind, Map(from_.At(step.items)))) {
        return OutOfRoom(node);
      }
    }
    return true;
  }

  bool Entered(Insert insert, uint32_t container, uint32_t key) {
    const std::string_view what = from_.spec(container).kind == Kind::kDict ? "key" : "member";
    switch (insert) {
      case Insert::kAdded: return true;
      case Insert::kReplaced:
        return Refuse(
            ErrorCode::kValue, key,
            fmt::format("an equal {} is there already (1 == 1.0 == True in Python); write "
                        "each {} once",
                        what, what));
      case Insert::kUnhashable:
        return Refuse(
            ErrorCode::kUnhashable, key,
            fmt::format("a {} can't be a {}: it is unhashable, or holds something that is",
                        Name(from_.spec(key).kind), what));
      case Insert::kLimit: return OutOfRoom(container);
    }
    return false;
  }

  bool FillMembers(uint32_t node) {
    for (const uint32_t member : Parts(node)) {
      if (!Entered(graph_.AddMember(map_[node], map_[member]), node, member)) return false;
    }
    return true;
  }

  bool FillKeys() {
    for (const uint32_t node : order_) {
      if (from_.spec(node).kind == Kind::kFrozenSet && !FillMembers(node)) return false;
    }
    for (uint32_t node = 0; node < from_.size(); ++node) {
      const Kind kind = from_.spec(node).kind;
      if (kind == Kind::kSet && !FillMembers(node)) return false;
      if (kind != Kind::kDict) continue;
      const auto parts = Parts(node);
      for (size_t i = 0; i < parts.size(); i += 2) {
        const Insert insert = graph_.SetItem(map_[node], map_[parts[i]], map_[parts[i + 1]]);
        if (!Entered(insert, node, parts[i])) return false;
      }
    }
    return true;
  }

  const Assembly& from_;
  Graph graph_;
  std::vector<NodeId> map_;
  std::vector<NodeId> mapped_;
  std::vector<uint32_t> order_;
  Error error_;
};

Result<Graph> Assembly::Assemble(uint32_t root) const { return Assembler(*this).Run(root); }

}  // namespace pickleproof
