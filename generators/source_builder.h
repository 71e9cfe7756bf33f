#pragma once
// Writes one source from forms. Kept apart from sources.h, which is what users of sources see.

#include <string>
#include <string_view>
#include <vector>

#include "generators/source_form.h"

namespace pickleproof {

class SourceBuilder {
 public:
  SourceBuilder(Choices& choices, const SourceOptions& options);

  Source Build();

 private:
  // Something that was defined and will be pickled.
  struct Entity {
    std::string name;
    const SourceForm* form;
    SourceTraits traits;  // of the form and of what it uses
  };

  const SourceForm& DrawForm();
  bool CanBuild(const SourceForm& form) const;
  void Define(const SourceForm& form);
  void Root();
  void Ask(const Entity& entity, const std::string& at);

  std::string Literal();
  // An earlier entity of a role; there must be one.
  const Entity& Earlier(SourceRole role);
  bool HasEarlier(SourceRole role) const;
  // The template with its places filled; the traits of what it uses are added to `traits`.
  std::string Fill(std::string_view text, std::string_view name, SourceTraits* traits);

  Choices& choices_;
  SourceOptions options_;
  std::vector<std::vector<const SourceForm*>> groups_;
  Source source_;
  std::vector<Entity> entities_;
};

// Every form that Python 3.`minor` takes.
std::vector<const SourceForm*> SourceFormsFor(int minor);

}  // namespace pickleproof
