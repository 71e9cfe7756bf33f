// The JSON form of the record. Every type lists its fields once, in Fields(); writing and reading
// are two visitors of that list, so that they can't drift apart.

#include <charconv>
#include <concepts>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/matrix/record.h"

namespace pickleproof {
namespace {

using Json = nlohmann::ordered_json;

template <typename T, typename U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

template <typename V, Is<Counts> T>
void Fields(V& visit, T& counts) {
  visit("agree", counts.agree);
  visit("differ", counts.differ);
  visit("explained", counts.explained);
  visit("both_reject", counts.both_reject);
  visit("poisoned", counts.poisoned);
  visit("unsupported", counts.unsupported);
  visit("skipped", counts.skipped);
}

template <typename V, Is<CellKey> T>
void Fields(V& visit, T& key) {
  visit("group", key.group);
  visit("writer", key.writer);
  visit("reader", key.reader);
  visit("protocol", key.protocol);
}

template <typename V, Is<PairKey> T>
void Fields(V& visit, T& key) {
  visit("group", key.group);
  visit("left", key.left);
  visit("right", key.right);
}

template <typename V, Is<Throughput> T>
void Fields(V& visit, T& throughput) {
  visit("loads", throughput.loads);
  visit("load_bytes", throughput.load_bytes);
  visit("load_seconds", throughput.load_seconds);
  visit("dumps", throughput.dumps);
  visit("dump_bytes", throughput.dump_bytes);
  visit("dump_seconds", throughput.dump_seconds);
}

template <typename V, Is<EngineEntry> T>
void Fields(V& visit, T& engine) {
  visit("id", engine.id);
  visit("name", engine.name);
  visit("version", engine.version);
  visit("language", engine.language);
  visit("reads", engine.reads);
  visit("writes", engine.writes);
  visit("protocols_read", engine.protocols_read);
  visit("protocols_written", engine.protocols_written);
  visit("blind_to", engine.blind_to);
  visit("smoke_ok", engine.smoke_ok);
  visit("smoke_reason", engine.smoke_reason);
  visit("throughput", engine.throughput);
}

template <typename V, Is<CorpusGroup> T>
void Fields(V& visit, T& group) {
  visit("name", group.name);
  visit("files", group.files);
  visit("bytes", group.bytes);
}

template <typename V, Is<Inputs> T>
void Fields(V& visit, T& inputs) {
  visit("graphs", inputs.graphs);
  visit("nodes", inputs.nodes);
  visit("streams", inputs.streams);
  visit("corpus", inputs.corpus);
}

template <typename V, Is<Reason> T>
void Fields(V& visit, T& reason) {
  visit("name", reason.name);
  visit("text", reason.text);
  visit("link", reason.link);
  visit("count", reason.count);
}

template <typename V, Is<Signature> T>
void Fields(V& visit, T& signature) {
  visit("explained_by", signature.explained_by);
  visit("group", signature.group);
  visit("kind", signature.kind);
  visit("writer", signature.writer);
  visit("left", signature.left);
  visit("right", signature.right);
}

template <typename V, Is<WitnessKey> T>
void Fields(V& visit, T& key) {
  visit("stream_bytes", key.stream_bytes);
  visit("protocol", key.protocol);
  visit("source", key.source);
}

template <typename V, Is<Side> T>
void Fields(V& visit, T& side) {
  visit("verdict", side.verdict);
  visit("error", side.error);
  visit("graph", side.graph);
}

template <typename V, Is<Witness> T>
void Fields(V& visit, T& witness) {
  Fields(visit, witness.key);
  visit("stream_hex", witness.stream_hex);
  visit("stream_path", witness.stream_path);
  visit("disassembly", witness.disassembly);
  visit("left", witness.left);
  visit("right", witness.right);
  visit("path", witness.path);
  visit("path_left", witness.path_left);
  visit("path_right", witness.path_right);
  visit("reproduce", witness.reproduce);
}

template <typename V, Is<Finding> T>
void Fields(V& visit, T& difference) {
  visit("count", difference.count);
  visit("protocols", difference.protocols);
  visit("witness", difference.witness);
}

template <typename V, Is<Host> T>
void Fields(V& visit, T& machine) {
  visit("system", machine.system);
  visit("processor", machine.processor);
  visit("cores", machine.cores);
  visit("memory_bytes", machine.memory_bytes);
  visit("compiler", machine.compiler);
}

template <typename V, Is<SheetCell> T>
void Fields(V& visit, T& cell) {
  visit("text", cell.text);
  visit("verdict", cell.verdict);
  visit("detail", cell.detail);
}

template <typename V, Is<SheetColumn> T>
void Fields(V& visit, T& column) {
  visit("group", column.group);
  visit("label", column.label);
}

template <typename V, Is<SheetRow> T>
void Fields(V& visit, T& row) {
  visit("id", row.id);
  visit("label", row.label);
  visit("note", row.note);
  visit("cells", row.cells);
}

template <typename V, Is<Sheet> T>
void Fields(V& visit, T& sheet) {
  visit("name", sheet.name);
  visit("title", sheet.title);
  visit("note", sheet.note);
  visit("columns", sheet.columns);
  visit("rows", sheet.rows);
}

template <typename V, Is<RunRecord> T>
void Fields(V& visit, T& record) {
  visit("schema", record.schema);
  visit("tool_version", record.tool_version);
  visit("command_line", record.command_line);
  visit("seeds", record.seeds);
  visit("started", record.started);
  visit("ended", record.ended);
  visit("duration_seconds", record.duration_seconds);
  visit("machine", record.machine);
  visit("engines", record.engines);
  visit("inputs", record.inputs);
  visit("cells", record.cells);
  visit("pairs", record.pairs);
  visit("reasons", record.reasons);
  visit("differences", record.differences);
  visit("unexplained_witnesses", record.unexplained_witnesses);
  visit("sheets", record.sheets);
}

class Writer {
 public:
  template <typename T>
  static Json Object(const T& value) {
    Writer writer;
    Fields(writer, value);
    return std::move(writer.out_);
  }

