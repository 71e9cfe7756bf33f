#pragma once
// The inside of the pickler: a stack machine that walks a graph and writes it. Private to the
// pickler*.cc files, which hold its parts: pickler.cc the walk, pickler_leaves.cc values without
// children, pickler_containers.cc, pickler_globals.cc, pickler_objects.cc.
//
// Methods that return bool return false where error_ was set.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/base/pool.h"
#include "harness/pickle/graph_shape.h"
#include "harness/pickle/memo_table.h"
#include "harness/pickle/pickle_writer.h"
#include "harness/pickle/pickler.h"

namespace pickleproof {

class Pickler::Impl {
 public:
  explicit Impl(DumpOptions options);
  Result<void> Dump(const Graph& graph, NodeId root, std::string& out);
  void ClearMemo();

 private:
  // What a frame of the stack does once its run of items is written.
  enum class Task : uint8_t {
    kFillList,    // APPEND, APPENDS
    kFillDict,    // SETITEM, SETITEMS
    kFillSet,     // ADDITEMS
    kMarkedList,  // LIST
    kMarkedDict,  // DICT
    kTuple,
    kFrozenSet,
    kSetCall,  // the end of set([...]) or frozenset([...])
    kObject,
    kSteps,
    kDeferred,  // calls and items that waited for the node
    kPersistentId,
  };

  // How an object is written.
  enum class Form : uint8_t {
    kReduce,
    kNewObj,
    kNewObjEx,
    kNewObjCall,
    kNewObjExCall,
    kObj,
    kInst,
  };

  struct Frame {
    const NodeId* next;     // of the run of items that is being written
    const NodeId* run_end;  // where the run ends
    const NodeId* end;      // fills: where the last batch ends
    NodeId node;            // kNoNode for what is no node
    uint32_t progress;      // nodes memoized when the frame began
    uint32_t step;          // kSteps: the current one
    Task task;
    uint8_t phase;  // of tasks that write more than one run
    Form form;      // kObject
    bool single;    // fills: the batch has no mark
    bool exact;     // fills: batches as _pickle makes them of a whole list, dict or set
    Opcode close;   // what ends it, where OpenPlain() began it; else kNoClose
  };

  static constexpr Opcode kNoClose{};

  // ---- pickler.cc: the walk.
  bool Fail(ErrorCode code, std::string message, std::string exception);
  Result<void> Undo(uint32_t memo_size, uint32_t memo_nodes);
  template <bool kPlain>
  bool Run();
  bool SavePlainLeaf(char** position, NodeId id);
  bool OpenPlain(char** position, NodeId id);
  bool ClosePlain(char** position);
  bool Save(NodeId id);   // writes a value or begins it
  bool Enter(NodeId id);  // the same for one that SaveLeaf() refused
  bool Advance();         // goes on with the top frame after its run
  Frame* Push(Task task, NodeId node, std::span<const NodeId> run);
  bool CheckStack();

  // ---- pickler_leaves.cc: values that are written at once.
  bool SaveLeaf(NodeId id);  // false where the value has parts or can fail
  bool SaveBigInt(NodeId id);
  void ReserveForText();
  bool Forgets(std::string_view text) const;
  void SaveStr(NodeId id);
  bool SaveBytes(NodeId id);
  bool SaveByteArray(NodeId id);
  bool SavePy2Str(NodeId id);
  bool SaveExtension(NodeId id);
  bool SaveBuffer(NodeId id);
  bool WriteEncodeCall(std::string_view bytes);
  bool WriteBytes(std::string_view bytes);
  void WriteLatin1(std::string_view bytes);
  void WriteFreshStr(std::string_view text);
  void WriteName(std::string_view text);
  bool ByteCalls(int first_protocol) const {
    return writer_.protocol() < first_protocol || policy_.calls;
  }

  // ---- Memo, in pickler_leaves.cc.
  bool Remembers(NodeId id);
  bool RemembersTransients() const { return !options_.fast && always_; }
  void Memoize(NodeId id);
  void MemoizeTransient();
  bool HasMemo(NodeId id) const { return !options_.fast && memo_.Has(id); }
  void Get(NodeId id) { p_ = writer_.Get(p_, memo_.IndexOf(id)); }
  const GraphShape& Shape();

