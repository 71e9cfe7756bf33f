#include "generators/source_builder.h"

#include <algorithm>
#include <array>

#include "harness/base/check.h"

namespace pickleproof {
namespace {

constexpr std::string_view kFunctionPlace = "<F>";
constexpr std::string_view kClassPlace = "<C>";

}  // namespace

std::vector<const SourceForm*> SourceFormsFor(int minor) {
  std::vector<const SourceForm*> forms;
  for (const auto* group : {&FunctionForms(), &ClassForms(), &InstanceForms()}) {
    for (const SourceForm& form : *group) {
      if (form.minor <= minor) forms.push_back(&form);
    }
  }
  return forms;
}

SourceBuilder::SourceBuilder(Choices& choices, const SourceOptions& options)
    : choices_(choices), options_(options) {
  for (const auto* group : {&FunctionForms(), &ClassForms(), &InstanceForms()}) {
    groups_.emplace_back();
    for (const SourceForm& form : *group) {
      if (form.minor <= options.minor) groups_.back().push_back(&form);
    }
  }
}

std::string SourceBuilder::Literal() {
  static constexpr std::array<std::string_view, 14> kLiterals = {
      "0",          "-1",     "7",        "2 ** 70",       "1.5",      "None",    "True",
      "'a\\u20ac'", "b'\\0'", "[1, [2]]", "{'k': (3, 4)}", "(5, 'z')", "'\\xe9'", "frozenset({6})"};
  return std::string(choices_.Pick(kLiterals));
}

bool SourceBuilder::HasEarlier(SourceRole role) const {
  return std::ranges::any_of(entities_, [&](const Entity& e) { return e.form->role == role; });
}

const SourceBuilder::Entity& SourceBuilder::Earlier(SourceRole role) {
  std::vector<const Entity*> fitting;
  for (const Entity& entity : entities_) {
    if (entity.form->role == role) fitting.push_back(&entity);
  }
  PICKLEPROOF_CHECK(!fitting.empty());
  return *fitting[choices_.Below(fitting.size())];
}

bool SourceBuilder::CanBuild(const SourceForm& form) const {
  const auto fits = [&](std::string_view place, SourceRole role) {
    return form.text.find(place) == std::string_view::npos || HasEarlier(role);
  };
  return fits(kFunctionPlace, SourceRole::kFunction) && fits(kClassPlace, SourceRole::kClass);
}

std::string SourceBuilder::Fill(std::string_view text, std::string_view name,
                                SourceTraits* traits) {
  std::string filled;
  const auto use = [&](SourceRole role) {
    const Entity& entity = Earlier(role);
    *traits |= entity.traits;
    filled += entity.name;
  };
  while (!text.empty()) {
    size_t taken = 3;
    if (text.starts_with("<L>")) {
      filled += Literal();
    } else if (text.starts_with("<N>")) {
      filled += std::to_string(choices_.Below(10));
    } else if (text.starts_with(kFunctionPlace)) {
      use(SourceRole::kFunction);
    } else if (text.starts_with(kClassPlace)) {
      use(SourceRole::kClass);
    } else {
      taken = 1;
      if (text[0] == '$') {
        filled += name;
      } else {
        filled += text[0];
      }
    }
    text.remove_prefix(taken);
  }
  return filled;
}

// Equal chances for functions, classes and instances, then for the forms that have what they need.
const SourceForm& SourceBuilder::DrawForm() {
  std::vector<const SourceForm*> fitting;
  for (const SourceForm* form : choices_.Pick(groups_)) {
    if (CanBuild(*form)) fitting.push_back(form);
  }
  PICKLEPROOF_CHECK(!fitting.empty());
  return *fitting[choices_.Below(fitting.size())];
}

void SourceBuilder::Define(const SourceForm& form) {
  Entity entity{"d" + std::to_string(entities_.size() + 1), &form, form.traits};
  std::string text = Fill(form.text, entity.name, &entity.traits);
  source_.parts.push_back({std::move(text), entity.traits});
  entities_.push_back(std::move(entity));
}

void SourceBuilder::Ask(const Entity& entity, const std::string& at) {
  for (const std::string_view probe : entity.form->probes) {
    SourceTraits traits = entity.traits;
    std::string expression = Fill(probe, at, &traits);
    source_.probes.push_back({std::move(expression), traits});
  }
}

// A dict of everything, something in it twice, now and then itself.
void SourceBuilder::Root() {
  struct Place {
    std::string_view text, path;
  };
  static constexpr std::array<Place, 4> kAgain = {
      {{"[$]", "[0]"}, {"(0, $)", "[1]"}, {"{1: $}", "[1]"}, {"[[$], $]", "[0][0]"}}};
  SourcePart part;
  part.text = "root = {}\n";
  for (const Entity& entity : entities_) {
    part.text += "root['" + entity.name + "'] = " + entity.name + "\n";
    Ask(entity, "x['" + entity.name + "']");
  }
  if (choices_.Chance(1, 2)) {
    const Entity& twice = entities_[choices_.Below(entities_.size())];
    const Place& place = choices_.Pick(kAgain);
    part.text += "root['again'] = " + Fill(place.text, twice.name, &part.traits) + "\n";
    source_.probes.push_back(
        {"x['again']" + std::string(place.path) + " is x['" + twice.name + "']", twice.traits});
  }
  if (choices_.Chance(1, 4)) {
    part.traits.set(SourceTrait::kRecursiveRoot);
    part.text += "root['me'] = [root]\n";
    source_.probes.push_back({"x['me'][0] is x", {SourceTrait::kRecursiveRoot}});
  }
  source_.parts.push_back(std::move(part));
}

Source SourceBuilder::Build() {
  const uint64_t count = choices_.Between(1, std::max<uint32_t>(options_.parts, 1));
  for (uint64_t i = 0; i < count; ++i) Define(DrawForm());
  Root();
  return std::move(source_);
}

}  // namespace pickleproof
