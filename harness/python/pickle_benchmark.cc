// How fast our machine and pickler are beside `_pickle`, in one process, on the same streams.
//
//   ./pickleproof bench                    all workloads, and a table of ratios at the end
//   ./pickleproof bench --benchmark_filter=load/strings
//
// Load figures of `_pickle` are taken with the garbage collector on, as users have it, and off;
// ours with arenas reused ("warm") and with fresh ones for each load ("cold"). Figures are the best
// of several repetitions, of processor time, so that a busy machine does little harm. The ratios
// are what counts: absolute figures drift with the machine. Bytes per node count all that a graph
// holds, edges too.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "harness/pickle/decoder.h"
#include "harness/pickle/pickler.h"
#include "harness/pickle/unpickler.h"
#include "harness/python/interpreter.h"

namespace pickleproof {
namespace {

constexpr int kProtocol = 4;

// Each makes one object; the shapes and sizes are those of people's pickles.
constexpr const char* kWorkloads = R"(
import random, _pickle, gc
R = random.Random(1)
class Record:
    def __init__(self, i):
        self.number, self.text, self.nothing = i, str(i), None
names = ['name%d' % i for i in range(1000)]
workloads = {
    'ints': [R.randrange(1 << 39, 1 << 40) for _ in range(200000)],
    'small_ints': [R.randrange(300) for _ in range(400000)],
    'floats': [R.random() for _ in range(200000)],
    'strings': ['%020d' % i for i in range(100000)],
    'records': [{'id': i, 'name': 'user%d' % i, 'score': i * 0.5, 'tags': ['a', 'b'], 'ok': True}
                for i in range(40000)],
    'nested': [[i, (i, [i, ()])] for i in range(60000)],
    'references': [R.choice(names) for _ in range(300000)],
    'big_bytes': [bytes(100000) for _ in range(100)],
    'objects': [Record(i) for i in range(40000)],
}
streams = {name: _pickle.dumps(value, 4) for name, value in workloads.items()}
)";

struct Workload {
  std::string name;
  std::string stream;
  PyObject* object = nullptr;
  PyObject* bytes = nullptr;  // the stream, for _pickle.loads
  Unpickler reader;           // with the stream loaded
  uint64_t opcodes = 0;

  double BytesPerNode() {
    const Graph& graph = reader.graph();
    return static_cast<double>(graph.MemoryBytes()) / static_cast<double>(graph.size());
  }
};

PyObject* Global(const char* name) {
  return PyDict_GetItemString(PyModule_GetDict(PyImport_AddModule("__main__")), name);
}

std::vector<Workload> MakeWorkloads() {
  std::vector<Workload> workloads;
  if (PyRun_SimpleString(kWorkloads) != 0) std::abort();
  PyObject* objects = Global("workloads");
  PyObject* streams = Global("streams");
  PyObject *key = nullptr, *value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(streams, &position, &key, &value) != 0) {
    Workload workload;
    workload.name = PyUnicode_AsUTF8(key);
    workload.stream.assign(PyBytes_AS_STRING(value), static_cast<size_t>(PyBytes_GET_SIZE(value)));
    workload.object = PyDict_GetItem(objects, key);
    workload.bytes = value;
    Decoder decoder(workload.stream);
    for (;;) {
      const auto instruction = decoder.Next();
      if (!instruction) std::abort();
      if (!*instruction) break;
      ++workload.opcodes;
    }
    workloads.push_back(std::move(workload));
  }
  for (Workload& workload : workloads) {
    if (workload.reader.Load(workload.stream).verdict != Verdict::kAccept) std::abort();
  }
  return workloads;
}

void SetCollector(bool on) { PyRun_SimpleString(on ? "gc.enable()" : "gc.disable()"); }

void PythonLoad(benchmark::State& state, const Workload& workload, bool collector) {
  PyObject* loads = PyObject_GetAttrString(Global("_pickle"), "loads");
  SetCollector(collector);
  for (auto _ : state) {
    PyObject* object = PyObject_CallOneArg(loads, workload.bytes);
    if (object == nullptr) std::abort();
    state.PauseTiming();
    Py_DECREF(object);
    state.ResumeTiming();
  }
  SetCollector(true);
  Py_DECREF(loads);
}

void PythonDump(benchmark::State& state, const Workload& workload) {
  PyObject* dumps = PyObject_GetAttrString(Global("_pickle"), "dumps");
  PyObject* protocol = PyLong_FromLong(kProtocol);
  for (auto _ : state) {
    PyObject* bytes = PyObject_CallFunctionObjArgs(dumps, workload.object, protocol, nullptr);
    if (bytes == nullptr) std::abort();
    Py_DECREF(bytes);
  }
  Py_DECREF(protocol);
  Py_DECREF(dumps);
}

