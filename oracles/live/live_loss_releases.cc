#include "oracles/live/live_loss_releases.h"

#include <array>

#include "oracles/live/live_terms.h"

namespace pickleproof {
namespace {

using enum SourceTrait;

// Whether pickle.py does the work: dill's picklers are made of it, as cloudpickle's were
// before 1.2.
bool ByPythonPickler(const LiveCell& cell) {
  return cell.writer == "pickle.py" || ByDill(cell) ||
         (cell.writer == "cloudpickle" && WrittenBefore(cell, {1, 2, 0}));
}

constexpr std::array kLosses = {
    LiveLoss{"python-3.10-bytearray",
             "Before Python 3.10, pickle.py does not memoize what it writes with BYTEARRAY8: one "
             "bytearray that is referred to twice comes back as two.",
             "https://github.com/python/cpython/issues/88073",
             [](const LiveCell& cell, const ProbeDifference* difference) {
               constexpr char kByteArray8 = '\x96';
               return ByPythonPickler(cell) && cell.minor < 10 &&
                      cell.stream.contains(kByteArray8) &&
                      ProbeMentions(cell, difference, " is ") && difference->got == "False";
             }},
    LiveLoss{
        "cloudpickle-3.0-dataclass",
        "Before 3.0, cloudpickle copies the sentinels by which dataclasses tells fields from other "
        "attributes: a dataclass that comes back has no fields().",
        "https://github.com/cloudpipe/cloudpickle/issues/386",
        [](const LiveCell& cell, const ProbeDifference* difference) {
          return ByCloudpickle(cell) && WrittenBefore(cell, {3, 0, 0}) &&
                 ProbeAsks(cell, difference, {kDataclass}) &&
                 ProbeMentions(cell, difference, ".fields(");
        }},
    LiveLoss{
        "cloudpickle-2.2-named-tuple",
        "From 1.4 on and before 2.2, cloudpickle makes a class that typing.NamedTuple made without "
        "the __module__ that typing looks for, from Python 3.9 on.",
        "https://github.com/cloudpipe/cloudpickle/issues/460",
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByCloudpickle(cell) && WrittenBefore(cell, {2, 2, 0}) &&
                 !WrittenBefore(cell, {1, 4, 0}) && LoadSays(cell, "KeyError: '__module__'") &&
                 SourceHas(cell, {kNamedTuple});
        }},
    LiveLoss{
        "cloudpickle-1.3-inherited-slots",
        "Before 1.3, cloudpickle gives a class the __slots__ that it inherits, those of abc.ABC "
        "for one: its instances have no __dict__.",
        kCloudpickleHome,
        [](const LiveCell& cell, const ProbeDifference* difference) {
          return ByCloudpickle(cell) && WrittenBefore(cell, {1, 3, 0}) &&
                 ProbeRaises(difference, "AttributeError") &&
                 ProbeAsks(cell, difference, {kAbstract});
        }},
    LiveLoss{
        "cloudpickle-1.2-no-class",
        "Before 1.2, cloudpickle takes everything that reduces to a name, and is not found by it, "
        "for a class.",
        kCloudpickleHome,
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByCloudpickle(cell) && WrittenBefore(cell, {1, 2, 0}) &&
                 DumpSays(cell, "object has no attribute '__bases__'") &&
                 SourceHas(cell, {kSingleton, kGeneric, kLruCache});
        }},
    LiveLoss{
        "dill-0.3.8-called-globals",
        "Before 0.3.8, dill with recurse finds global names in the text of dis, which in Python "
        "3.13 has \"+ NULL\" behind those that are called: they are left out.",
        kDillHome,
        [](const LiveCell& cell, const ProbeDifference* difference) {
          return cell.writer == "dill-recurse" && WrittenBefore(cell, {0, 3, 8}) &&
                 cell.minor >= 13 &&
                 ((ProbeRaises(difference, "NameError") &&
                   ProbeAsks(cell, difference, {kGlobals, kDataclass})) ||
                  (LoadSays(cell, "NameError") && SourceHas(cell, {kGlobals})));
        }},
    LiveLoss{"dill-0.3.7-private-slots",
             "Before 0.3.7, dill looks for a private slot by the name that the source gives it.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 7}) &&
                      DumpSays(cell, "KeyError: '__v'") && SourceHas(cell, {kMangledSlots});
             }},
    LiveLoss{"dill-0.3.7-abstract",
             "Before 0.3.7, dill writes the _abc_impl of an abstract base class, which can't be.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 7}) &&
                      DumpSays(cell, "_abc_data' object") && SourceHas(cell, {kAbstract});
             }},
    LiveLoss{"dill-0.3.6-dict-slot",
             "Before 0.3.6, dill looks for a descriptor of a slot that is called __dict__.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 6}) &&
                      DumpSays(cell, "KeyError: '__dict__'") && SourceHas(cell, {kSlots});
             }},
    LiveLoss{"dill-0.3.6-dataclass",
             "Before 0.3.6, dill copies the sentinels by which dataclasses tells fields from other "
             "attributes: a dataclass that comes back has no fields().",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 6}) &&
                      ProbeAsks(cell, difference, {kDataclass}) &&
                      ProbeMentions(cell, difference, ".fields(");
             }},
    LiveLoss{
        "dill-0.3.5-recursion",
        "Before 0.3.5, dill follows a cell that leads to its function, and a class that leads to "
        "itself, until recursion ends it.",
        kDillHome,
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByDill(cell) && WrittenBefore(cell, {0, 3, 5}) && DumpSays(cell, "ecursion") &&
                 SourceHas(cell, {kRecursiveCell, kCyclicClass, kEnum, kSingleDispatch});
        }},
    LiveLoss{
        "dill-0.3.5-class-cell",
        "Before 0.3.5, dill writes the class in the cell of a method (one that uses super, or a "
        "frozen dataclass's __setattr__) as a name.",
        kDillHome,
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByDill(cell) && WrittenBefore(cell, {0, 3, 5}) && LoadMissesName(cell) &&
                 SourceHas(cell, {kClassCell});
        }},
    LiveLoss{"dill-0.3.5-lru-cache",
             "Before 0.3.5, dill knows no reducer for functools.lru_cache objects: they reduce to "
             "their qualified name.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 5}) && LoadMissesName(cell) &&
                      SourceHas(cell, {kLruCache});
             }},
    LiveLoss{"dill-0.3.5-partial",
             "Before 0.3.5, dill writes a functools.partial without its attributes.", kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 5}) &&
                      ProbeRaises(difference, "AttributeError") &&
                      ProbeAsks(cell, difference, {kPartialAttribute});
             }},
    LiveLoss{"dill-0.3.5-function-attributes",
             "Before 0.3.5, dill writes a function without its qualified name and annotations, and "
             "without an attribute that leads back to it.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 5}) &&
                      (ProbeMentions(cell, difference, ".__qualname__") ||
                       ProbeMentions(cell, difference, ".__annotations__") ||
                       (ProbeMentions(cell, difference, ".me[0]") &&
                        ProbeRaises(difference, "AttributeError")));
             }},
    LiveLoss{"dill-0.3.5-recursive-globals",
             "Before 0.3.5, dill with recurse leaves out globals that lead back to what uses them: "
             "a function's own name, the class of a method.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return cell.writer == "dill-recurse" && WrittenBefore(cell, {0, 3, 5}) &&
                      ProbeRaises(difference, "NameError") &&
                      ProbeAsks(cell, difference, {kGlobals});
             }},
    LiveLoss{"dill-0.3.5-empty-cell", "Before 0.3.5, dill asks every cell for its contents.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 5}) &&
                      DumpSays(cell, "ValueError: Cell is empty") && SourceHas(cell, {kLocal});
             }},
    LiveLoss{"dill-0.3.5-ellipsis",
             "Before 0.3.5, dill writes the type of ... as a name that builtins doesn't have.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return ByDill(cell) && WrittenBefore(cell, {0, 3, 5}) &&
                      DumpSays(cell, "<class 'ellipsis'>: it's not found");
             }},
    LiveLoss{"dill-0.3.4-no-builtins",
             "Before 0.3.4, dill makes a function with globals of its own (recurse) without "
             "__builtins__: it can't import.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return cell.writer == "dill-recurse" &&
                      (WrittenBefore(cell, {0, 3, 4}) || ReadBefore(cell, {0, 3, 4})) &&
                      ProbeRaises(difference, "ImportError");
             }},
};

}  // namespace

std::span<const LiveLoss> LossesOfReleases() { return kLosses; }

}  // namespace pickleproof
