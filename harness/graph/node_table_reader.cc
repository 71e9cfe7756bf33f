// Node tables back into graphs. A table comes from another program, so every item is checked.

#include <array>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/bytes.h"
#include "harness/base/utf8.h"
#include "harness/graph/assembly.h"
#include "harness/graph/node_table.h"

namespace pickleproof {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> Malformed(std::string message) {
  return Fail(ErrorCode::kSyntax, std::move(message));
}

// What stands where something else should, without its contents: those may be huge or deep.
std::string Describe(const Json& value) {
  return fmt::format("here is a JSON {}", value.type_name());
}

std::optional<uint64_t> AsUnsigned(const Json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  if (value.is_number_integer() && value.get<int64_t>() >= 0) return value.get<uint64_t>();
  return std::nullopt;
}

class TableReader {
 public:
  Result<Graph> Read(const Json& table) {
    if (!table.is_object()) {
      return Malformed(R"(a node table is an object: {"root": 0, "nodes": [...]}; )" +
                       Describe(table));
    }
    for (const auto& [key, value] : table.items()) {
      if (key != "root" && key != "nodes") {
        return Malformed(R"(a node table has the keys "root" and "nodes" only; remove the others)");
      }
    }
    const auto nodes = table.find("nodes");
    if (nodes == table.end() || !nodes->is_array()) {
      return Malformed(R"("nodes" is missing or no array; write "nodes": [NODE, ...])");
    }
    size_ = nodes->size();
    if (size_ >= kNoNode) return Fail(ErrorCode::kLimit, "the table has more nodes than fit");
    for (const Json& node : *nodes) {
      if (Result<void> read = ReadNode(node); !read) {
        Error error = std::move(read.error());
        error.message = fmt::format("node {}: {}", node_, error.message);
        return std::unexpected(std::move(error));
      }
      ++node_;
    }
    const auto root = table.find("root");
    const auto number = root == table.end() ? std::nullopt : AsUnsigned(*root);
    if (!number || *number >= size_) {
      return Malformed(R"("root" is missing or no node; write the number of a node, from 0 on)");
    }
    return assembly_.Assemble(static_cast<uint32_t>(*number));
  }

 private:
  Result<void> ReadNode(const Json& node) {
    if (!node.is_array() || node.empty() || !node[0].is_string()) {
      return Malformed(R"(a node is an array that starts with its kind, like ["int", "5"])");
    }
    const auto& name = node[0].get_ref<const std::string&>();
    if (name == "wtf8") return ReadText(node, Kind::kStr, true);
    if (name == "wtf8global") return ReadGlobal(node, true);
    for (int i = 0; i < kKindCount; ++i) {
      if (Name(static_cast<Kind>(i)) == name) return ReadKind(node, static_cast<Kind>(i));
    }
    return Malformed(
        "there is no such kind; the kinds are none, bool, int, float, str, wtf8, bytes, bytearray, "
        "py2str, tuple, list, dict, set, frozenset, global, wtf8global, object, persid, ext, "
        "buffer");
  }

  Result<void> ReadKind(const Json& node, Kind kind) {
    switch (kind) {
      case Kind::kNone:
        if (node.size() != 1) return Form(R"(["none"])");
        return Add({.kind = kind});
      case Kind::kBool:
        if (node.size() != 2 || !node[1].is_boolean()) return Form(R"(["bool", true])");
        return Add({.kind = kind, .flag = node[1].get<bool>()});
      case Kind::kInt: return ReadInt(node);
      case Kind::kFloat: return ReadFloat(node);
      case Kind::kStr: return ReadText(node, kind, false);
      case Kind::kBytes:
      case Kind::kByteArray:
      case Kind::kPy2Str: return ReadText(node, kind, true);
      case Kind::kTuple:
      case Kind::kList:
      case Kind::kSet:
      case Kind::kFrozenSet:
      case Kind::kDict: return ReadContainer(node, kind);
      case Kind::kGlobal: return ReadGlobal(node, false);
      case Kind::kObject: return ReadObject(node);
      case Kind::kPersistentId: return ReadPersistentId(node);
      case Kind::kExtension: return ReadExtension(node);
      case Kind::kBuffer: return ReadBuffer(node);
    }
    return {};
  }

  static std::unexpected<Error> Form(std::string_view form) {
    return Malformed(fmt::format("write it as {}", form));
  }

  Result<void> Add(const NodeSpec& spec) {
    assembly_.Add(spec);
    return {};
  }

  Result<void> ReadInt(const Json& node) {
    if (node.size() != 2 || !node[1].is_string()) {
      return Form(R"(["int", "-5"], the digits as a string)");
    }
    // The digits are checked where they are read.
    return Add({.kind = Kind::kInt, .text = node[1].get_ref<const std::string&>()});
  }