void WarmLoad(benchmark::State& state, const Workload& workload) {
  Unpickler unpickler;
  for (auto _ : state) {
    unpickler.Reset();
    benchmark::DoNotOptimize(unpickler.Load(workload.stream).consumed);
  }
  state.counters["ns/opcode"] = benchmark::Counter(
      static_cast<double>(workload.opcodes) * 1e-9,
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void ColdLoad(benchmark::State& state, const Workload& workload) {
  for (auto _ : state) {
    Unpickler unpickler;
    benchmark::DoNotOptimize(unpickler.Load(workload.stream).consumed);
    state.PauseTiming();
    {
      const Unpickler gone = std::move(unpickler);
    }
    state.ResumeTiming();
  }
}

void WarmDump(benchmark::State& state, Workload& workload) {
  DumpOptions options;
  options.protocol = kProtocol;
  Pickler pickler(options);
  std::string out;
  const Graph& graph = workload.reader.graph();
  for (auto _ : state) {
    out.clear();
    pickler.ClearMemo();
    if (!pickler.Dump(graph, graph.root(), out)) std::abort();
    benchmark::DoNotOptimize(out.data());
  }
  if (out != workload.stream) std::abort();  // what is measured must be right
}

// Keeps the best time of each benchmark, in seconds per iteration.
class BestTimes final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    std::vector<Run> repetitions;
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
      repetitions.push_back(run);
      const double seconds = run.cpu_accumulated_time / static_cast<double>(run.iterations);
      double& best = times_.try_emplace(run.run_name.function_name, seconds).first->second;
      best = std::min(best, seconds);
    }
    ConsoleReporter::ReportRuns(repetitions);
  }
  double Of(const std::string& name) const {
    const auto found = times_.find(name);
    return found == times_.end() ? std::nan("") : found->second;
  }

 private:
  std::map<std::string, double> times_;
};

class Ratios {
 public:
  void Add(double ratio) {
    if (std::isnan(ratio)) return;  // not measured
    sum_ += std::log(ratio);
    smallest_ = std::min(smallest_, ratio);
    ++count_;
  }
  double Mean() const { return std::exp(sum_ / count_); }
  double Smallest() const { return smallest_; }

 private:
  double sum_ = 0, smallest_ = HUGE_VAL;
  int count_ = 0;
};

void PrintRatios(std::vector<Workload>& workloads, const BestTimes& best) {
  fmt::print("\nMB of pickle per second, and times as fast as _pickle (x)\n");
  fmt::print("{:<11}|{:>8}{:>8}{:>8}{:>7}{:>8}{:>7} |{:>8}{:>8}{:>7} |{:>10}{:>11}\n", "",
             "_pickle", "gc off", "warm", "x", "cold", "x", "_pickle", "ours", "x", "ns/opcode",
             "bytes/node");
  Ratios warm, cold, dump;
  for (Workload& workload : workloads) {
    const auto time = [&](const char* kind) { return best.Of(kind + workload.name); };
    const auto speed = [&](const char* kind) {
      return static_cast<double>(workload.stream.size()) / 1e6 / time(kind);
    };
    const double warm_ratio = time("load/_pickle/") / time("load/warm/");
    const double cold_ratio = time("load/_pickle/") / time("load/cold/");
    const double dump_ratio = time("dump/_pickle/") / time("dump/warm/");
    warm.Add(warm_ratio);
    cold.Add(cold_ratio);
    dump.Add(dump_ratio);
    fmt::print(
        "{:<11}|{:>8.0f}{:>8.0f}{:>8.0f}{:>7.1f}{:>8.0f}{:>7.1f} |{:>8.0f}{:>8.0f}{:>7.1f} "
        "|{:>10.2f}{:>11.1f}\n",
        workload.name, speed("load/_pickle/"), speed("load/_pickle_gc_off/"), speed("load/warm/"),
        warm_ratio, speed("load/cold/"), cold_ratio, speed("dump/_pickle/"), speed("dump/warm/"),
        dump_ratio, time("load/warm/") * 1e9 / static_cast<double>(workload.opcodes),
        workload.BytesPerNode());
  }
  const auto print = [](const char* name, double w, double c, double d) {
    fmt::print("{:<11}|{:>31.1f}{:>15.1f} |{:>23.1f}\n", name, w, c, d);
  };
  print("geom. mean", warm.Mean(), cold.Mean(), dump.Mean());
  print("smallest", warm.Smallest(), cold.Smallest(), dump.Smallest());
}

void Register(const std::string& name, auto run) {
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->Unit(benchmark::kMillisecond)
      ->MinTime(0.15)
      ->Repetitions(3);
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const auto interpreter = Interpreter::Start();
  if (!interpreter) {
    fmt::print(stderr, "{}\n", ToString(interpreter.error()));
    return 2;
  }
  std::vector<Workload> workloads = MakeWorkloads();
  for (Workload& w : workloads) {
    Register("load/_pickle/" + w.name, [&w](auto& state) { PythonLoad(state, w, true); });
    Register("load/_pickle_gc_off/" + w.name, [&w](auto& state) { PythonLoad(state, w, false); });
    Register("load/warm/" + w.name, [&w](auto& state) { WarmLoad(state, w); });
    Register("load/cold/" + w.name, [&w](auto& state) { ColdLoad(state, w); });
    Register("dump/_pickle/" + w.name, [&w](auto& state) { PythonDump(state, w); });
    Register("dump/warm/" + w.name, [&w](auto& state) { WarmDump(state, w); });
  }
  BestTimes best;
  benchmark::RunSpecifiedBenchmarks(&best);
  PrintRatios(workloads, best);
  return 0;
}

}  // namespace
}  // namespace pickleproof

int main(int argc, char** argv) { return pickleproof::Main(argc, argv); }
