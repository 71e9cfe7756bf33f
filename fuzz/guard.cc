#include "fuzz/guard.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace pickleproof {

std::string_view Name(GuardCause cause) {
  switch (cause) {
    case GuardCause::kLimit: return "limit";
    case GuardCause::kDeepNesting: return "deep-nesting";
    case GuardCause::kExponentialHash: return "exponential-hash";
    case GuardCause::kQuadraticInt: return "quadratic-int";
  }
  return {};
}

std::optional<GuardCause> Guard::Judge(std::string_view input, Verdict ours, const Graph& graph) {
  if (ours == Verdict::kOutOfMemory) return GuardCause::kLimit;
  if (input.size() > limits_.digits) {
    size_t run = 0;
    for (const char c : input) {
      run = c >= '0' && c <= '9' ? run + 1 : 0;
      if (run > limits_.digits) return GuardCause::kQuadraticInt;
    }
  }
  // A tuple is made after its items, so one pass in the order of making is enough. Where an item is
  // younger (a cycle through a list), it is no tuple that hashing would walk into.
  weights_.assign(graph.size(), {});
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (graph.kind(id) != Kind::kTuple) continue;
    Weight weight;
    for (const NodeId item : graph.Items(id)) {
      if (item >= id || graph.kind(item) != Kind::kTuple) continue;
      weight.steps = std::min<uint64_t>(weight.steps + weights_[item].steps, uint64_t{1} << 62);
      weight.depth = std::max(weight.depth, weights_[item].depth + 1);
    }
    if (weight.depth > limits_.depth) return GuardCause::kDeepNesting;
    if (weight.steps > limits_.hash_steps) return GuardCause::kExponentialHash;
    weights_[id] = weight;
  }
  return std::nullopt;
}

namespace {

[[noreturn]] void RunChild(Engine& engine, std::string_view input, const LoadOptions& options,
                           unsigned cpu_seconds) {
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGALRM}) {
    std::signal(number, SIG_DFL);
  }
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // What a program ordinarily has; this one has given itself more (Interpreter::Start).
  rlimit stack{};
  getrlimit(RLIMIT_STACK, &stack);
  stack.rlim_cur = std::min<rlim_t>(rlim_t{8} << 20, stack.rlim_max);
  setrlimit(RLIMIT_STACK, &stack);
  const rlimit time{cpu_seconds, cpu_seconds};
  setrlimit(RLIMIT_CPU, &time);
  _exit(static_cast<int>(engine.Load(input, options).verdict));
}

}  // namespace

Verdict LoadInChild(Engine& engine, std::string_view input, const LoadOptions& options,
                    GuardCause cause, unsigned cpu_seconds) {
  const pid_t child = fork();
  if (child < 0) return Verdict::kUnsupported;
  if (child == 0) RunChild(engine, input, options, cpu_seconds);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return Verdict::kProtocolError;
  }
  if (WIFEXITED(status)) return static_cast<Verdict>(WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  if (number == SIGXCPU || number == SIGKILL) return Verdict::kHang;
  const bool memory = number == SIGSEGV || number == SIGBUS;
  return memory && cause == GuardCause::kDeepNesting ? Verdict::kStackOverflow : Verdict::kCrash;
}

}  // namespace pickleproof