  template <typename T>
  void operator()(const char* name, const T& field) {
    out_[name] = Value(field);
  }

 private:
  template <typename T>
  static Json Value(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
      return value;
    } else {
      return Object(value);
    }
  }
  static Json Value(Verdict verdict) { return std::string(Name(verdict)); }
  static Json Value(SheetVerdict verdict) { return std::string(Name(verdict)); }
  template <typename T>
  static Json Value(const std::vector<T>& list) {
    Json out = Json::array();
    for (const T& item : list) out.push_back(Value(item));
    return out;
  }
  static Json Value(const std::set<int>& list) { return list; }
  // As text: a JSON number can't carry 64 bits everywhere.
  static Json Value(const std::set<uint64_t>& list) {
    Json out = Json::array();
    for (const uint64_t item : list) out.push_back(fmt::format("{}", item));
    return out;
  }
  // An entry is one object: the fields of the key, then those of the value.
  template <typename K, typename T>
  static Json Value(const std::map<K, T>& entries) {
    Json out = Json::array();
    for (const auto& [key, value] : entries) {
      Writer writer;
      if constexpr (std::same_as<K, Signature>) writer("id", Id(key));
      Fields(writer, key);
      Fields(writer, value);
      out.push_back(std::move(writer.out_));
    }
    return out;
  }

  Json out_ = Json::object();
};

// Reads into fields; keeps the first error with the path of the field.
class Reader {
 public:
  Reader(const Json& in, std::string path, std::string& error)
      : in_(in), path_(std::move(path)), error_(error) {}

  template <typename T>
  void Read(T& value) {
    if (!in_.is_object()) return Expect("an object");
    Fields(*this, value);
  }

  template <typename T>
  void operator()(const char* name, T& field) {
    if (!error_.empty()) return;
    const auto it = in_.find(name);
    if (it == in_.end()) return;
    Reader(*it, path_.empty() ? name : path_ + "." + name, error_).Read(field);
  }

 private:
  void Expect(std::string_view what) {
    if (error_.empty()) {
      error_ = fmt::format("{} must be {}", path_.empty() ? "the record" : path_, what);
    }
  }

