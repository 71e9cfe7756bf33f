#include "harness/reduce/fresh_process.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr int kOutOfMemoryStatus = 86;
constexpr int kStackOverflowStatus = 87;
// A fault so close to the stack pointer is one of the stack.
constexpr uint64_t kStackNeighbourhood = uint64_t{1} << 20;
constexpr size_t kHandlerStack = size_t{1} << 16;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAddressSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif
#else
constexpr bool kAddressSanitizer = false;
#endif

uint64_t StackPointer(const void* context) {
  const auto* user = static_cast<const ucontext_t*>(context);
#if defined(__x86_64__)
  return static_cast<uint64_t>(user->uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return user->uc_mcontext.sp;
#else
  static_cast<void>(user);
  return 0;
#endif
}

void OnFault(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uint64_t>(info->si_addr);
  const uint64_t pointer = StackPointer(context);
  const uint64_t distance = address < pointer ? pointer - address : address - pointer;
  if (distance < kStackNeighbourhood) _exit(kStackOverflowStatus);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void WatchTheStack() {
  stack_t stack{};
  stack.ss_sp = std::malloc(kHandlerStack);  // for as long as the process lives
  stack.ss_size = kHandlerStack;
  if (stack.ss_sp == nullptr || sigaltstack(&stack, nullptr) != 0) return;
  struct sigaction action{};
  action.sa_sigaction = OnFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

[[noreturn]] void RunChild(
    int pipe, const FreshOptions& options,
    const std::function<void(const std::function<void(std::string_view)>& tell)>& work) {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  if (!kAddressSanitizer) {
    const rlimit memory{options.memory, options.memory};
    setrlimit(RLIMIT_AS, &memory);
  }
  std::set_new_handler([] { _exit(kOutOfMemoryStatus); });
  WatchTheStack();
  work([pipe](std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(pipe, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) _exit(1);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  });
  _exit(0);
}

// Reads until the child closes its end. False where the time was up before.
bool ReadUntil(std::chrono::steady_clock::time_point deadline, int pipe, std::string& output) {
  std::array<char, 65536> buffer{};
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd ready{pipe, POLLIN, 0};
    const int polled = poll(&ready, 1, static_cast<int>(left.count()));
    if (polled == 0 || (polled < 0 && errno == EINTR)) continue;
    const ssize_t size = read(pipe, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return true;
    output.append(buffer.data(), static_cast<size_t>(size));
  }
}

ProcessEnd EndOf(int status, std::string& how) {
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    if (code == 0) return ProcessEnd::kDone;
    how = fmt::format("exit status {}", code);
    if (code == kOutOfMemoryStatus) return ProcessEnd::kOutOfMemory;
    return code == kStackOverflowStatus ? ProcessEnd::kStackOverflow : ProcessEnd::kCrash;
  }
  how = fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  if (WTERMSIG(status) == SIGXCPU) return ProcessEnd::kHang;  // a limit that `work` set itself
  // Nobody else sends this one but a system without memory.
  return WTERMSIG(status) == SIGKILL ? ProcessEnd::kOutOfMemory : ProcessEnd::kCrash;
}

}  // namespace

std::string_view Name(ProcessEnd end) {
  switch (end) {
    case ProcessEnd::kDone: return "done";
    case ProcessEnd::kCrash: return "crash";
    case ProcessEnd::kHang: return "hang";
    case ProcessEnd::kOutOfMemory: return "out-of-memory";
    case ProcessEnd::kStackOverflow: return "stack-overflow";
  }
  return "invalid";
}

Result<FreshResult> RunFresh(
    const FreshOptions& options,
    const std::function<void(const std::function<void(std::string_view)>& tell)>& work) {
  int ends[2];
  if (pipe(ends) != 0) return Fail(ErrorCode::kForeign, "no pipe to be had");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    RunChild(ends[1], options, work);
  }
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return Fail(ErrorCode::kForeign, "no process to be had");
  }
  FreshResult result;
  const auto deadline = std::chrono::steady_clock::now() +
                        std::chrono::milliseconds(static_cast<int64_t>(options.seconds * 1000));
  const bool in_time = ReadUntil(deadline, ends[0], result.output);
  close(ends[0]);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.end = EndOf(status, result.how);
  if (!in_time) {
    result.end = ProcessEnd::kHang;
    result.how = fmt::format("no answer in {} s", options.seconds);
  }
  return result;
}

}  // namespace pickleproof