  Result<void> ReadFloat(const Json& node) {
    constexpr std::string_view kForm =
        R"(["float", "3ff0000000000000"], the 64 bits as 16 hex digits, most significant first)";
    if (node.size() != 2 || !node[1].is_string()) return Form(kForm);
    const auto& digits = node[1].get_ref<const std::string&>();
    const Result<std::string> bytes = FromHex(digits);
    if (digits.size() != 16 || !bytes || bytes->size() != 8) return Form(kForm);
    return Add(
        {.kind = Kind::kFloat, .bits = __builtin_bswap64(LoadLittle<uint64_t>(bytes->data()))});
  }

  Result<void> ReadText(const Json& node, Kind kind, bool base64) {
    if (node.size() != 2 || !node[1].is_string()) {
      return Malformed(base64 ? "after the kind comes one string, the bytes in base64"
                              : "after the kind comes one string, the text");
    }
    std::string_view text = node[1].get_ref<const std::string&>();
    if (base64) {
      Result<std::string> bytes = FromBase64(text);
      if (!bytes) return Malformed("the bytes are no base64: " + bytes.error().message);
      text = decoded_.emplace_back(std::move(*bytes));
    }
    if (kind == Kind::kStr && !IsUtf8(text, base64)) {
      return Malformed(base64 ? "the bytes are no generalized UTF-8 (UTF-8 with surrogates)"
                              : "the text is no UTF-8; write text with surrogates as wtf8");
    }
    return Add({.kind = kind, .text = text});
  }

  Result<void> ReadContainer(const Json& node, Kind kind) {
    parts_.clear();
    if (node.size() != 2) {
      return Malformed("after the kind comes one array, of its members");
    }
    Result<void> read = kind == Kind::kDict ? ReadPairs(node[1]) : ReadNumbers(node[1]);
    if (read) assembly_.SetParts(assembly_.Add({.kind = kind}), parts_);
    return read;
  }

  Result<void> ReadNumber(const Json& value) {
    const std::optional<uint64_t> number = AsUnsigned(value);
    if (!number) return Malformed("a part is the number of a node; " + Describe(value));
    if (*number >= size_) {
      return Malformed(
          fmt::format("there is no node {}; the nodes are 0 to {}", *number, size_ - 1));
    }
    parts_.push_back(static_cast<uint32_t>(*number));
    return {};
  }

  Result<void> ReadNumbers(const Json& values) {
    if (!values.is_array()) {
      return Malformed("parts are an array of numbers of nodes; " + Describe(values));
    }
    for (const Json& value : values) {
      if (Result<void> read = ReadNumber(value); !read) return read;
    }
    return {};
  }

  Result<void> ReadPairs(const Json& pairs) {
    if (!pairs.is_array()) {
      return Malformed("entries are an array of [key, value]; " + Describe(pairs));
    }
    for (const Json& pair : pairs) {
      if (!pair.is_array() || pair.size() != 2) {
        return Malformed("an entry is [key, value], two numbers of nodes");
      }
      if (Result<void> read = ReadNumbers(pair); !read) return read;
    }
    return {};
  }

  Result<void> ReadGlobal(const Json& node, bool base64) {
    if (node.size() < 3 || !node[1].is_string() || !node[2].is_string()) {
      return Form(base64 ? R"(["wtf8global", "bQ==", "7aC9"], with both names in base64)"
                         : R"(["global", "module", "qualified.name"])");
    }
    std::array<std::string_view, 2> names;
    for (size_t i = 0; i < names.size(); ++i) {
      names[i] = node[1 + i].get_ref<const std::string&>();
      if (base64) {
        Result<std::string> bytes = FromBase64(names[i]);
        if (!bytes) return Malformed("a name is no base64: " + bytes.error().message);
        names[i] = decoded_.emplace_back(std::move(*bytes));
      }
      if (IsUtf8(names[i], base64)) continue;
      return Malformed(base64 ? "a name is no generalized UTF-8 (UTF-8 with surrogates)"
                              : "a name is no UTF-8; write names with surrogates as wtf8global");
    }
    assembly_.Add({.kind = Kind::kGlobal, .text = names[0], .name = names[1]});
    return ReadTrailingSteps(node, 3);
  }

  Result<void> ReadPersistentId(const Json& node) {
    parts_.clear();
    if (node.size() < 2) return Form(R"(["persid", 3], 3 being the node of its value)");
    if (Result<void> read = ReadNumber(node[1]); !read) return read;
    assembly_.SetParts(assembly_.Add({.kind = Kind::kPersistentId}), parts_);
    return ReadTrailingSteps(node, 2);
  }

  Result<void> ReadExtension(const Json& node) {
    const auto code = node.size() < 2 ? std::nullopt : AsUnsigned(node[1]);
    if (!code || *code > 0xffffffffU) return Form(R"(["ext", 17], with a code of 32 bits)");
    assembly_.Add({.kind = Kind::kExtension, .number = static_cast<uint32_t>(*code)});
    return ReadTrailingSteps(node, 2);
  }

