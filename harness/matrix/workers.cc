#include "harness/matrix/workers.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <thread>

#include <fmt/format.h>

namespace pickleproof {
namespace {

constexpr uint64_t kNoChunk = ~uint64_t{0};

// Memory that the parent and its children share.
struct Shared {
  std::atomic<uint64_t> next_chunk;
  std::atomic<uint64_t> done;
  std::atomic<uint64_t> chunk[64];  // that each process is at
};
constexpr size_t kMaxProcesses = std::size(Shared{}.chunk);

struct Unmap {
  void operator()(Shared* shared) const { munmap(shared, sizeof(Shared)); }
};

struct Child {
  pid_t pid = -1;
  int file = -1;  // a memory file that it writes its results to
};

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

bool WriteResult(int file, const std::string& result) {
  const uint64_t size = result.size();
  return WriteAll(file, {reinterpret_cast<const char*>(&size), sizeof size}) &&
         WriteAll(file, result);
}

// All complete results in the file; a result that its process did not finish is left out.
void ReadResults(int file, std::vector<std::string>& results) {
  uint64_t size = 0;
  off_t offset = 0;
  while (pread(file, &size, sizeof size, offset) == static_cast<ssize_t>(sizeof size)) {
    std::string result(size, '\0');
    if (pread(file, result.data(), size, offset + static_cast<off_t>(sizeof size)) !=
        static_cast<ssize_t>(size)) {
      break;
    }
    results.push_back(std::move(result));
    offset += static_cast<off_t>(sizeof size + size);
  }
}

std::string HowItEnded(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

class WorkerPool {
 public:
  WorkerPool(uint64_t count, const WorkersOptions& options,
             const std::function<std::unique_ptr<Worker>()>& make_worker)
      : count_(count), options_(options), make_worker_(make_worker) {
    processes_ = std::clamp<size_t>(options.processes, 1, kMaxProcesses);
    chunk_size_ = std::clamp<uint64_t>(count / (processes_ * 8), 1, 256);
  }

  Result<WorkersResult> Run() {
    void* memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return Fail(ErrorCode::kForeign, "no shared memory to be had");
    shared_.reset(new (memory) Shared{});
    for (auto& chunk : shared_->chunk) chunk = kNoChunk;
    std::vector<Child> children(processes_);
    for (size_t i = 0; i < processes_; ++i) {
      if (!Spawn(children[i], [this, i](Worker& worker, int file) { Work(worker, file, i); })) {
        return Fail(ErrorCode::kForeign, "no process to be had");
      }
    }
    for (size_t i = 0; i < processes_; ++i) {
      const int status = Await(children[i]);
      if (status == 0) continue;
      const uint64_t chunk = shared_->chunk[i];
      if (chunk == kNoChunk)
        return Fail(ErrorCode::kForeign, "a worker ended with " + HowItEnded(status));
      RunAlone(chunk * chunk_size_, std::min(count_, (chunk + 1) * chunk_size_));
    }
    // What a process that died had not begun.
    const uint64_t begun = std::min(shared_->next_chunk * chunk_size_, count_);
    RunAlone(begun, count_);
    return std::move(result_);
  }

 private:
  template <typename F>
  bool Spawn(Child& child, F work) {
    child.file = memfd_create("results", MFD_CLOEXEC);
    if (child.file < 0) return false;
    std::fflush(nullptr);
    child.pid = fork();
    if (child.pid == 0) {
      {
        const std::unique_ptr<Worker> worker = make_worker_();
        if (worker == nullptr) _exit(3);
        work(*worker, child.file);
      }
      std::fflush(nullptr);
      _exit(0);
    }
    return child.pid > 0;
  }

  void Work(Worker& worker, int file, size_t process) {
    shared_->chunk[process] = kNoChunk;
    for (;;) {
      const uint64_t chunk = shared_->next_chunk++;
      if (chunk * chunk_size_ >= count_) break;
      shared_->chunk[process] = chunk;
      const uint64_t end = std::min(count_, (chunk + 1) * chunk_size_);
      for (uint64_t item = chunk * chunk_size_; item < end; ++item) {
        worker.Run(item);
        ++shared_->done;
      }
      if (!WriteResult(file, worker.TakeResult())) _exit(4);
      shared_->chunk[process] = kNoChunk;
    }
  }

  // The status of a child when it ends; its results are kept.
  int Await(Child& child) {
    int status = 0;
    for (;;) {
      const pid_t ended = waitpid(child.pid, &status, WNOHANG);
      if (ended == child.pid) break;
      if (options_.progress) options_.progress(shared_->done);
      std::this_thread::sleep_for(std::chrono::milliseconds(40));
    }
    ReadResults(child.file, result_.results);
    close(child.file);
    return status;
  }

  void RunAlone(uint64_t begin, uint64_t end) {
    for (uint64_t item = begin; item < end; ++item) {
      Child child;
      const bool spawned = Spawn(child, [item](Worker& worker, int file) {
        worker.Run(item);
        if (!WriteResult(file, worker.TakeResult())) _exit(4);
      });
      const int status = spawned ? Await(child) : -1;
      if (status != 0) result_.crashed.push_back({item, HowItEnded(status)});
      shared_->done = std::max<uint64_t>(shared_->done, item + 1);
    }
  }

  uint64_t count_;
  const WorkersOptions& options_;
  const std::function<std::unique_ptr<Worker>()>& make_worker_;
  size_t processes_ = 1;
  uint64_t chunk_size_ = 1;
  std::unique_ptr<Shared, Unmap> shared_;
  WorkersResult result_;
};

}  // namespace

Result<WorkersResult> RunWorkers(uint64_t count, const WorkersOptions& options,
                                 const std::function<std::unique_ptr<Worker>()>& make_worker) {
  return WorkerPool(count, options, make_worker).Run();
}

}  // namespace pickleproof
