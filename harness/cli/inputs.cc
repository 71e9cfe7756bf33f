#include "harness/cli/inputs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "harness/base/bytes.h"

namespace pickleproof {
namespace {

namespace fs = std::filesystem;

Result<void> ExpandFolder(const fs::path& folder, std::vector<InputFile>& inputs) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code ignored;  // a link that leads nowhere is no file
    if (it->is_regular_file(ignored)) files.push_back(it->path());
  }
  if (error) return Fail(ErrorCode::kIo, folder.string() + ": " + error.message());
  if (files.empty()) return Fail(ErrorCode::kUsage, folder.string() + ": no file lies below it");
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    inputs.emplace_back(file.string(), file.lexically_relative(folder).string(), "", false);
  }
  return {};
}

Result<void> ExpandPath(const std::string& path, std::vector<InputFile>& inputs) {
  if (path == "-") {
    auto bytes = ReadWhole(path);
    if (!bytes) return std::unexpected(bytes.error());
    if (bytes->empty()) return Fail(ErrorCode::kUsage, "standard input is empty");
    inputs.emplace_back("-", "stdin.pkl", std::move(*bytes), true);
    return {};
  }
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return Fail(ErrorCode::kUsage, path + ": no such file or folder; bytes are given by --hex");
  }
  if (fs::is_directory(status)) return ExpandFolder(path, inputs);
  if (fs::is_regular_file(status) && fs::file_size(path, error) == 0 && !error) {
    return Fail(ErrorCode::kUsage, path + ": the file is empty");
  }
  inputs.emplace_back(path, fs::path(path).filename().string(), "", false);
  return {};
}

}  // namespace

void InputArguments::AddTo(CLI::App& verb) {
  verb.add_option("INPUT", paths,
                  "A file, a folder (every file below it), or - for standard input");
  verb.add_option("--hex", hex, "The bytes themselves, as hex digits; may be repeated")
      ->allow_extra_args(false)  // what follows the one value is an INPUT
      ->take_all()
      ->type_name("BYTES");
}

Result<std::string> InputFile::Read() const {
  if (in_memory_) return bytes_;
  return ReadWhole(name_);
}

Result<std::vector<InputFile>> ExpandInputs(const InputArguments& arguments) {
  if (arguments.empty()) {
    return Fail(ErrorCode::kUsage, "no input; name a file or a folder, - or --hex BYTES");
  }
  std::vector<InputFile> inputs;
  for (const std::string& path : arguments.paths) {
    if (auto expanded = ExpandPath(path, inputs); !expanded) {
      return std::unexpected(expanded.error());
    }
  }
  for (size_t i = 0; i < arguments.hex.size(); ++i) {
    const std::string& hex = arguments.hex[i];
    auto bytes = FromHex(hex);
    if (!bytes) return Fail(ErrorCode::kUsage, "--hex " + hex + ": " + bytes.error().message);
    if (bytes->empty()) return Fail(ErrorCode::kUsage, "--hex takes at least one byte");
    inputs.emplace_back("hex:" + ToHex(*bytes), "hex-" + std::to_string(i + 1) + ".pkl",
                        std::move(*bytes), true);
  }
  return inputs;
}

Result<std::string> ReadWhole(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      return Fail(ErrorCode::kIo, path + ": a folder, where a file is needed");
    }
    file.open(path, std::ios::binary);
    if (!file) return Fail(ErrorCode::kIo, path + ": " + std::strerror(errno));
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return Fail(ErrorCode::kIo, path + ": can't be read");
  return bytes;
}

Result<void> WriteWhole(const std::string& path, std::string_view bytes) {
  std::ofstream file;
  const bool standard = path.empty() || path == "-";
  if (!standard) {
    std::error_code ignored;
    const fs::path parent = fs::path(path).parent_path();
    if (!parent.empty()) fs::create_directories(parent, ignored);
    file.open(path, std::ios::binary | std::ios::trunc);
  }
  std::ostream& out = standard ? std::cout : file;
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
  if (!out) return Fail(ErrorCode::kIo, path + ": can't be written: " + std::strerror(errno));
  return {};
}

}  // namespace pickleproof
