#include "harness/graph/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/bytes.h"
#include "harness/base/utf8.h"
#include "harness/graph/big_int.h"

namespace pickleproof {
namespace {

constexpr size_t kKeyWidth = 32;
constexpr size_t kWindow = 40;
// Ints of more bytes are described by their hexadecimal ends.
constexpr size_t kDecimalBytes = 32;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// At most `width` bytes of `text`, whole code points of a str.
std::string_view Cut(std::string_view text, size_t width, Kind kind) {
  if (text.size() <= width) return text;
  if (kind == Kind::kStr) {
    while (width > 0 && IsContinuation(text[width])) --width;
  }
  return text.substr(0, width);
}

std::string EscapeStr(std::string_view text) {
  if (!IsUtf8(text, /*surrogatepass=*/true)) return EscapeBytes(text);
  std::string out;
  for (size_t offset = 0; offset < text.size();) {
    const size_t start = offset;
    const uint32_t c = NextCodePoint(text, &offset);
    if (c < 0x80) {
      out += EscapeBytes(text.substr(start, 1));
    } else if (c < 0xa0) {
      out += fmt::format("\\x{:02x}", c);
    } else if ((c >= 0xd800 && c < 0xe000) || c == 0x2028 || c == 0x2029) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += text.substr(start, offset - start);
    }
  }
  return out;
}

std::string Quote(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::kBytes: return "b'" + EscapeBytes(text) + "'";
    case Kind::kByteArray: return "bytearray(b'" + EscapeBytes(text) + "')";
    case Kind::kPy2Str: return "py2str'" + EscapeBytes(text) + "'";
    case Kind::kStr:
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kFrozenSet:
    case Kind::kGlobal:
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kExtension:
    case Kind::kBuffer: break;
  }
  return "'" + EscapeStr(text) + "'";
}

std::string DescribeText(const Graph& graph, NodeId id, size_t width) {
  const Kind kind = graph.kind(id);
  const std::string_view text = graph.Text(id);
  const std::string_view cut = Cut(text, width, kind);
  if (cut.size() == text.size()) return Quote(kind, text);
  return fmt::format("{}... ({} bytes)", Quote(kind, cut), text.size());
}

std::string DescribeInt(const Graph& graph, NodeId id) {
  if (graph.IsSmallInt(id)) return std::to_string(graph.SmallInt(id));
  const std::string_view bytes = graph.BigInt(id);
  if (bytes.size() <= kDecimalBytes) return DecimalOf(graph, id);
  const auto big_endian = [](std::string_view part) {
    return ToHex(std::string(part.rbegin(), part.rend()));
  };
  return fmt::format("int 0x{}...{} ({} bytes)", big_endian(bytes.substr(bytes.size() - 8)),
                     big_endian(bytes.substr(0, 8)), bytes.size());
}

std::string DescribeFloat(const Graph& graph, NodeId id) {
  const double value = graph.FloatValue(id);
  if (std::isnan(value)) return fmt::format("nan (bits {:016x})", graph.FloatBits(id));
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".enf") == std::string::npos) text += ".0";
  return text;
}

// A child of a node that is described.
std::string DescribeInner(const Graph& graph, NodeId id, size_t width) {
  switch (graph.kind(id)) {
    case Kind::kTuple: return graph.Length(id) == 0 ? "()" : "(...)";
    case Kind::kList: return graph.Length(id) == 0 ? "[]" : "[...]";
    case Kind::kDict: return graph.Length(id) == 0 ? "{}" : "{...}";
    case Kind::kSet: return "set{...}";
    case Kind::kFrozenSet: return "frozenset{...}";
    case Kind::kObject: return "object(...)";
    case Kind::kPersistentId: return "persid(...)";
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
    case Kind::kBuffer: break;
  }
  return Describe(graph, id, width);
}

std::string DescribeItems(const Graph& graph, NodeId id, std::string_view open,
                          std::string_view close, size_t width) {
  const bool is_dict = graph.kind(id) == Kind::kDict;
  const auto items = graph.Items(id);
  std::string out(open);
  size_t i = 0;
  for (; i < items.size() && out.size() < width; ++i) {
    if (i > 0) out += is_dict && i % 2 == 1 ? ": " : ", ";
    out += DescribeInner(graph, items[i], width / 2);
  }
  if (i < items.size()) {
    out += fmt::format(", ...{} ({} {})", close, graph.Length(id), is_dict ? "entries" : "items");
  } else {
    if (graph.kind(id) == Kind::kTuple && items.size() == 1) out += ',';
    out += close;
  }
  return out;
}

