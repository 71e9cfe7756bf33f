#include "oracles/live/live_loss.h"

#include <array>
#include <vector>

#include "oracles/live/live_loss_releases.h"
#include "oracles/live/live_terms.h"

namespace pickleproof {
namespace {

using enum SourceTrait;

constexpr std::string_view kManual =
    "https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled";

constexpr std::array kLosses = {
    LiveLoss{
        "live-by-reference",
        "pickle writes functions and classes as their names; a process without the source can't "
        "find them, and what has no name in its module can't be written.",
        kManual,
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByStdlib(cell) &&
                 (LoadMissesName(cell) || DumpSays(cell, "Can't pickle local object") ||
                  DumpSays(cell, "Can't get local object") || DumpSays(cell, "attribute lookup") ||
                  DumpSays(cell, "it's not the same object") ||
                  DumpSays(cell, "it's not found as") || DumpSays(cell, "Can't pickle <function"));
        }},
    LiveLoss{"live-unnamed-slots",
             "Objects with __slots__ and no __getstate__ need protocol 2 (copyreg._reduce_ex).",
             "https://docs.python.org/3/library/pickle.html#object.__reduce_ex__",
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.protocol < 2 && DumpSays(cell, "defines __slots__ without defining");
             }},
    LiveLoss{
        "live-recursive-arguments",
        "Where an object's own reduce arguments contain it, and below protocol 2 where a list or "
        "dict subclass contains itself, there is no order in which to write it: every pickler "
        "recurses until it is stopped.",
        kManual,
        [](const LiveCell& cell, const ProbeDifference*) {
          return (DumpSays(cell, "Recursion") || DumpSays(cell, "recursion")) &&
                 (SourceHas(cell, {kRecursiveArgs}) ||
                  (cell.protocol < 2 && SourceHas(cell, {kRecursiveSubclass})));
        }},
    LiveLoss{
        "live-singleton",
        "An object whose __reduce__ returns a string is written as that name of its module, by "
        "every pickler; a process without the source has no such name.",
        "https://docs.python.org/3/library/pickle.html#object.__reduce__",
        [](const LiveCell& cell, const ProbeDifference*) {
          return LoadMissesName(cell) && SourceHas(cell, {kSingleton});
        }},
    LiveLoss{"cloudpickle-lru-cache",
             "cloudpickle knows no reducer for functools.lru_cache objects: they reduce to their "
             "qualified name.",
             kCloudpickleHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return ByCloudpickle(cell) && LoadMissesName(cell) && SourceHas(cell, {kLruCache});
             }},
    LiveLoss{
        "cloudpickle-singledispatch",
        "A singledispatch function keeps a WeakKeyDictionary in a cell; weak references can't be "
        "pickled.",
        kCloudpickleHome,
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByCloudpickle(cell) &&
                 (DumpSays(cell, "ReferenceType") || DumpSays(cell, "'weakref' object")) &&
                 SourceHas(cell, {kSingleDispatch});
        }},
    LiveLoss{
        "cloudpickle-slots",
        "cloudpickle makes the class anew without its __slots__ descriptors: in a fresh process "
        "instances have a __dict__, and a private slot that is mentioned is an AttributeError.",
        kCloudpickleHome,
        [](const LiveCell& cell, const ProbeDifference* difference) {
          return ByCloudpickle(cell) &&
                 (ProbeAsks(cell, difference, {kSlots}) ||
                  (LoadSays(cell, "has no attribute '_") && SourceHas(cell, {kMangledSlots})));
        }},
    LiveLoss{"cloudpickle-shared-cell",
             "cloudpickle makes a new cell for each function that refers to one; what a function "
             "assigns to it, another does not see.",
             kCloudpickleHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return ByCloudpickle(cell) && ProbeAsks(cell, difference, {kSharedCell});
             }},
    LiveLoss{
        "init-subclass-again",
        "A class made anew runs __init_subclass__ and its metaclass again; what they did at the "
        "origin is done twice.",
        kCloudpickleHome,
        [](const LiveCell& cell, const ProbeDifference* difference) {
          return (ByCloudpickle(cell) || ByDill(cell)) &&
                 (ProbeAsks(cell, difference, {kInitSubclass}) ||
                  (ByDill(cell) && ProbeAsks(cell, difference, {kOwnMetaclass})) ||
                  (ByDill(cell) && LoadSays(cell, "NameError") &&
                   SourceHas(cell, {kInitSubclass})));
        }},
    LiveLoss{
        "dill-needs-dill-loads",
        "dill writes the namespace of __main__ as a name that only dill's own Unpickler resolves.",
        kDillHome,
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByDill(cell) && cell.reader != "dill" &&
                 (LoadSays(cell, "attribute '__main__' on <module 'builtins'") ||
                  LoadSays(cell, "module 'builtins' has no attribute '__main__'") ||
                  LoadSays(cell, "No module named '__builtin__'"));
        }},
    LiveLoss{"dill-globals-by-reference",
             "dill (unless recurse is set) writes a function's globals as a reference to the "
             "namespace of __main__, which in a fresh process has none of them.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return (cell.writer == "dill" || cell.writer == "dill-byref") &&
                      ((ProbeRaises(difference, "NameError") &&
                        ProbeAsks(cell, difference, {kGlobals})) ||
                       (LoadSays(cell, "NameError") && SourceHas(cell, {kGlobals})));
             }},
    LiveLoss{"dill-byref",
             "With byref, dill writes classes of __main__ as names, and refuses those without one.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.writer == "dill-byref" &&
                      (LoadMissesName(cell) || DumpSays(cell, "it's not found as") ||
                       DumpSays(cell, "it's not the same object"));
             }},
    LiveLoss{"dill-recurse-globals",
             "With recurse, dill gives each function globals of its own: a name that one assigns "
             "another does not see.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return cell.writer == "dill-recurse" &&
                      ProbeAsks(cell, difference, {kSharedGlobals});
             }},
    LiveLoss{"dill-recurse-recursion",
             "With recurse, dill looks for the globals of a function by recursion over the objects "
             "that it finds, without remembering where it was.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.writer == "dill-recurse" && DumpSays(cell, "ecursion") &&
                      SourceHas(cell, {kRecursiveCell, kMutualGlobals, kSingleDispatch,
                                       kRecursiveRoot, kCyclicClass});
             }},
    LiveLoss{
        "dill-class-by-name",
        "dill writes some classes of __main__ as their names: enumerations, type variables, and "
        "classes that lead to themselves or have private slots.",
        kDillHome,
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByDill(cell) && LoadMissesName(cell) &&
                 SourceHas(cell, {kEnum, kGeneric, kCyclicClass, kMangledSlots});
        }},
    LiveLoss{"dill-named-tuple",
             "dill rebuilds a class made by typing.NamedTuple as a plain named tuple, without the "
             "methods and defaults that the class statement gave it. Subclasses inherit its "
             "__orig_bases__, by which dill makes them with NamedTuple's own metaclass, which "
             "refuses an __init__.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return ByDill(cell) &&
                      (ProbeAsks(cell, difference, {kNamedTuple}) ||
                       (LoadSays(cell, "Cannot overwrite NamedTuple attribute __init__") &&
                        SourceHas(cell, {kNamedTuple})));
             }},
    LiveLoss{"dill-class-keywords",
             "dill makes the class anew without the keyword arguments of its class statement.",
             kDillHome,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return ByDill(cell) && ProbeAsks(cell, difference, {kMetaclassKeywords});
             }},
};

