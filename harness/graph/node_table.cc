#include "harness/graph/node_table.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "harness/base/bytes.h"
#include "harness/graph/big_int.h"

namespace pickleproof {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// Surrogates are the only three-byte sequences from ED A0 on.
bool HoldsSurrogates(std::string_view text) {
  for (size_t i = text.find('\xed'); i != std::string_view::npos; i = text.find('\xed', i + 1)) {
    if (static_cast<unsigned char>(text[i + 1]) >= 0xa0) return true;
  }
  return false;
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    const char* special = std::find_if(at, end, NeedsEscape);
    out.append(at, special);
    if (special == end) break;
    const char c = *special;
    out += '\\';
    if (c == '"' || c == '\\') {
      out += c;
    } else if (c == '\n') {
      out += 'n';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += "u00";
      out += kHexDigits[byte >> 4];
      out += kHexDigits[byte & 15];
    }
    at = special + 1;
  }
  out += '"';
}

// Writes straight into one string: this is what `load --json` spends its time on.
class TableWriter {
 public:
  TableWriter(const Graph& graph, std::string& out)
      : graph_(graph), out_(out), numbers_(graph.size(), kNoNode) {}

  void Write() {
    const std::vector<NodeId> order = Reachable(graph_, graph_.root());
    for (size_t i = 0; i < order.size(); ++i) numbers_[order[i]] = static_cast<uint32_t>(i);
    out_ += R"({"root":0,"nodes":[)";
    bool first = true;
    for (const NodeId id : order) {
      if (!first) out_ += ',';
      first = false;
      WriteNode(id);
    }
    out_ += "]}";
  }

 private:
  template <typename Integer>
  void WriteInteger(Integer value) {
    char digits[24];
    const auto [end, problem] = std::to_chars(digits, digits + sizeof digits, value);
    out_.append(digits, end);
  }

  void WriteReference(NodeId id) { WriteInteger(numbers_[id]); }

  void WriteReferences(std::span<const NodeId> ids) {
    char separator = '[';
    for (const NodeId id : ids) {
      out_ += separator;
      WriteReference(id);
      separator = ',';
    }
    out_ += ids.empty() ? "[]" : "]";
  }

  void WritePairs(std::span<const NodeId> ids) {
    char separator = '[';
    for (size_t i = 0; i < ids.size(); i += 2) {
      out_ += separator;
      WriteReferences(ids.subspan(i, 2));
      separator = ',';
    }
    out_ += ids.empty() ? "[]" : "]";
  }

  void WriteNode(NodeId id) {
    const Kind kind = graph_.kind(id);
    const bool wtf8 = kind == Kind::kStr && HoldsSurrogates(graph_.Text(id));
    const bool wtf8_names = kind == Kind::kGlobal && (HoldsSurrogates(graph_.Module(id)) ||
                                                      HoldsSurrogates(graph_.QualifiedName(id)));
    out_ += "[\"";
    out_ += wtf8 ? "wtf8" : wtf8_names ? "wtf8global" : Name(kind);
    out_ += '"';
    if (kind != Kind::kNone) {
      out_ += ',';
      if (wtf8) {
        WriteBase64(graph_.Text(id));
      } else if (wtf8_names) {
        WriteBase64(graph_.Module(id));
        out_ += ',';
        WriteBase64(graph_.QualifiedName(id));
      } else {
        WriteParts(id, kind);
      }
    }
    if (kind != Kind::kObject && graph_.HasSteps(id)) {
      out_ += ',';
      WriteSteps(id);
    }
    out_ += ']';
  }

  void WriteParts(NodeId id, Kind kind) {
    switch (kind) {
      case Kind::kNone: return;
      case Kind::kBool: out_ += graph_.BoolValue(id) ? "true" : "false"; return;
      case Kind::kInt: WriteInt(id); return;
      case Kind::kFloat: WriteFloat(graph_.FloatBits(id)); return;
      case Kind::kStr: AppendJsonString(out_, graph_.Text(id)); return;
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str: WriteBase64(graph_.Text(id)); return;
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kSet:
      case Kind::kFrozenSet: WriteReferences(graph_.Items(id)); return;
      case Kind::kDict: WritePairs(graph_.Items(id)); return;
      case Kind::kGlobal:
        AppendJsonString(out_, graph_.Module(id));
        out_ += ',';
        AppendJsonString(out_, graph_.QualifiedName(id));
        return;
      case Kind::kObject: WriteObject(id); return;
      case Kind::kPersistentId: WriteReference(graph_.Persistent(id)); return;
      case Kind::kExtension: WriteInteger(graph_.ExtensionCode(id)); return;
      case Kind::kBuffer:
        WriteInteger(graph_.BufferIndex(id));
        out_ += graph_.BufferReadOnly(id) ? ",true" : ",false";
        return;
    }
  }

  void WriteInt(NodeId id) {
    out_ += '"';
    if (graph_.IsSmallInt(id)) {
      WriteInteger(graph_.SmallInt(id));
    } else {
      out_ += DecimalOf(graph_, id);
    }
    out_ += '"';
  }

  void WriteFloat(uint64_t bits) {
    char digits[16];
    for (char& digit : digits) {
      digit = kHexDigits[bits >> 60];
      bits <<= 4;
    }
    out_ += '"';
    out_.append(digits, sizeof digits);
    out_ += '"';
  }

  void WriteBase64(std::string_view bytes) {
    out_ += '"';
    out_ += ToBase64(bytes);
    out_ += '"';
  }

  void WriteObject(NodeId id) {
    out_ += R"({"how":")";
    out_ += Name(graph_.how(id));
    out_ += R"(","callable":)";
    WriteReference(graph_.Callable(id));
    out_ += R"(,"args":)";
    WriteReference(graph_.Args(id));
    if (graph_.Kwargs(id) != kNoNode) {
      out_ += R"(,"kwargs":)";
      WriteReference(graph_.Kwargs(id));
    }
    out_ += R"(,"then":)";
    WriteSteps(id);
    out_ += '}';
  }

  void WriteSteps(NodeId id) {
    out_ += '[';
    bool first = true;
    graph_.ForEachStep(id, [&](const Graph::Step& step) {
      out_ += first ? "[\"" : ",[\"";
      first = false;
      out_ += Name(step.kind);
      out_ += "\",";
      switch (step.kind) {
        case StepKind::kBuild:
        case StepKind::kCall: WriteReference(step.items[0]); break;
        case StepKind::kAppend:
        case StepKind::kAdd: WriteReferences(step.items); break;
        case StepKind::kSetItems: WritePairs(step.items); break;
      }
      out_ += ']';
    });
    out_ += ']';
  }

  const Graph& graph_;
  std::string& out_;
  std::vector<uint32_t> numbers_;
};

}  // namespace

void AppendNodeTable(const Graph& graph, std::string& out) { TableWriter(graph, out).Write(); }

std::string NodeTableJson(const Graph& graph) {
  std::string out;
  AppendNodeTable(graph, out);
  return out;
}

}  // namespace pickleproof
