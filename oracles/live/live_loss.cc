#include "oracles/live/live_loss.h"

#include <array>

namespace pickleproof {
namespace {

using enum SourceTrait;

constexpr std::string_view kCloudpickle = "https://github.com/cloudpipe/cloudpickle";
constexpr std::string_view kDill = "https://github.com/uqfoundation/dill";
constexpr std::string_view kManual =
    "https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled";

bool IsStdlib(const LiveCell& cell) {
  return cell.writer == "_pickle" || cell.writer == "pickle.py";
}
bool IsDill(const LiveCell& cell) { return cell.writer.starts_with("dill"); }
// The project's own live pickler works with cloudpickle's reducers.
bool IsCloudpickle(const LiveCell& cell) {
  return cell.writer == "cloudpickle" || cell.writer == "pickleproof";
}

bool Refused(const LiveCell& cell, LiveResult result, std::string_view error) {
  return cell.outcome->result == result && cell.outcome->error.find(error) != std::string::npos;
}
bool Dump(const LiveCell& cell, std::string_view error) {
  return Refused(cell, LiveResult::kDumpRefused, error);
}
bool Load(const LiveCell& cell, std::string_view error) {
  return Refused(cell, LiveResult::kLoadRefused, error);
}
bool Has(const LiveCell& cell, SourceTraits traits) { return cell.source->traits().any(traits); }
// Whether the probe asks something with one of the traits.
bool Asks(const LiveCell& cell, const ProbeDifference* difference, SourceTraits traits) {
  return difference != nullptr && cell.source->probes[difference->probe].traits.any(traits);
}
bool LoadMissesName(const LiveCell& cell) {
  return Load(cell, "AttributeError: Can't get attribute") ||
         Load(cell, "AttributeError: module '__main__' has no attribute");
}
// Whether the stream names the library's own functions, as those with code in them do.
bool Names(const LiveCell& cell, std::string_view library) {
  return cell.stream.find(library) != std::string_view::npos;
}
bool Raises(const ProbeDifference* difference, std::string_view exception) {
  return difference != nullptr && difference->got == "raises " + std::string(exception);
}

constexpr std::array kLosses = {
    LiveLoss{
        "live-by-reference",
        "pickle writes functions and classes as their names; a process without the source can't "
        "find them, and what has no name in its module can't be written.",
        kManual,
        [](const LiveCell& cell, const ProbeDifference*) {
          return IsStdlib(cell) &&
                 (LoadMissesName(cell) || Dump(cell, "Can't pickle local object") ||
                  Dump(cell, "Can't get local object") || Dump(cell, "attribute lookup") ||
                  Dump(cell, "it's not the same object") || Dump(cell, "it's not found as") ||
                  Dump(cell, "Can't pickle <function"));
        }},
    LiveLoss{"live-unnamed-slots",
             "Objects with __slots__ and no __getstate__ need protocol 2 (copyreg._reduce_ex).",
             "https://docs.python.org/3/library/pickle.html#object.__reduce_ex__",
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.protocol < 2 && Dump(cell, "defines __slots__ without defining");
             }},
    LiveLoss{
        "live-recursive-arguments",
        "Where an object's own reduce arguments contain it, and below protocol 2 where a list or "
        "dict subclass contains itself, there is no order in which to write it: every pickler "
        "recurses until it is stopped.",
        kManual,
        [](const LiveCell& cell, const ProbeDifference*) {
          return (Dump(cell, "Recursion") || Dump(cell, "recursion")) &&
                 (Has(cell, {kRecursiveArgs}) ||
                  (cell.protocol < 2 && Has(cell, {kRecursiveSubclass})));
        }},
    LiveLoss{
        "live-singleton",
        "An object whose __reduce__ returns a string is written as that name of its module, by "
        "every pickler; a process without the source has no such name.",
        "https://docs.python.org/3/library/pickle.html#object.__reduce__",
        [](const LiveCell& cell, const ProbeDifference*) {
          return LoadMissesName(cell) && Has(cell, {kSingleton});
        }},
    LiveLoss{"cloudpickle-lru-cache",
             "cloudpickle knows no reducer for functools.lru_cache objects: they reduce to their "
             "qualified name.",
             kCloudpickle,
             [](const LiveCell& cell, const ProbeDifference*) {
               return IsCloudpickle(cell) && LoadMissesName(cell) && Has(cell, {kLruCache});
             }},
    LiveLoss{
        "cloudpickle-singledispatch",
        "A singledispatch function keeps a WeakKeyDictionary in a cell; weak references can't be "
        "pickled.",
        kCloudpickle,
        [](const LiveCell& cell, const ProbeDifference*) {
          return IsCloudpickle(cell) && Dump(cell, "ReferenceType") && Has(cell, {kSingleDispatch});
        }},
    LiveLoss{
        "cloudpickle-slots",
        "cloudpickle makes the class anew without its __slots__ descriptors: in a fresh process "
        "instances have a __dict__, and a private slot that is mentioned is an AttributeError.",
        kCloudpickle,
        [](const LiveCell& cell, const ProbeDifference* difference) {
          return IsCloudpickle(cell) &&
                 (Asks(cell, difference, {kSlots}) ||
                  (Load(cell, "has no attribute '_") && Has(cell, {kMangledSlots})));
        }},
    LiveLoss{"cloudpickle-shared-cell",
             "cloudpickle makes a new cell for each function that refers to one; what a function "
             "assigns to it, another does not see.",
             kCloudpickle,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return IsCloudpickle(cell) && Asks(cell, difference, {kSharedCell});
             }},
    LiveLoss{
        "init-subclass-again",
        "A class made anew runs __init_subclass__ and its metaclass again; what they did at the "
        "origin is done twice.",
        kCloudpickle,
        [](const LiveCell& cell, const ProbeDifference* difference) {
          return (IsCloudpickle(cell) || IsDill(cell)) &&
                 (Asks(cell, difference, {kInitSubclass}) ||
                  (IsDill(cell) && Asks(cell, difference, {kOwnMetaclass})) ||
                  (IsDill(cell) && Load(cell, "NameError") && Has(cell, {kInitSubclass})));
        }},
    LiveLoss{
        "dill-needs-dill-loads",
        "dill writes the namespace of __main__ as a name that only dill's own Unpickler resolves.",
        kDill,
        [](const LiveCell& cell, const ProbeDifference*) {
          return IsDill(cell) && cell.reader != "dill" &&
                 (Load(cell, "attribute '__main__' on <module 'builtins'") ||
                  Load(cell, "module 'builtins' has no attribute '__main__'") ||
                  Load(cell, "No module named '__builtin__'"));
        }},
    LiveLoss{"dill-globals-by-reference",
             "dill (unless recurse is set) writes a function's globals as a reference to the "
             "namespace of __main__, which in a fresh process has none of them.",
             kDill,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return (cell.writer == "dill" || cell.writer == "dill-byref") &&
                      ((Raises(difference, "NameError") && Asks(cell, difference, {kGlobals})) ||
                       (Load(cell, "NameError") && Has(cell, {kGlobals})));
             }},
    LiveLoss{"dill-byref",
             "With byref, dill writes classes of __main__ as names, and refuses those without one.",
             kDill,
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.writer == "dill-byref" &&
                      (LoadMissesName(cell) || Dump(cell, "it's not found as") ||
                       Dump(cell, "it's not the same object"));
             }},
    LiveLoss{"dill-recurse-globals",
             "With recurse, dill gives each function globals of its own: a name that one assigns "
             "another does not see.",
             kDill,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return cell.writer == "dill-recurse" && Asks(cell, difference, {kSharedGlobals});
             }},
    LiveLoss{"dill-recurse-recursion",
             "With recurse, dill looks for the globals of a function by recursion over the objects "
             "that it finds, without remembering where it was.",
             kDill,
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.writer == "dill-recurse" && Dump(cell, "ecursion") &&
                      Has(cell, {kRecursiveCell, kMutualGlobals, kSingleDispatch, kRecursiveRoot,
                                 kCyclicClass, kLocal});
             }},
    LiveLoss{
        "dill-class-by-name",
        "dill writes some classes of __main__ as their names: enumerations, type variables, and "
        "classes that lead to themselves or have private slots.",
        kDill,
        [](const LiveCell& cell, const ProbeDifference*) {
          return IsDill(cell) && LoadMissesName(cell) &&
                 Has(cell, {kEnum, kGeneric, kCyclicClass, kMangledSlots});
        }},
    LiveLoss{"dill-named-tuple",
             "dill rebuilds a class made by typing.NamedTuple as a plain named tuple, without the "
             "methods and defaults that the class statement gave it. Subclasses inherit its "
             "__orig_bases__, by which dill makes them with NamedTuple's own metaclass, which "
             "refuses an __init__.",
             kDill,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return IsDill(cell) &&
                      (Asks(cell, difference, {kNamedTuple}) ||
                       (Load(cell, "Cannot overwrite NamedTuple attribute __init__") &&
                        Has(cell, {kNamedTuple})));
             }},
    LiveLoss{"dill-class-keywords",
             "dill makes the class anew without the keyword arguments of its class statement.",
             kDill,
             [](const LiveCell& cell, const ProbeDifference* difference) {
               return IsDill(cell) && Asks(cell, difference, {kMetaclassKeywords});
             }},
    // Last, so that what differs within one version is told by its own name.
    LiveLoss{
        "documented-as-unsupported/cloudpickle",
        "Written by one version of Python and read by another: \"Cloudpickle can only be used to "
        "send objects between the exact same version of Python.\" What is written by value has "
        "bytecode in it.",
        "https://github.com/cloudpipe/cloudpickle#readme",
        [](const LiveCell& cell, const ProbeDifference*) {
          return cell.other_version && IsCloudpickle(cell) && Names(cell, "cloudpickle");
        }},
    LiveLoss{"documented-as-unsupported/dill",
             "Written by one version of Python and read by another: dill serialises bytecode, "
             "so that it is more sensitive to versions than pickle.",
             "https://github.com/uqfoundation/dill/issues/194",
             [](const LiveCell& cell, const ProbeDifference*) {
               return cell.other_version && IsDill(cell) && Names(cell, "dill._dill");
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

std::span<const LiveLoss> AllLiveLosses() { return kLosses; }

const LiveLoss* ExplainLive(const LiveCell& cell, std::string* unexplained) {
  const auto find = [&](const ProbeDifference* difference) -> const LiveLoss* {
    for (const LiveLoss& loss : kLosses) {
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