// Where one Python or one release wrote and another reads.
constexpr std::array kAcross = {
    LiveLoss{
        "documented-as-unsupported/cloudpickle",
        "Written by one version of Python and read by another: \"Cloudpickle can only be used to "
        "send objects between the exact same version of Python.\" What is written by value has "
        "bytecode in it.",
        "https://github.com/cloudpipe/cloudpickle#readme",
        [](const LiveCell& cell, const ProbeDifference*) {
          return cell.other_version && ByCloudpickle(cell) && StreamNames(cell, "cloudpickle");
        }},
    LiveLoss{"documented-as-unsupported/dill",
             "Written by one version of Python and read by another: dill serialises bytecode, "
             "so that it is more sensitive to versions than pickle.",
             "https://github.com/uqfoundation/dill/issues/194",
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.other_version && ByDill(cell) && StreamNames(cell, "dill._dill");
             }},
    LiveLoss{
        "documented-as-unsupported/cloudpickle-releases",
        "Written with one release of cloudpickle and read with another: \"Cloudpickle does not "
        "officially support reading pickles files generated with an older version of cloudpickle "
        "than the one used to read the said pickles\", and older ones lack functions that newer "
        "ones write the names of.",
        "https://github.com/cloudpipe/cloudpickle/blob/master/tests/test_backward_compat.py",
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByCloudpickle(cell) && cell.wrote != cell.reads && LoadSays(cell, "") &&
                 StreamNames(cell, "cloudpickle");
        }},
    LiveLoss{
        "documented-as-unsupported/dill-releases",
        "Written with a release of dill and read with an older one, which is \"not guaranteed\": "
        "its functions lack parameters that newer ones write arguments for. The other way round "
        "it is meant to work.",
        "https://github.com/uqfoundation/dill/issues/341",
        [](const LiveCell& cell, const ProbeDifference*) {
          return ByDill(cell) && cell.reads < cell.wrote && LoadSays(cell, "") &&
                 StreamNames(cell, "dill._dill");
        }},
};

}  // namespace

std::string_view Name(LiveResult result) {
  switch (result) {
    case LiveResult::kSame: return "same";
    case LiveResult::kDifferent: return "different";
    case LiveResult::kDumpRefused: return "dump-refused";
    case LiveResult::kLoadRefused: return "load-refused";
    case LiveResult::kCrash: return "crash";
    case LiveResult::kHang: return "hang";
  }
  return "";
}

std::span<const LiveLoss> AllLiveLosses() {
  // What differs within one version, and one release, is told by its own name.
  static const std::vector<LiveLoss> all = [] {
    std::vector<LiveLoss> losses(kLosses.begin(), kLosses.end());
    const std::span<const LiveLoss> older = LossesOfReleases();
    losses.insert(losses.end(), older.begin(), older.end());
    losses.insert(losses.end(), kAcross.begin(), kAcross.end());
    return losses;
  }();
  return all;
}

const LiveLoss* ExplainLive(const LiveCell& cell, std::string* unexplained) {
  const auto find = [&](const ProbeDifference* difference) -> const LiveLoss* {
    for (const LiveLoss& loss : AllLiveLosses()) {
      if (loss.explains(cell, difference)) return &loss;
    }
    return nullptr;
  };
  if (cell.outcome->result != LiveResult::kDifferent) {
    const LiveLoss* loss = find(nullptr);
    if (loss == nullptr) *unexplained = cell.outcome->error;
    return loss;
  }
  const LiveLoss* first = nullptr;
  for (const ProbeDifference& difference : cell.outcome->differences) {
    const LiveLoss* loss = find(&difference);
    if (loss == nullptr) {
      *unexplained = cell.source->probes[difference.probe].expression + ": " + difference.got +
                     ", not " + difference.expected;
      return nullptr;
    }
    if (first == nullptr) first = loss;
  }
  return first;
}

}  // namespace pickleproof
