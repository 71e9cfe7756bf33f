#include "harness/graph/notation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/graph/big_int.h"
#include "harness/graph/notation_layout.h"
#include "harness/graph/notation_text.h"

namespace pickleproof {
namespace {

constexpr std::string_view kEllipsis = "...";

bool IsDottedName(std::string_view name) {
  for (;;) {
    const size_t dot = name.find('.');
    if (!IsIdentifier(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

// Prints depth first with a stack of what is still to be printed, so that depth costs no recursion.
class NotationPrinter {
 public:
  NotationPrinter(const Graph& graph, const NotationOptions& options)
      : graph_(graph),
        options_(options),
        limit_(options.max_length == 0 ? std::string::npos : options.max_length),
        seen_(graph.size(), kUnseen),
        labels_(graph.size(), kNoNode) {}

  std::string Print(NodeId root) {
    CountReferences(root);
    PushNode(root);
    while (!todo_.empty() && out_.size() <= limit_) Advance();
    if (options_.width != 0) out_ = BreakLines(out_, marks_, options_.width, options_.indent);
    if (out_.size() > limit_) Abbreviate();
    return std::move(out_);
  }

 private:
  struct Task {
    // kOpen, kSeparator and kClose are texts that are places for line breaks too.
    enum class Type : uint8_t { kNode, kText, kOpen, kSeparator, kClose, kItems, kPairs };
    Type type;
    bool first = true;                   // of kItems, kPairs: nothing is printed yet
    NodeId node = kNoNode;               // of kNode
    std::string_view text = {};          // of kText, kOpen, kClose
    std::span<const NodeId> items = {};  // of kItems, kPairs: what is left
  };
  enum : uint8_t { kUnseen, kOnce, kShared };

  void PushNode(NodeId node) { todo_.push_back({.type = Task::Type::kNode, .node = node}); }
  void PushText(std::string_view text) {
    todo_.push_back({.type = Task::Type::kText, .text = text});
  }
  void PushClose(std::string_view text) {
    todo_.push_back({.type = Task::Type::kClose, .text = text});
  }
  void PushItems(std::span<const NodeId> items, bool pairs = false) {
    todo_.push_back({.type = pairs ? Task::Type::kPairs : Task::Type::kItems, .items = items});
  }
  void PushArgument(NodeId node) {
    PushNode(node);
    todo_.push_back({.type = Task::Type::kSeparator});
  }

  void CountReferences(NodeId root) {
    std::vector<NodeId> stack{root};
    seen_[root] = kOnce;
    while (!stack.empty()) {
      const NodeId id = stack.back();
      stack.pop_back();
      graph_.ForEachChild(id, [&](NodeId child) {
        if (seen_[child] == kUnseen) {
          seen_[child] = kOnce;
          stack.push_back(child);
        } else {
          seen_[child] = kShared;
        }
      });
    }
  }

  bool NeedsLabel(NodeId id) const {
    const Kind kind = graph_.kind(id);
    if (seen_[id] != kShared || !CarriesIdentity(kind)) return false;
    // Equal names and equal codes are one node anyway.
    if (kind == Kind::kGlobal || kind == Kind::kExtension) return graph_.HasSteps(id);
    // CPython has only one empty tuple and never memoizes it.
    if (kind == Kind::kTuple && graph_.Length(id) == 0) return false;
    const bool atom = IsText(kind) && kind != Kind::kByteArray;
    return options_.share_atoms || !atom;
  }

  void Advance() {
    const Task task = todo_.back();
    switch (task.type) {
      case Task::Type::kItems:
      case Task::Type::kPairs: AdvanceItems(); return;
      case Task::Type::kNode:
      case Task::Type::kText:
      case Task::Type::kOpen:
      case Task::Type::kSeparator:
      case Task::Type::kClose: break;
    }
    todo_.pop_back();
    switch (task.type) {
      case Task::Type::kNode: PrintNode(task.node); return;
      case Task::Type::kOpen: Open(task.text); return;
      case Task::Type::kSeparator: Separate(); return;
      case Task::Type::kClose: Mark(LayoutMark::Kind::kClose); [[fallthrough]];
      case Task::Type::kText: out_ += task.text; return;
      case Task::Type::kItems:
      case Task::Type::kPairs: return;
    }
  }

  void AdvanceItems() {
    Task& task = todo_.back();
    if (task.items.empty()) {
      todo_.pop_back();
      return;
    }
    if (!std::exchange(task.first, false)) Separate();
    const bool pairs = task.type == Task::Type::kPairs;
    const NodeId first = task.items[0];
    const NodeId value = pairs ? task.items[1] : kNoNode;
    task.items = task.items.subspan(pairs ? 2 : 1);
    if (pairs) {
      PushNode(value);
      PushText(": ");
    }
    PushNode(first);
  }

  void Mark(LayoutMark::Kind kind) {
    if (options_.width != 0) marks_.push_back({kind, out_.size()});
  }

  void Open(std::string_view text) {
    out_ += text;
    Mark(LayoutMark::Kind::kOpen);
  }

  void Separate() {
    out_ += ',';
    Mark(LayoutMark::Kind::kSeparator);
    out_ += ' ';
  }

  void PrintNode(NodeId id) {
    auto to = std::back_inserter(out_);
    if (labels_[id] != kNoNode) {
      fmt::format_to(to, "#{}#", labels_[id]);
      return;
    }
    if (NeedsLabel(id)) {
      labels_[id] = next_label_++;
      fmt::format_to(to, "#{}=", labels_[id]);
    }
    switch (graph_.kind(id)) {
      case Kind::kNone: out_ += "None"; return;
      case Kind::kBool: out_ += graph_.BoolValue(id) ? "True" : "False"; return;
      case Kind::kInt: PrintInt(id); return;
      case Kind::kFloat: AppendFloat(out_, graph_.FloatBits(id)); return;
      case Kind::kStr: AppendQuotedStr(out_, Clipped(graph_.Text(id))); return;
      case Kind::kBytes: PrintBytes("b", id, ""); return;
      case Kind::kByteArray: PrintBytes("bytearray(b", id, ")"); return;
      case Kind::kPy2Str: PrintBytes("py2", id, ""); return;
      case Kind::kTuple: PrintContainer(id, "(", ")"); return;
      case Kind::kList: PrintContainer(id, "[", "]"); return;
      case Kind::kDict: PrintContainer(id, "{", "}"); return;
      case Kind::kSet: PrintContainer(id, "set{", "}"); return;
      case Kind::kFrozenSet: PrintContainer(id, "frozenset{", "}"); return;
      case Kind::kGlobal:
      case Kind::kExtension:
      case Kind::kPersistentId:
      case Kind::kObject: PrintInert(id); return;
      case Kind::kBuffer:
        fmt::format_to(to, "buffer({}{})", graph_.BufferIndex(id),
                       graph_.BufferReadOnly(id) ? ", readonly" : "");
        return;
    }
  }

  void PrintInt(NodeId id) {
    if (graph_.IsSmallInt(id)) {
      fmt::format_to(std::back_inserter(out_), "{}", graph_.SmallInt(id));
    } else {
      out_ += DecimalOf(graph_, id);
    }
  }

  // What of a text can still matter; characters stay whole.
  std::string_view Clipped(std::string_view text) const {
    if (text.size() <= limit_) return text;
    size_t end = limit_;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
    return text.substr(0, end);
  }

  void PrintBytes(std::string_view before, NodeId id, std::string_view after) {
    out_ += before;
    AppendQuotedBytes(out_, graph_.Text(id).substr(0, limit_));
    out_ += after;
  }

  void PrintContainer(NodeId id, std::string_view open, std::string_view close) {
    Open(open);
    PushClose(close);
    if (graph_.kind(id) == Kind::kTuple && graph_.Length(id) == 1) PushText(",");
    PushItems(graph_.Items(id), graph_.kind(id) == Kind::kDict);
  }

  void PrintInert(NodeId id) {
    if (graph_.HasSteps(id)) PushSteps(id);
    if (graph_.kind(id) == Kind::kObject) {
      PrintObject(id);
    } else if (graph_.kind(id) == Kind::kPersistentId) {
      Open("persid(");
      PushClose(")");
      PushNode(graph_.Persistent(id));
    } else {
      PrintName(id);
    }
  }

  void PushSteps(NodeId id) {
    std::vector<Graph::Step> steps = graph_.Steps(id);
    std::reverse(steps.begin(), steps.end());
    for (const Graph::Step& step : steps) {
      PushClose(")");
      PushItems(step.items, step.kind == StepKind::kSetItems);
      todo_.push_back({.type = Task::Type::kOpen, .text = "("});
      PushText(Name(step.kind));
      PushText(".");
    }
  }

  // Globals and extension codes, without their steps.
  void PrintName(NodeId id) {
    if (graph_.kind(id) == Kind::kExtension) {
      fmt::format_to(std::back_inserter(out_), "ext({})", graph_.ExtensionCode(id));
      return;
    }
    const std::string_view module = graph_.Module(id);
    const std::string_view name = graph_.QualifiedName(id);
    // os.system.build(1) would be a call of os.system.build.
    if (!graph_.HasSteps(id) && IsDottedName(module) && IsIdentifier(name)) {
      out_ += module;
      out_ += '.';
      out_ += name;
      return;
    }
    out_ += "global(";
    AppendQuotedStr(out_, module);
    out_ += ", ";
    AppendQuotedStr(out_, name);
    out_ += ')';
  }

  // Whether `callable(args)` can be written, where `prefix` demands a plain name.
  bool IsCallable(NodeId callable, bool prefixed) const {
    if (labels_[callable] != kNoNode) return true;
    if (!IsInert(graph_.kind(callable)) || NeedsLabel(callable)) return false;
    const Kind kind = graph_.kind(callable);
    const bool name = kind == Kind::kGlobal || kind == Kind::kExtension;
    return !prefixed || (name && !graph_.HasSteps(callable));
  }

  static std::string_view Prefix(How how) {
    switch (how) {
      case How::kReduce: return "";
      case How::kNewObj: return "new ";
      case How::kNewObjEx: return "";
      case How::kObj: return "obj ";
      case How::kInst: return "inst ";
    }
    return "";
  }

  void PrintObject(NodeId id) {
    const How how = graph_.how(id);
    const NodeId callable = graph_.Callable(id);
    const NodeId args = graph_.Args(id);
    const std::string_view prefix = Prefix(how);
    if (how != How::kNewObjEx && graph_.kind(args) == Kind::kTuple && !NeedsLabel(args) &&
        IsCallable(callable, !prefix.empty())) {
      out_ += prefix;
      PushClose(")");
      PushItems(graph_.Items(args));
      todo_.push_back({.type = Task::Type::kOpen, .text = "("});
      PushNode(callable);
      return;
    }
    out_ += Name(how);
    Open("(");
    PushClose(")");
    if (graph_.Kwargs(id) != kNoNode) PushArgument(graph_.Kwargs(id));
    PushArgument(args);
    PushNode(callable);
  }

  void Abbreviate() {
    size_t end = limit_ - std::min(limit_, kEllipsis.size());
    while (end > 0 && (static_cast<unsigned char>(out_[end]) & 0xc0U) == 0x80) --end;
    out_.resize(end);
    out_ += kEllipsis;
  }

  const Graph& graph_;
  const NotationOptions& options_;
  const size_t limit_;
  std::vector<uint8_t> seen_;
  std::vector<uint32_t> labels_;
  uint32_t next_label_ = 0;
  std::vector<Task> todo_;
  std::vector<LayoutMark> marks_;
  std::string out_;
};

}  // namespace

std::string ToNotation(const Graph& graph, NodeId root, const NotationOptions& options) {
  return NotationPrinter(graph, options).Print(root);
}

std::string ToNotation(const Graph& graph, const NotationOptions& options) {
  return ToNotation(graph, graph.root(), options);
}

}  // namespace pickleproof
