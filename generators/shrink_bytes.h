#pragma once
// Smaller byte strings that still show what one was found to show: delta debugging, then plainer
// bytes. Knows nothing of pickle.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace pickleproof {

// The smallest string found, by length and then by bytes, of which `still_fails` is true; it must
// be true of `bytes` itself. Chunks go in halves, quarters, ... single bytes; then each byte
// becomes the smallest that will do among a few. Deterministic. Calls `still_fails` at most
// `max_tries` times, and never twice in a row with the same string.
std::string ShrinkBytes(std::string_view bytes,
                        const std::function<bool(std::string_view)>& still_fails,
                        uint64_t max_tries = 100000);

}  // namespace pickleproof
