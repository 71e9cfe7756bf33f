#pragma once
// What INPUT means on every command line: a file, a folder (every file below it), "-" for standard
// input, or --hex BYTES.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "harness/base/error.h"

namespace pickleproof {

struct InputArguments {
  std::vector<std::string> paths;
  std::vector<std::string> hex;
  // Adds INPUT... and --hex to a subcommand.
  void AddTo(CLI::App& verb);
  bool empty() const { return paths.empty() && hex.empty(); }
};

// One input, with its bytes read when it is its turn: a folder may hold more than memory does.
class InputFile {
 public:
  InputFile(std::string name, std::string relative, std::string bytes, bool in_memory)
      : name_(std::move(name)),
        relative_(std::move(relative)),
        bytes_(std::move(bytes)),
        in_memory_(in_memory) {}

  const std::string& name() const { return name_; }  // a path, "-" or "hex:..."
  // Below the folder that was named; a file's own name; "stdin.pkl", "hex-1.pkl".
  const std::string& relative() const { return relative_; }
  Result<std::string> Read() const;

 private:
  std::string name_, relative_, bytes_;
  bool in_memory_;
};

// All inputs, folders expanded in sorted order. kUsage or kIo with what to do: no input at all,
// nothing at a path, a folder without files, an empty file, a file that can't be read, bad hex.
Result<std::vector<InputFile>> ExpandInputs(const InputArguments& arguments);

// A whole file, or standard input for "-".
Result<std::string> ReadWhole(const std::string& path);

// Writes a whole file; standard output for "-" or "".
Result<void> WriteWhole(const std::string& path, std::string_view bytes);

}  // namespace pickleproof
