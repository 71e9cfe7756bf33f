#include "harness/python/extension_engine.h"

#include <fmt/format.h>

#include "harness/pickle/decoder.h"
#include "harness/python/allocation_guard.h"
#include "harness/python/exceptions.h"
#include "harness/python/find_class.h"
#include "harness/python/python_state.h"
#include "harness/python/reader.h"
#include "harness/python/to_graph.h"

namespace pickleproof {
namespace {

PyRef ImportFrom(const std::string& folder, const std::string& module) {
  PyObject* path = PySys_GetObject("path");  // borrowed
  const PyRef name = NewStr(folder);
  if (!name || path == nullptr) return {};
  if (!folder.empty() && PyList_Insert(path, 0, name.get()) < 0) return {};
  return PyRef::Own(PyImport_ImportModule(module.c_str()));
}

// Whether the constructor takes `buffers`, which came with protocol 5.
bool TakesBuffers(PythonState& state, PyObject* unpickler_class) {
  const PyRef stream = PyRef::Own(PyObject_CallNoArgs(state.bytes_io.get()));
  const PyRef args = stream ? PyRef::Own(PyTuple_Pack(1, stream.get())) : PyRef();
  const PyRef keywords = PyRef::Own(PyDict_New());
  if (!args || !keywords || PyDict_SetItemString(keywords.get(), "buffers", Py_None) < 0) {
    DropException();
    return false;
  }
  const PyRef made = PyRef::Own(PyObject_Call(unpickler_class, args.get(), keywords.get()));
  if (!made) DropException();
  return static_cast<bool>(made);
}

// The opcode of the highest protocol that the bytes have up to STOP or where they end.
int ProtocolOf(std::string_view data) {
  int protocol = 0;
  Decoder decoder(data);
  while (true) {
    const auto next = decoder.Next();
    if (!next || !*next) return protocol;
    const OpcodeInfo& info = *FindOpcode(static_cast<uint8_t>((**next).opcode));
    protocol = std::max(protocol, info.protocol);
    // What no protocol has yet is refused by everybody.
    if (info.opcode == Opcode::PROTO && (**next).number <= kHighestProtocol) {
      protocol = std::max(protocol, static_cast<int>((**next).number));
    }
    if (info.opcode == Opcode::STOP) return protocol;
  }
}

class ExtensionEngine final : public Engine {
 public:
  ExtensionEngine(Interpreter& interpreter, const std::string& module)
      : interpreter_(interpreter),
        reader_(interpreter.state(), Implementation::kExtension, Channel::kBytesIo) {
    card_.id = fmt::format("{}/{}", module, ReaderName(Channel::kBytesIo));
    card_.name = module;
    card_.version = "with CPython " + interpreter.version();
    card_.language = "C";
    card_.reads = true;
    card_.distinctions.py2str = false;
    card_.distinctions.obj_from_reduce = false;
    card_.distinctions.set_order = false;
    card_.distinctions.atom_identity = false;
    card_.channel = Channel::kBytesIo;
    card_.profile = Profile::Of("_pickle/file", interpreter.minor());
    for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
      const char stream[] = {'\x80', static_cast<char>(protocol), 'N', '.'};
      if (LoadAll({stream, sizeof stream}, {}).verdict == Verdict::kAccept) {
        card_.protocols_read.push_back(protocol);
      }
    }
  }

  const EngineCard& card() const override { return card_; }

  Outcome Load(std::string_view data, const LoadOptions& options) override {
    Outcome outcome = LoadAll(data, options);
    const int highest = card_.protocols_read.empty() ? -1 : card_.protocols_read.back();
    if (outcome.verdict == Verdict::kReject && ProtocolOf(data) > highest) {
      outcome.verdict = Verdict::kUnsupported;
    }
    return outcome;
  }

  Result<std::string> Dump(const Graph& /*graph*/, int /*protocol*/) override {
    return Fail(ErrorCode::kUnsupported, card_.name + " is used as a reader only");
  }

 private:
  Outcome LoadAll(std::string_view data, const LoadOptions& options) {
    Outcome outcome;
    {
      const AllocationCap cap(interpreter_.options().largest_allocation);
      const RawLoad loaded = reader_.Load(data, options, recorder_);
      outcome.consumed = loaded.consumed;
      if (!loaded.value) {
        CaughtException caught = CatchException();
        outcome.verdict = caught.verdict;
        outcome.error = std::move(caught.error);
      } else if (auto made = ToGraph(loaded.value.get(), recorder_, outcome.graph); !made) {
        outcome.error = made.error();
        outcome.verdict =
            made.error().code == ErrorCode::kLimit ? Verdict::kOutOfMemory : Verdict::kReject;
      } else {
        outcome.verdict = Verdict::kAccept;
      }
    }
    outcome.trace = recorder_.TakeTrace();
    recorder_.Clear();
    return outcome;
  }

  Interpreter& interpreter_;
  EngineCard card_;
  Reader reader_;
  Recorder recorder_{Recorder::Use::kRead};
};

}  // namespace

Result<std::unique_ptr<Engine>> MakeExtensionEngine(Interpreter& interpreter,
                                                    const std::string& where) {
  const size_t colon = where.rfind(':');
  const std::string folder = colon == std::string::npos ? "" : where.substr(0, colon);
  const std::string module = colon == std::string::npos ? where : where.substr(colon + 1);
  if (module.empty()) return Fail(ErrorCode::kUsage, "an extension is named FOLDER:MODULE");
  PythonState& state = interpreter.state();
  const PyRef imported = ImportFrom(folder, module);
  if (!imported) return std::unexpected(CatchException().error);
  const PyRef base = PyRef::Own(PyObject_GetAttrString(imported.get(), "Unpickler"));
  if (!base) return std::unexpected(CatchException().error);
  state.extension_takes_buffers = TakesBuffers(state, base.get());
  state.extension_unpickler = InertUnpickler(base.get(), FindClassOf::kExtension, true);
  state.extension_unpickler_without_ids =
      InertUnpickler(base.get(), FindClassOf::kExtension, false);
  if (!state.extension_unpickler || !state.extension_unpickler_without_ids) {
    return std::unexpected(CatchException().error);
  }
  return std::make_unique<ExtensionEngine>(interpreter, module);
}

}  // namespace pickleproof
