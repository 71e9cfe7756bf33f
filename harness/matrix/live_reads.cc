#include "harness/matrix/live_reads.h"

namespace pickleproof {

size_t LiveReads::Add(std::string_view server, std::string_view reader, std::string_view bytes) {
  const auto [found, fresh] = reads_.try_emplace(
      {std::string(server), std::string(reader), std::string(bytes)}, outcomes_.size());
  if (fresh) outcomes_.emplace_back();
  return found->second;
}

void LiveReads::Run(const Source& source, const std::vector<std::string>& expected,
                    const std::function<LiveServer*(std::string_view)>& server_of) {
  for (auto at = reads_.begin(); at != reads_.end();) {
    const std::string& name = std::get<0>(at->first);
    std::vector<LiveRead> reads;
    std::vector<size_t> handles;
    for (; at != reads_.end() && std::get<0>(at->first) == name; ++at) {
      reads.push_back({std::get<1>(at->first), std::get<2>(at->first)});
      handles.push_back(at->second);
    }
    LiveServer* server = server_of(name);
    Result<std::vector<LiveOutcome>> outcomes =
        Fail(ErrorCode::kForeign, "the picklers are unavailable: " + name);
    if (server != nullptr) outcomes = server->Read(source, expected, reads);
    for (size_t i = 0; i < handles.size(); ++i) {
      outcomes_[handles[i]] = outcomes
                                  ? std::move((*outcomes)[i])
                                  : LiveOutcome{LiveResult::kCrash, outcomes.error().message, {}};
    }
  }
}

}  // namespace pickleproof
