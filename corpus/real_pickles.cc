#include "corpus/real_pickles.h"

#include <charconv>
#include <fstream>
#include <string_view>

namespace pickleproof {
namespace {

constexpr std::string_view kHeader = "path\tsha256\tsize\tprotocol\twriter\tbuffers\twhat";

std::vector<std::string_view> SplitTabs(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

template <typename T>
bool ParseNumber(std::string_view text, T* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

// "0", or a count and a letter for each buffer: "3 rwr".
bool ParseBuffers(std::string_view text, std::vector<bool>* buffers) {
  size_t count = 0;
  const size_t space = text.find(' ');
  if (!ParseNumber(text.substr(0, space), &count)) return false;
  const std::string_view letters =
      space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  for (const char letter : letters) {
    if (letter != 'r' && letter != 'w') return false;
    buffers->push_back(letter == 'r');
  }
  return buffers->size() == count;
}

bool ParseLine(std::string_view line, RealPickle* pickle) {
  const auto fields = SplitTabs(line);
  if (fields.size() != 7) return false;
  pickle->path = fields[0];
  pickle->group = fields[0].substr(0, fields[0].find('/'));
  pickle->sha256 = fields[1];
  pickle->writer = fields[4];
  pickle->what = fields[6];
  return ParseNumber(fields[2], &pickle->size) && ParseNumber(fields[3], &pickle->protocol) &&
         ParseBuffers(fields[5], &pickle->buffers);
}

}  // namespace

Result<std::vector<RealPickle>> ReadRealPickles(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "index.tsv";
  std::ifstream file(path);
  if (!file) return Fail(ErrorCode::kIo, "can't read " + path.string());
  std::vector<RealPickle> pickles;
  std::string line;
  for (size_t number = 1; std::getline(file, line); ++number) {
    if (number == 1 && line == kHeader) continue;
    RealPickle pickle;
    if (number == 1 || !ParseLine(line, &pickle)) {
      return Fail(ErrorCode::kSyntax, path.string() + ":" + std::to_string(number) +
                                          " is not as corpus/real/README.md says; "
                                          "corpus/real/make.py writes the file anew");
    }
    pickles.push_back(std::move(pickle));
  }
  return pickles;
}

}  // namespace pickleproof
