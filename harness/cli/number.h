#pragma once
// Whole numbers on the command line. CLI11 reads "-1" as 2**64 - 1 and too large a number as the
// largest one; here both are errors.

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

namespace pickleproof {

// What is wrong with a decimal number of 0 to 2**64 - 1, or "" where it is one.
std::string NumberProblem(const std::string& text);

// Adds an option that takes such a number; its default is shown.
CLI::Option* AddNumber(CLI::App& verb, const std::string& name, uint64_t& value,
                       const std::string& description);

}  // namespace pickleproof
