#include "harness/cli/number.h"

#include <charconv>

namespace pickleproof {

std::string NumberProblem(const std::string& text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && stopped == end) return "";
  if (error == std::errc::result_out_of_range) return "'" + text + "' is above 2**64 - 1";
  return "'" + text + "' is no whole number of 0 or more";
}

CLI::Option* AddNumber(CLI::App& verb, const std::string& name, uint64_t& value,
                       const std::string& description) {
  return verb.add_option(name, value, description)->check(NumberProblem)->capture_default_str();
}

}  // namespace pickleproof
