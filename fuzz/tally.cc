#include "fuzz/tally.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fuzz/instruction_size.h"

namespace pickleproof {
namespace {

constexpr std::chrono::seconds kInterval{1};
constexpr int kLateInstructions = 2;

}  // namespace

Tally::Tally(std::string target, const std::string& state)
    : target_(std::move(target)),
      begin_(std::chrono::steady_clock::now()),
      due_(begin_ + kInterval) {
  if (state.empty()) return;
  const std::string folder = state + "/stats";
  std::error_code
      ignored;  // Write() will say nothing either: a campaign is not worth its statistics
  std::filesystem::create_directories(folder, ignored);
  path_ = fmt::format("{}/{}-{}.json", folder, target_, getpid());
}

Tally::~Tally() { Write(); }

void Tally::Verdicted(std::string_view engine, Verdict verdict) {
  auto found = verdicts_.find(engine);
  if (found == verdicts_.end()) found = verdicts_.emplace(engine, Verdicts{}).first;
  ++found->second[static_cast<size_t>(verdict)];
}

void Tally::Increment(Counts& counts, std::string_view name) {
  const auto found = counts.find(name);
  if (found != counts.end()) {
    ++found->second;
  } else {
    counts.emplace(name, 1);
  }
}

std::string Tally::ToJson() const {
  nlohmann::ordered_json json;
  json["target"] = target_;
  json["pid"] = getpid();
  json["executions"] = executions_;
  json["accepted"] = accepted_;
  json["failed_at_last_instruction"] = failed_late_;
  json["disagreements"] = disagreements_;
  nlohmann::ordered_json reached = nlohmann::ordered_json::object();
  for (int protocol = 0; protocol <= kHighestProtocol; ++protocol) {
    nlohmann::ordered_json names = nlohmann::ordered_json::array();
    for (const OpcodeInfo& info : AllOpcodes()) {
      if (this->reached(protocol, info.opcode) != 0) names.push_back(info.name);
    }
    reached[std::to_string(protocol)] = std::move(names);
  }
  json["reached"] = std::move(reached);
  nlohmann::ordered_json verdicts = nlohmann::ordered_json::object();
  for (const auto& [engine, counts] : verdicts_) {
    for (size_t i = 0; i < kVerdicts; ++i) {
      if (counts[i] != 0) verdicts[engine][Name(static_cast<Verdict>(i))] = counts[i];
    }
  }
  json["verdicts"] = std::move(verdicts);
  json["poisoned"] = poisoned_;
  json["seconds_in_children"] = in_children_.count();
  json["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  json["explained"] = explained_;
  return json.dump();
}

void Tally::WriteIfDue() {
  const auto now = std::chrono::steady_clock::now();
  if (now < due_) return;
  due_ = now + kInterval;
  Write();
}

// To another name first, so that a reader never sees half of it.
void Tally::Write() const {
  if (path_.empty()) return;
  const std::string temporary = path_ + ".new";
  {
    std::ofstream file(temporary, std::ios::binary);
    file << ToJson() << '\n';
    if (!file) return;
  }
  std::error_code ignored;
  std::filesystem::rename(temporary, path_, ignored);
}

void TallyInstructions(std::string_view input, uint64_t consumed, Tally& tally) {
  const std::string_view read = input.substr(0, std::min<uint64_t>(consumed, input.size()));
  const bool stated = read.size() >= 2 && static_cast<Opcode>(read[0]) == Opcode::PROTO &&
                      static_cast<uint8_t>(read[1]) <= kHighestProtocol;
  const int protocol = stated ? read[1] : 0;
  size_t offset = 0;
  while (const size_t size = InstructionSize(read, offset)) {
    tally.Reached(protocol, static_cast<Opcode>(read[offset]));
    offset += size;
  }
}

bool IsLateFailure(std::string_view input, uint64_t offset) {
  if (offset > input.size()) return false;
  auto position = static_cast<size_t>(offset);
  for (int count = 0; count <= kLateInstructions; ++count) {
    const size_t size = InstructionSize(input, position);
    // What can't be decoded fails here, and is the last that the reader sees.
    if (size == 0 || static_cast<Opcode>(input[position]) == Opcode::STOP) return true;
    position += size;
  }
  return false;
}

}  // namespace pickleproof
