#pragma once
// The shapes that definitions in generated sources take, as data. Kept apart from the builder so
// that a shape is added without code.
//
// In texts and probes: $ is the name of what is defined (in probes: the way to it), <L> a literal,
// <N> a number from 0 to 9, <F> the name of an earlier function that takes one int, <C> that of an
// earlier class that is made from one int and has a method m of one int. Each place is filled
// anew.

#include <span>
#include <string_view>
#include <vector>

#include "generators/sources.h"

namespace pickleproof {

// What a definition can be used for by later ones.
enum class SourceRole : uint8_t { kFunction, kClass, kValue };

struct SourceForm {
  std::string_view name;
  SourceRole role = SourceRole::kValue;
  SourceTraits traits;
  std::string_view text;
  std::vector<std::string_view> probes;
  int minor = 8;  // the first Python 3 that takes it
};

// In files of their own.
const std::vector<SourceForm>& FunctionForms();
const std::vector<SourceForm>& ClassForms();
const std::vector<SourceForm>& InstanceForms();

}  // namespace pickleproof
