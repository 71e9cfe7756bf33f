#pragma once
// What older releases of Python, cloudpickle and dill lose and the newest don't. Kept apart from
// live_loss.cc because each entry ends with a release: those that the libraries were tried with,
// one by one.

#include <span>

#include "oracles/live/live_loss.h"

namespace pickleproof {

std::span<const LiveLoss> LossesOfReleases();

}  // namespace pickleproof