  Result<void> ReadBuffer(const Json& node) {
    const auto index = node.size() != 3 ? std::nullopt : AsUnsigned(node[1]);
    if (!index || *index > 0xffffffffU || !node[2].is_boolean()) {
      return Form(R"(["buffer", 0, false], its index and whether it is read-only)");
    }
    return Add({.kind = Kind::kBuffer,
                .flag = node[2].get<bool>(),
                .number = static_cast<uint32_t>(*index)});
  }

  Result<void> ReadObject(const Json& node) {
    if (node.size() != 2 || !node[1].is_object()) {
      return Form(R"(["object", {"how": "reduce", "callable": 1, "args": 2, "then": []}])");
    }
    const Json& object = node[1];
    for (const auto& [key, value] : object.items()) {
      if (key != "how" && key != "callable" && key != "args" && key != "kwargs" && key != "then") {
        return Malformed("an object has the keys how, callable, args, kwargs and then only");
      }
    }
    const std::optional<How> how = ReadHow(object);
    if (!how) return Malformed("\"how\" is one of reduce, newobj, newobj_ex, obj, inst");
    parts_.clear();
    for (const char* key : {"callable", "args", "kwargs"}) {
      const auto found = object.find(key);
      const bool wanted = std::string_view(key) != "kwargs" || *how == How::kNewObjEx;
      if (wanted != (found != object.end())) {
        return Malformed("an object has callable and args, and kwargs just where how is newobj_ex");
      }
      if (!wanted) continue;
      if (Result<void> read = ReadNumber(*found); !read) return read;
    }
    assembly_.SetParts(assembly_.Add({.kind = Kind::kObject, .how = *how}), parts_);
    const auto then = object.find("then");
    return then == object.end() ? Result<void>() : ReadSteps(*then);
  }

  static std::optional<How> ReadHow(const Json& object) {
    const auto found = object.find("how");
    if (found == object.end() || !found->is_string()) return std::nullopt;
    const auto& name = found->get_ref<const std::string&>();
    for (const How how : {How::kReduce, How::kNewObj, How::kNewObjEx, How::kObj, How::kInst}) {
      if (Name(how) == name) return how;
    }
    return std::nullopt;
  }

  Result<void> ReadTrailingSteps(const Json& node, size_t at) {
    if (node.size() == at) return {};
    if (node.size() > at + 1) return Malformed("it has too many items");
    return ReadSteps(node[at]);
  }

  Result<void> ReadSteps(const Json& steps) {
    if (!steps.is_array()) return Malformed("the steps are an array; " + Describe(steps));
    for (const Json& step : steps) {
      if (Result<void> read = ReadStep(step); !read) return read;
    }
    return {};
  }

  Result<void> ReadStep(const Json& step) {
    constexpr std::string_view kForm =
        R"(["build", i], ["append", [i, ...]], ["setitems", [[k, v], ...]], ["add", [i, ...]] or )"
        R"(["call", i])";
    if (!step.is_array() || step.size() != 2 || !step[0].is_string()) {
      return Malformed(fmt::format("a step is {}", kForm));
    }
    const auto& name = step[0].get_ref<const std::string&>();
    for (const StepKind kind : {StepKind::kBuild, StepKind::kAppend, StepKind::kSetItems,
                                StepKind::kAdd, StepKind::kCall}) {
      if (Name(kind) != name) continue;
      parts_.clear();
      Result<void> read = kind == StepKind::kBuild || kind == StepKind::kCall ? ReadNumber(step[1])
                          : kind == StepKind::kSetItems                       ? ReadPairs(step[1])
                                                        : ReadNumbers(step[1]);
      if (read) assembly_.AddStep(static_cast<uint32_t>(node_), kind, parts_);
      return read;
    }
    return Malformed(fmt::format("a step is {}", kForm));
  }

  Assembly assembly_{Assembly::NameBy::kNumber};
  std::deque<std::string> decoded_;  // texts that the specs refer to
  std::vector<uint32_t> parts_;
  size_t size_ = 0;
  size_t node_ = 0;
};

}  // namespace

Result<Graph> GraphFromNodeTable(const nlohmann::json& table) { return TableReader().Read(table); }

Result<Graph> GraphFromNodeTableText(std::string_view json) {
  try {
    return GraphFromNodeTable(Json::parse(json));
  } catch (const Json::parse_error& error) {
    return Fail(ErrorCode::kSyntax, "this is no JSON in UTF-8 from here on",
                error.byte == 0 ? 0 : error.byte - 1);
  } catch (const Json::exception&) {
    return Fail(ErrorCode::kSyntax, "this JSON holds a number that is out of range");
  }
}

}  // namespace pickleproof
