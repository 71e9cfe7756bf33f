#pragma once
// The built program as a subprocess, for tests: what people run is what is tested.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pickleproof {

struct Ran {
  int status = -1;  // the exit status; 128 and more where a signal ended the program
  std::string out;
  std::string err;
};

// Runs the program with these arguments and this standard input, and waits for it.
Ran RunProgram(const std::vector<std::string>& arguments, std::string_view input = "");

std::vector<std::string> Lines(std::string_view text);

// A folder that goes away with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  // Writes a file, whose folders are made; gives its path.
  std::string Write(std::string_view name, std::string_view bytes) const;

 private:
  std::filesystem::path path_;
};

std::string ReadFile(const std::filesystem::path& path);

}  // namespace pickleproof
