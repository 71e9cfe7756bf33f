#include "harness/python/interpreter.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "harness/python/allocation_guard.h"
#include "harness/python/exceptions.h"
#include "harness/python/python_api.h"
#include "harness/python/python_state.h"
#include "harness/python/reader.h"
#include "harness/python/stand_in.h"
#include "harness/python/writer_hooks.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
// CPython keeps memory for ever that its exit does not free; LeakSanitizer must not count it.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:libpython\n"; }
extern "C" const char* __lsan_default_options();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif
#endif

namespace pickleproof {
namespace {

bool in_use = false;

struct Config {
  Config() { PyConfig_InitIsolatedConfig(&config); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  ~Config() { PyConfig_Clear(&config); }
  PyConfig config;
};

// CPython hashes nested tuples recursively and unchecked: a hundred thousand TUPLE1 and a dict are
// enough to overflow 8 MB of stack. The main thread's stack may grow later, so let it, as far as
// Linux leaves room below the mappings.
void RaiseStackLimit() {
  constexpr rlim_t kWanted = rlim_t{100} << 20;
  rlimit limit{};
  if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kWanted) return;
  limit.rlim_cur = std::min(kWanted, limit.rlim_max);
  setrlimit(RLIMIT_STACK, &limit);
}

PyStatus StartPython() {
  PyPreConfig preconfig;
  PyPreConfig_InitIsolatedConfig(&preconfig);
  preconfig.utf8_mode = 1;
  PyStatus status = Py_PreInitialize(&preconfig);
  if (PyStatus_Exception(status) != 0) return status;
  Config holder;
  PyConfig& config = holder.config;
  config.site_import = 0;
  config.use_environment = 0;
  config.user_site_directory = 0;
  config.write_bytecode = 0;
  config.install_signal_handlers = 0;
  config.pathconfig_warnings = 0;
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  status = PyConfig_SetBytesString(&config, &config.home, PICKLEPROOF_PYTHON_HOME);
  if (PyStatus_Exception(status) != 0) return status;
  return Py_InitializeFromConfig(&config);
}

// Everything that lives now lives for ever: collections need not look at it.
Result<void> TakeOverGarbage(PythonState& state) {
  const PyRef gc = PyRef::Own(PyImport_ImportModule("gc"));
  if (!gc) return std::unexpected(CatchException().error);
  state.gc_collect = PyRef::Own(PyObject_GetAttrString(gc.get(), "collect"));
  for (const char* step : {"disable", "collect", "freeze"}) {
    const PyRef done = PyRef::Own(PyObject_CallMethod(gc.get(), step, nullptr));
    if (!done) return std::unexpected(CatchException().error);
  }
  return {};
}

// Cyclic garbage is collected after so many bytes.
constexpr size_t kCollectEvery = size_t{1} << 20;
// What a load or dump counts in this account whatever its size.
constexpr size_t kFixedCost = 2048;

}  // namespace

std::string EmbeddedPythonVersion() {
  return fmt::format("{}.{}", PY_MAJOR_VERSION, PY_MINOR_VERSION);
}

void CollectGarbage(PythonState& state, size_t size) {
  state.since_collection += size + kFixedCost;
  if (state.since_collection < kCollectEvery) return;
  state.since_collection = 0;
  const PyRef collected = PyRef::Own(PyObject_CallObject(state.gc_collect.get(), nullptr));
  if (!collected) DropException();
}

Interpreter::Interpreter(const InterpreterOptions& options)
    : options_(options), state_(std::make_unique<PythonState>()) {}

Result<std::unique_ptr<Interpreter>> Interpreter::Start(const InterpreterOptions& options) {
  if (in_use) return Fail(ErrorCode::kUsage, "one interpreter lives already in this process");
  if (Py_IsInitialized() == 0) {
    RaiseStackLimit();
    const PyStatus status = StartPython();
    if (PyStatus_Exception(status) != 0) {
      return Fail(ErrorCode::kForeign,
                  fmt::format("CPython does not start: {}",
                              status.err_msg == nullptr ? "no reason given" : status.err_msg));
    }
  }
  in_use = true;
  // CPython prints what it can't raise (a bytearray that failed to get its memory complains so);
  // that is nothing for our standard error.
  PySys_SetObject("stderr", Py_None);
  std::unique_ptr<Interpreter> interpreter(new Interpreter(options));
  InstallAllocationGuard();
  const std::string version = Py_GetVersion();
  interpreter->version_ = version.substr(0, version.find(' '));
  interpreter->minor_ = PY_MINOR_VERSION;
  PythonState& state = interpreter->state();
  state.extension_module = NewName("extension code");
  if (auto made = InstallStandIns(state.extension_module.get()); !made)
    return std::unexpected(made.error());
  if (auto made = PrepareReaders(state); !made) return std::unexpected(made.error());
  if (auto made = PrepareWriters(state); !made) return std::unexpected(made.error());
  if (auto done = TakeOverGarbage(state); !done) return std::unexpected(done.error());
  return interpreter;
}

Interpreter::~Interpreter() {
  ForgetWriters();
  ForgetReaders();
  CollectGarbage(*state_, kCollectEvery);
  state_.reset();
  UninstallStandIns();
  in_use = false;
}

Result<std::string> Interpreter::Ask(const std::string& source) {
  const PyRef globals = PyRef::Own(PyDict_New());
  if (!globals || PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins()) < 0) {
    return std::unexpected(CatchException().error);
  }
  const PyRef ran =
      PyRef::Own(PyRun_String(source.c_str(), Py_file_input, globals.get(), globals.get()));
  if (!ran) return std::unexpected(CatchException().error);
  PyObject* result = PyDict_GetItemString(globals.get(), "result");
  if (result == nullptr) return Fail(ErrorCode::kUsage, "the source leaves nothing in `result`");
  const PyRef text = PyRef::Own(PyObject_Str(result));
  if (!text) return std::unexpected(CatchException().error);
  std::string scratch;
  return std::string(TextOf(text.get(), scratch));
}

}  // namespace pickleproof
