// Question: how fast can any target be on this machine?
// Input:    ignored.
// Oracle:   none.
// Seeds:    none.

#include "fuzz/target.h"

namespace pickleproof {
namespace {

class EmptyTarget final : public FuzzTarget {
 public:
  void Run(std::string_view /*input*/) override {}
};

}  // namespace

std::unique_ptr<FuzzTarget> MakeTarget(const TargetContext& /*context*/) {
  return std::make_unique<EmptyTarget>();
}

}  // namespace pickleproof
