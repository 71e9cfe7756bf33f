#include "harness/matrix/unconfirmed.h"

#include <string_view>
#include <utility>

namespace pickleproof {
namespace {

constexpr std::string_view kUnconfirmed = "unconfirmed";

}  // namespace

void SettleUnconfirmed(RunRecord& record, const Signature& signature) {
  auto moved = record.differences.extract(signature);
  record.unexplained_witnesses -= moved.mapped().count;
  ReasonOf(record, kUnconfirmed, "It did not happen again alone in a fresh process.").count +=
      moved.mapped().count;
  moved.key().explained_by = kUnconfirmed;
  record.differences.insert(std::move(moved));
}

}  // namespace pickleproof
