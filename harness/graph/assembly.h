#pragma once
// Graphs from forms that name a node before its parts are known: the text notation and the node
// table. A reader collects node specs whose parts are numbers of other specs, in any order and with
// cycles; Assemble() checks them all and makes the graph. Separate from graph.h because a graph
// that is being read never needs it.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/graph/graph.h"

namespace pickleproof {

// One node before it is made. Text is borrowed: it must stay until Assemble() returns.
struct NodeSpec {
  Kind kind = Kind::kNone;
  How how = How::kReduce;  // of an object
  bool flag = false;       // the value of a bool; whether a buffer is read-only
  uint32_t number = 0;     // an extension code; the index of a buffer
  uint64_t bits = 0;       // of a float
  // The decimal digits of an int; the bytes of a str, bytes, bytearray or py2 str; the module of a
  // global.
  std::string_view text = {};
  std::string_view name = {};   // the qualified name of a global
  uint64_t origin = kNoOffset;  // where in the input it is written
};

// Node specs with their parts. Nodes are numbered from 0 in the order of Add().
class Assembly {
 public:
  // What errors call a node: by its number ("node 3: ..."), or by Error::offset alone.
  enum class NameBy : uint8_t { kNumber, kOrigin };
  explicit Assembly(NameBy name_by) : name_by_(name_by) {}

  uint32_t Add(const NodeSpec& spec);
  // Puts `spec` in place of a spec added before; its parts and steps are kept.
  void Replace(uint32_t node, const NodeSpec& spec) { nodes_[node].spec = spec; }
  // Moves a spec with its parts and steps to another number; `from` becomes a None.
  void Move(uint32_t from, uint32_t to);
  const NodeSpec& spec(uint32_t node) const { return nodes_[node].spec; }
  size_t size() const { return nodes_.size(); }

  // The parts: members; keys and values in turn; callable, args and, of newobj_ex only, kwargs; the
  // value of a persistent id. Once for each node.
  void SetParts(uint32_t node, std::span<const uint32_t> parts);
  // In order; on globals, objects, persistent ids and extension codes.
  void AddStep(uint32_t node, StepKind kind, std::span<const uint32_t> items);

  // Fails with kSyntax where a number names no node, a part is missing or steps are where they
  // can't be; with kUnhashable; and with kValue where two keys are equal, where one global or
  // extension code has steps in two places, and for a cycle that no pickle can make because it
  // passes through nothing but tuples, frozensets, persistent ids and what an object is made of.
  Result<Graph> Assemble(uint32_t root) const;

 private:
  friend class Assembler;
  struct Run {
    uint32_t first = 0, count = 0;
  };
  struct Node {
    NodeSpec spec;
    Run parts;
    uint32_t first_step = kNoNode, last_step = kNoNode;
  };
  struct Step {
    StepKind kind;
    uint32_t next;
    Run items;
  };

  Run AddRun(std::span<const uint32_t> items);
  std::span<const uint32_t> At(Run run) const { return {edges_.data() + run.first, run.count}; }

  NameBy name_by_;
  std::vector<Node> nodes_;
  std::vector<uint32_t> edges_;
  std::vector<Step> steps_;
};

}  // namespace pickleproof
