// Globals: by name, nested ones, extension codes for them.

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/utf8.h"
#include "harness/pickle/name_mapping.h"
#include "harness/pickle/pickler_impl.h"

namespace pickleproof {
namespace {

// A qualified name of n parts costs its length n times over below protocol 4.
constexpr size_t kMaxParts = 256;

}  // namespace

// One string for both names, unambiguous whatever they hold. Valid until the next call.
const std::string& Pickler::Impl::NamesKey(std::string_view module, std::string_view name) {
  key_ = fmt::format("{}:", module.size());
  key_.append(module).append(name);
  return key_;
}

// The code under which the registry knows the global, or 0.
uint32_t Pickler::Impl::ExtensionOf(std::string_view module, std::string_view name) {
  if (extensions_.empty() || writer_.protocol() < 2) return 0;
  const auto it = extensions_.find(NamesKey(module, name));
  return it == extensions_.end() ? 0 : it->second;
}

bool Pickler::Impl::SaveGlobal(NodeId id) {
  const std::string_view module = graph_->Module(id);
  const std::string_view name = graph_->QualifiedName(id);
  const bool was_done = options_.fast && memo_.Has(id);  // what was done to it is done
  if (const uint32_t code = ExtensionOf(module, name); code != 0) {
    p_ = writer_.Extension(p_, code);
    if (!graph_->HasSteps(id) || was_done) return true;
    Memoize(id);
  } else if (const auto it = globals_.find(NamesKey(module, name)); it != globals_.end()) {
    // Written in passing before, as the callable of a set, say.
    memo_.Share(id, it->second);
    Get(id);
  } else {
    if (!WriteGlobal(module, name)) return false;
    if (always_ && !options_.fast) globals_.emplace(NamesKey(module, name), memo_.size());
    Memoize(id);
  }
  if (!graph_->HasSteps(id) || was_done) return true;
  if (options_.fast) memo_.Add(id);
  return SaveSteps(id);
}

// Writes a global that is no node of the graph, or fetches it.
bool Pickler::Impl::WriteKnownGlobal(std::string_view module, std::string_view name) {
  p_ = writer_.Boundary(p_);
  if (const auto it = globals_.find(NamesKey(module, name)); it != globals_.end()) {
    p_ = writer_.Get(p_, it->second);
    return true;
  }
  if (const uint32_t code = ExtensionOf(module, name); code != 0) {
    p_ = writer_.Extension(p_, code);
    return true;
  }
  if (!WriteGlobal(module, name)) return false;
  if (RemembersTransients()) globals_.emplace(NamesKey(module, name), memo_.size());
  MemoizeTransient();
  return true;
}

// Everything but the memo entry.
bool Pickler::Impl::WriteGlobal(std::string_view module, std::string_view name) {
  if (!SurvivesReading(module, name)) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("without PROTO a reader takes {}.{} for the name of a Python 2 global: "
                            "use a policy with proto_header",
                            module, name),
                "PicklingError");
  }
  const int protocol = writer_.protocol();
  if (protocol < 4) {
    if (name.find('.') != std::string_view::npos) return WriteNestedGlobal(module, name);
    return WriteGlobalLines(module, name);
  }
  if (policy_.text_globals && CanBeLine(module, false) && CanBeLine(name, false)) {
    p_ = writer_.Lines(p_, Opcode::GLOBAL, module, name);
    return true;
  }
  WriteName(module);
  WriteName(name);
  p_ = PutOpcode(p_, Opcode::STACK_GLOBAL);
  return true;
}

// Without PROTO a stream counts as protocol 0, whose readers rename.
bool Pickler::Impl::SurvivesReading(std::string_view module, std::string_view name) const {
  if (policy_.proto_header || writer_.protocol() < 3 || !options_.fix_imports) return true;
  return ToPython3({module, name}) == GlobalName{module, name};
}

bool Pickler::Impl::CanBeLine(std::string_view text, bool ascii) const {
  if (text.empty() || text.find('\n') != std::string_view::npos) return false;
  return ascii ? IsAscii(text) : IsUtf8(text, false);
}

bool Pickler::Impl::WriteGlobalLines(std::string_view module, std::string_view name) {
  const int protocol = writer_.protocol();
  GlobalName written{module, name};
  if (protocol < 3 && options_.fix_imports) written = ToPython2(written);
  const bool ascii = protocol < 3;
  if (!CanBeLine(written.module, ascii) || !CanBeLine(written.name, ascii)) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("can't pickle global identifier '{}.{}' using pickle protocol {}: its "
                            "names must be {} lines",
                            module, name, protocol, ascii ? "ASCII" : "UTF-8"),
                "PicklingError");
  }
  p_ = writer_.Lines(p_, Opcode::GLOBAL, written.module, written.name);
  return true;
}

// getattr(getattr(module.A, 'B'), 'C'), from the outside in until a parent is known, and back.
bool Pickler::Impl::WriteNestedGlobal(std::string_view module, std::string_view name) {
  if (static_cast<size_t>(std::count(name.begin(), name.end(), '.')) >= kMaxParts) {
    return Fail(ErrorCode::kLimit,
                fmt::format("a qualified name has more than {} parts: use protocol 4", kMaxParts),
                "RecursionError");
  }
  const bool flat = policy_.flat_getattr;
  const auto is_known = [&](std::string_view parent) {
    return !flat &&
           (globals_.contains(NamesKey(module, parent)) || ExtensionOf(module, parent) != 0);
  };
  std::string_view parent = name;
  do {
    if (!WriteKnownGlobal("builtins", "getattr")) return false;
    OpenTuple(2);
    parent = parent.substr(0, parent.rfind('.'));
  } while (!is_known(parent) && parent.find('.') != std::string_view::npos);
  p_ = writer_.Boundary(p_);
  if (!(flat ? WriteGlobalLines(module, parent) : WriteKnownGlobal(module, parent))) return false;
  while (true) {
    const std::string_view rest = name.substr(parent.size() + 1);
    const std::string_view last = rest.substr(0, rest.find('.'));
    WriteFreshStr(last);
    CloseTuple(2);
    if (!flat) MemoizeTransient();
    p_ = PutOpcode(p_, Opcode::REDUCE);
    parent = name.substr(0, parent.size() + 1 + last.size());
    if (parent.size() == name.size()) return true;  // its memo entry is the caller's business
    if (flat || !RemembersTransients()) continue;
    globals_.emplace(NamesKey(module, parent), memo_.size());
    MemoizeTransient();
  }
}

}  // namespace pickleproof
