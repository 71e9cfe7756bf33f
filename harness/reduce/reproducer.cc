#include "harness/reduce/reproducer.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/bytes.h"
#include "harness/pickle/opcode.h"

namespace pickleproof {
namespace {

// A single-quoted word of the shell holds the program, so that Python gets double quotes only.
std::string PythonText(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '\'') {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  return out + '"';
}

bool IsAsciiText(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// As a Python expression of type str.
std::string PythonStr(std::string_view text) {
  if (IsAsciiText(text)) return PythonText(text);
  return fmt::format("b{}.decode(\"utf-8\", \"surrogatepass\")", PythonText(text));
}

struct Needs {
  std::set<std::string> modules;     // with all packages above them
  std::set<std::string> extensions;  // codes
  bool persistent_ids = false;
  bool buffers = false;
  bool Anything() const { return !modules.empty() || !extensions.empty() || persistent_ids; }
};

Needs NeedsOf(std::string_view stream, const std::vector<TraceEvent>& trace) {
  Needs needs;
  needs.buffers = stream.find(static_cast<char>(Opcode::NEXT_BUFFER)) != std::string_view::npos;
  for (const TraceEvent& event : trace) {
    if (event.kind == TraceKind::kExtension) needs.extensions.insert(event.target);
    if (event.kind == TraceKind::kPersistentId) needs.persistent_ids = true;
    if (event.kind != TraceKind::kGlobal) continue;
    const std::string module = event.target.substr(0, event.target.find(' '));
    for (size_t dot = module.find('.'); dot != std::string::npos; dot = module.find('.', dot + 1)) {
      needs.modules.insert(module.substr(0, dot));
    }
    needs.modules.insert(module);
  }
  return needs;
}

constexpr std::string_view kStandIns = R"(class Inert:
    def __init__(self, *args, **kwargs): print("  call", self.name, args, kwargs)
    def __setstate__(self, state): print("  build", self.name, state)
    def __setitem__(self, key, value): print("  item", self.name, key, value)
    def append(self, item): print("  append", self.name, item)
    def extend(self, items): print("  extend", self.name, items)
    def add(self, item): print("  add", self.name, item)
real = {"set": set, "frozenset": frozenset, "bytes": bytes, "bytearray": bytearray}
class Module(types.ModuleType):
    def __getattr__(self, name):
        print("  global", self.__name__, name)
        if self.__name__ == "builtins" and name in real: return real[name]
        return type("C", (Inert,), {"name": self.__name__ + "." + name})
)";

std::string Prelude(const Needs& needs) {
  std::vector<std::string> names;
  for (const std::string& module : needs.modules) names.push_back(PythonStr(module));
  if (!needs.extensions.empty()) names.emplace_back("\"ext\"");
  std::string text = "\nimport copyreg, io, pickle, sys, tempfile, types\n";
  text += kStandIns;
  for (const std::string& code : needs.extensions) {
    text += fmt::format("copyreg.add_extension(\"ext\", \"code{0}\", {0})\n", code);
  }
  text +=
      fmt::format("for name in [{}]: sys.modules[name] = Module(name)\n", fmt::join(names, ", "));
  return text;
}

// The expression or the lines that read with one reader.
std::string Reading(const Needs& needs, bool c, std::string_view channel, std::string_view bytes) {
  const std::string_view mark = c ? "" : "_";
  const std::string buffers =
      needs.buffers ? ", buffers=[bytearray(b\"0\"), b\"1\"]" : std::string();
  if (channel == "loads" && !needs.persistent_ids) {
    return fmt::format("print(pickle.{}loads({}{}))", mark, bytes, buffers);
  }
  std::string text = channel == "load-file" ? fmt::format(
                                                  "f = tempfile.TemporaryFile(buffering=0)"
                                                  "\nf.write({})\nf.seek(0)\n",
                                                  bytes)
                                            : fmt::format("f = io.BytesIO({})\n", bytes);
  if (!needs.persistent_ids) {
    return text + fmt::format("print(pickle.{}load(f{}), f.tell())", mark, buffers);
  }
  text += fmt::format(
      "class Unpickler(pickle.{}Unpickler):\n"
      "    def persistent_load(self, pid): return (\"persistent id\", pid)\n",
      mark);
  return text + fmt::format("print(Unpickler(f{}).load(), f.tell())", buffers);
}

std::string OnOneLine(std::string text) {
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) {
    text.replace(at, 1, "; ");
  }
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> PythonCommands(
    std::string_view stream, const std::vector<TraceEvent>& trace) {
  const Needs needs = NeedsOf(stream, trace);
  const std::string bytes = fmt::format("bytes.fromhex(\"{}\")", ToHex(stream));
  std::vector<std::pair<std::string, std::string>> commands;
  for (const bool c : {true, false}) {
    for (const std::string_view channel : {"loads", "load-bytesio", "load-file"}) {
      const std::string reading = Reading(needs, c, channel, bytes);
      const std::string_view modules = channel == "loads"          ? ""
                                       : channel == "load-bytesio" ? "io, "
                                                                   : "tempfile, ";
      commands.emplace_back(
          fmt::format("{}/{}", c ? "_pickle" : "pickle.py", channel),
          needs.Anything()
              ? fmt::format("python3 -c '{}{}\n'", Prelude(needs), reading)
              : fmt::format("python3 -c 'import {}pickle; {}'", modules, OnOneLine(reading)));
    }
  }
  commands.emplace_back("pickletools",
                        fmt::format("python3 -c 'import pickletools; pickletools.dis({})'", bytes));
  return commands;
}

std::string PythonCommand(std::string_view stream, const std::vector<TraceEvent>& trace,
                          std::string_view reader) {
  for (auto& [name, command] : PythonCommands(stream, trace)) {
    if (name == reader) return std::move(command);
  }
  return "";
}

}  // namespace pickleproof