  void Read(std::string& value) {
    if (!in_.is_string()) return Expect("a string");
    value = in_.get<std::string>();
  }
  void Read(bool& value) {
    if (!in_.is_boolean()) return Expect("true or false");
    value = in_.get<bool>();
  }
  void Read(int& value) {
    const bool fits =
        in_.is_number_integer() && in_.get<int64_t>() >= -1 && in_.get<int64_t>() <= 1'000'000;
    if (!fits) return Expect("an integer from -1 to 1000000");
    value = in_.get<int>();
  }
  void Read(uint64_t& value) {
    if (!in_.is_number_unsigned()) return Expect("a non-negative integer");
    value = in_.get<uint64_t>();
  }
  void Read(double& value) {
    if (!in_.is_number()) return Expect("a number");
    value = in_.get<double>();
  }
  void Read(Verdict& value) {
    if (!ReadName(value, Verdict::kProtocolError)) {
      Expect("the name of a verdict, such as \"accept\"");
    }
  }
  void Read(SheetVerdict& value) {
    if (!ReadName(value, SheetVerdict::kNotApplicable)) {
      Expect("the name of a verdict, such as \"agree\"");
    }
  }
  // Whether the text is the name of a member of the enum up to `last`, which `value` then is.
  template <typename E>
  bool ReadName(E& value, E last) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
      const auto member = static_cast<E>(i);
      if (in_.is_string() && in_.get_ref<const std::string&>() == Name(member)) {
        value = member;
        return true;
      }
    }
    return false;
  }
  // The page and the documents take a row's cells by column.
  void Read(Sheet& sheet) {
    Read<Sheet>(sheet);
    for (const SheetRow& row : sheet.rows) {
      if (error_.empty() && row.cells.size() != sheet.columns.size()) {
        Expect(fmt::format("a sheet with {} cells in row {}, one per column", sheet.columns.size(),
                           row.id));
      }
    }
  }
  // Calls read(item, path) for each item of an array.
  template <typename F>
  void ForEach(F read) {
    if (!in_.is_array()) return Expect("an array");
    for (size_t i = 0; i < in_.size() && error_.empty(); ++i) {
      read(Reader(in_[i], fmt::format("{}[{}]", path_, i), error_));
    }
  }
  template <typename T>
  void Read(std::vector<T>& list) {
    list.clear();
    ForEach([&](Reader item) { item.Read(list.emplace_back()); });
  }
  void Read(std::set<int>& list) {
    ForEach([&](Reader item) {
      int value = 0;
      item.Read(value);
      list.insert(value);
    });
  }
  void Read(std::set<uint64_t>& list) {
    ForEach([&](Reader item) {
      std::string text;
      item.Read(text);
      uint64_t value = 0;
      const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (ec != std::errc() || end != text.data() + text.size()) {
        return item.Expect("a decimal number in a string");
      }
      list.insert(value);
    });
  }
  template <typename K, typename T>
  void Read(std::map<K, T>& entries) {
    ForEach([&](Reader item) {
      K key;
      T value;
      item.Read(key);
      item.Read(value);
      if (!entries.emplace(std::move(key), std::move(value)).second) {
        item.Expect("an entry that is not there already");
      }
    });
  }

  const Json& in_;
  std::string path_;
  std::string& error_;
};

}  // namespace

std::string ToJson(const RunRecord& record, int indent) {
  return Writer::Object(record).dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunRecord> ParseRecord(std::string_view json) {
  Json in;
  try {
    in = Json::parse(json);
  } catch (const Json::parse_error& problem) {
    return Fail(ErrorCode::kSyntax, fmt::format("this is no JSON: {}", problem.what()),
                problem.byte);
  }
  RunRecord record;
  record.schema = 0;
  std::string error;
  Reader(in, "", error).Read(record);
  if (!error.empty()) return Fail(ErrorCode::kSyntax, std::move(error));
  if (record.schema != kRecordSchema) {
    return Fail(ErrorCode::kSyntax,
                fmt::format("schema is {}; this version reads schema {}: write the record again",
                            record.schema, kRecordSchema));
  }
  return record;
}

}  // namespace pickleproof