std::string DescribeObject(const Graph& graph, NodeId id, size_t width) {
  const NodeId args = graph.Args(id);
  std::string out = DescribeInner(graph, graph.Callable(id), width);
  out += graph.kind(args) == Kind::kTuple ? DescribeItems(graph, args, "(", ")", width / 2)
                                          : "(*" + DescribeInner(graph, args, width / 2) + ")";
  out += fmt::format(" ({}", Name(graph.how(id)));
  graph.ForEachStep(id, [&](const Graph::Step& step) {
    if (out.size() < 2 * width) out += fmt::format(", {}", Name(step.kind));
  });
  return out + ")";
}

// `[key]` of a dict's or a step's entry number `slot` / 2.
std::string EntryStep(const Graph& graph, std::span<const NodeId> entries, uint32_t slot) {
  if (slot % 2 == 0) return fmt::format("[key #{}]", slot / 2);
  return "[" + Describe(graph, entries[slot - 1], kKeyWidth) + "]";
}

std::string InertStep(const Graph& graph, NodeId parent, uint32_t slot) {
  uint32_t first = 0;
  if (graph.kind(parent) == Kind::kObject) {
    if (slot == 0) return ".callable";
    if (slot == 1) return ".args";
    if (slot == 2) return ".kwargs";
    first = 3;
  } else if (graph.kind(parent) == Kind::kPersistentId) {
    if (slot == 0) return ".pid";
    first = 1;
  }
  slot -= first;
  uint32_t number = 0;
  std::string out = ".then";
  graph.ForEachStep(parent, [&](const Graph::Step& step) {
    if (out.size() > 5) return;
    if (slot >= step.items.size()) {
      slot -= static_cast<uint32_t>(step.items.size());
      ++number;
      return;
    }
    out += fmt::format("[{}]", number);
    switch (step.kind) {
      case StepKind::kBuild:
      case StepKind::kCall: break;
      case StepKind::kAppend: out += fmt::format("[{}]", slot); break;
      case StepKind::kSetItems: out += EntryStep(graph, step.items, slot); break;
      case StepKind::kAdd: out += "{" + Describe(graph, step.items[slot], kKeyWidth) + "}"; break;
    }
  });
  return out;
}

}  // namespace

std::string Describe(const Graph& graph, NodeId id, size_t width) {
  switch (graph.kind(id)) {
    case Kind::kNone: return "None";
    case Kind::kBool: return graph.BoolValue(id) ? "True" : "False";
    case Kind::kInt: return DescribeInt(graph, id);
    case Kind::kFloat: return DescribeFloat(graph, id);
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str: return DescribeText(graph, id, width);
    case Kind::kTuple: return DescribeItems(graph, id, "(", ")", width);
    case Kind::kList: return DescribeItems(graph, id, "[", "]", width);
    case Kind::kDict: return DescribeItems(graph, id, "{", "}", width);
    case Kind::kSet: return DescribeItems(graph, id, "set{", "}", width);
    case Kind::kFrozenSet: return DescribeItems(graph, id, "frozenset{", "}", width);
    case Kind::kGlobal:
      return EscapeStr(Cut(graph.Module(id), width, Kind::kStr)) + "." +
             EscapeStr(Cut(graph.QualifiedName(id), width, Kind::kStr));
    case Kind::kObject: return DescribeObject(graph, id, width);
    case Kind::kPersistentId:
      return "persid(" + DescribeInner(graph, graph.Persistent(id), width) + ")";
    case Kind::kExtension: return fmt::format("ext({})", graph.ExtensionCode(id));
    case Kind::kBuffer:
      return fmt::format("buffer({}{})", graph.BufferIndex(id),
                         graph.BufferReadOnly(id) ? ", read-only" : "");
  }
  return {};
}

std::string DescribeTextAt(const Graph& graph, NodeId id, size_t offset) {
  const Kind kind = graph.kind(id);
  std::string_view text = graph.Text(id);
  const size_t size = text.size();
  offset = std::min(offset, size);
  if (offset < kWindow) return DescribeText(graph, id, 2 * kWindow);
  size_t start = offset - kWindow / 4;
  while (kind == Kind::kStr && IsContinuation(text[start])) --start;
  text.remove_prefix(start);
  return fmt::format("...{} (from byte {} of {})", Quote(kind, Cut(text, kWindow, kind)), start,
                     size);
}

std::string PathStep(const Graph& graph, NodeId parent, uint32_t slot, NodeId child) {
  switch (graph.kind(parent)) {
    case Kind::kTuple:
    case Kind::kList: return fmt::format("[{}]", slot);
    case Kind::kDict: return EntryStep(graph, graph.Items(parent), slot);
    case Kind::kSet:
    case Kind::kFrozenSet: return "{" + Describe(graph, child, kKeyWidth) + "}";
    case Kind::kGlobal:
    case Kind::kObject:
    case Kind::kPersistentId:
    case Kind::kExtension: return InertStep(graph, parent, slot);
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kStr:
    case Kind::kBytes:
    case Kind::kByteArray:
    case Kind::kPy2Str:
    case Kind::kBuffer: break;
  }
  return {};
}

}  // namespace pickleproof