  // ---- pickler_containers.cc
  bool SaveTuple(NodeId id);
  bool SaveFrozenSet(NodeId id);
  bool SaveSetCall(NodeId id);
  bool SaveFilled(NodeId id, Task fill, Task marked, Opcode empty, Opcode mark_form);
  bool Fill(Task task, NodeId node, std::span<const NodeId> items, bool exact);
  void StartBatch(Frame& frame);
  void EndBatch();
  void EndMarked();
  bool IsFreshArguments(NodeId tuple);
  void EndTuple();
  void EndFrozenSet();
  void EndSetCall();
  void OpenTuple(size_t size);
  void CloseTuple(size_t size);
  void CloseTransientTuple(size_t size);
  void EmptyTuple();
  bool CallsSet(NodeId id);

  // ---- pickler_globals.cc
  bool SaveGlobal(NodeId id);
  bool WriteGlobal(std::string_view module, std::string_view name);
  bool WriteKnownGlobal(std::string_view module, std::string_view name);
  bool WriteNestedGlobal(std::string_view module, std::string_view name);
  bool WriteGlobalLines(std::string_view module, std::string_view name);
  bool CanBeLine(std::string_view text, bool ascii) const;
  bool SurvivesReading(std::string_view module, std::string_view name) const;
  uint32_t ExtensionOf(std::string_view module, std::string_view name);
  const std::string& NamesKey(std::string_view module, std::string_view name);

  // ---- pickler_objects.cc
  bool SaveObject(NodeId id);
  bool SavePersistentId(NodeId id);
  bool CheckParts(NodeId id);
  Form ChooseForm(NodeId id);
  bool CanBeInst(NodeId id) const;
  bool AdvanceObject();
  bool EndObject();
  void MakeObject(NodeId id, Form form);
  void DropParts(NodeId id, Form form);
  bool SaveSteps(NodeId id);  // pushes a frame where there are any
  bool AdvanceSteps();
  bool AdvanceCall(Frame& frame);
  bool IsStateSetter(const Frame& frame);
  NodeId UnmadeObjectOf(NodeId call) const;
  std::span<const NodeId> ItemsToFill(Task task, NodeId id, size_t from);
  bool SaveDeferred(NodeId id);  // pushes a frame where something waits for the node
  bool AdvanceDeferred();
  bool AdvancePersistentId();
  bool EndPersistentId(NodeId id);

  DumpOptions options_;
  const EncodingPolicy& policy_ = options_.policy;
  bool always_ = policy_.memoize == EncodingPolicy::Memoize::kAlways;
  bool plain_;  // the commonest forms throughout, see Run()
  PickleWriter writer_;
  char* p_ = nullptr;  // where writer_ writes

  const Graph* graph_ = nullptr;
  NodeId root_ = kNoNode;
  MemoTable memo_;
  Pool<Frame> stack_;
  size_t next_check_ = 0;
  uint32_t buffers_ = 0;   // written so far
  bool reserved_ = false;  // room for all text of the graph, in this dump
  // What waits until `object` is made: a call, or the items of a list or dict from an index on.
  struct Deferred {
    static constexpr size_t kCall = ~size_t{0};
    NodeId object, node;
    size_t from = kCall;
  };
  std::vector<Deferred> deferred_;  // in the order in which they were met
  std::optional<Error> error_;
  std::optional<GraphShape> shape_;  // of this dump, where it was asked for

  // Memo indices of what is no node: names by their text, globals by NamesKey().
  std::unordered_map<std::string, uint32_t> names_;
  std::unordered_map<std::string, uint32_t> globals_;
  std::unordered_map<std::string, uint32_t> extensions_;
  std::string key_;

  // CPython keeps one object for each str of at most one code point below 256: those that picklers
  // make in passing are the graph's own ones.
  struct Single {
    uint32_t index = kNoNode;  // in the memo
    NodeId owner = kNoNode;    // the node that has it, if any
  };
  std::array<Single, 257> singles_;
  bool has_singles_ = false;
  void AddSingle(size_t slot, NodeId owner);
};

}  // namespace pickleproof
