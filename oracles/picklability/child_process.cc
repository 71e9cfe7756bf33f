#include "oracles/picklability/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace pickleproof {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::vector<std::string>& additions) {
  std::vector<std::string> all = additions;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = name.starts_with("PYTHON");
    for (const std::string& addition : additions) replaced |= addition.starts_with(name);
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

// Two pipes of which the child gets the other ends. Every end closes on exec, so that children
// started by other threads hold none of them open.
struct Pipes {
  int to[2] = {-1, -1};
  int from[2] = {-1, -1};
  bool Open() { return pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0; }
  void Close() {
    for (const int end : {to[0], to[1], from[0], from[1]}) {
      if (end >= 0) close(end);
    }
  }
};

}  // namespace

Result<ChildProcess> ChildProcess::Start(const std::vector<std::string>& arguments,
                                         const std::vector<std::string>& environment) {
  // A program that ends early must cost an error, not this process.
  static std::once_flag once;
  std::call_once(once, [] { signal(SIGPIPE, SIG_IGN); });
  Pipes pipes;
  if (!pipes.Open()) {
    pipes.Close();
    return Fail(ErrorCode::kIo, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes.to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes.from[1], STDOUT_FILENO);
  const std::vector<std::string> variables = Environment(environment);
  pid_t pid = -1;
  const int problem = posix_spawnp(&pid, arguments.front().c_str(), &actions, nullptr,
                                   Pointers(arguments).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0) {
    pipes.Close();
    return Fail(ErrorCode::kIo, fmt::format("{}: {}", arguments.front(), std::strerror(problem)));
  }
  close(pipes.to[0]);
  close(pipes.from[1]);
  return ChildProcess(pid, pipes.to[1], pipes.from[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)),
      buffer_(std::move(other.buffer_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    Release();
    pid_ = std::exchange(other.pid_, -1);
    input_ = std::exchange(other.input_, -1);
    output_ = std::exchange(other.output_, -1);
    buffer_ = std::move(other.buffer_);
  }
  return *this;
}

ChildProcess::~ChildProcess() { Release(); }

void ChildProcess::Release() noexcept {
  if (input_ >= 0) close(input_);
  if (output_ >= 0) close(output_);
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_ = input_ = output_ = -1;
}

Result<void> ChildProcess::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(input_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Fail(ErrorCode::kIo, "the program reads no more");
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<std::string> ChildProcess::ReadLine(std::chrono::milliseconds patience) {
  const Clock::time_point deadline = Clock::now() + patience;
  for (size_t searched = 0;;) {
    const size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    searched = buffer_.size();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd waiting = {output_, POLLIN, 0};
    const int ready = left.count() > 0 ? poll(&waiting, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Fail(ErrorCode::kLimit, "no answer in time");
    char chunk[1 << 16];
    const ssize_t got = read(output_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Fail(ErrorCode::kTruncated, "the program ended without an answer");
    buffer_.append(chunk, static_cast<size_t>(got));
  }
}

Result<int> ChildProcess::Finish(std::chrono::milliseconds patience, std::string* output) {
  if (input_ >= 0) close(std::exchange(input_, -1));
  const Clock::time_point deadline = Clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    Result<std::string> line = ReadLine(left);
    if (line && output != nullptr) *output += *line + "\n";
    if (line) continue;
    if (line.error().code == ErrorCode::kTruncated) break;
    Release();
    return Fail(ErrorCode::kLimit, "the program did not end in time");
  }
  if (output != nullptr) *output += buffer_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace pickleproof
