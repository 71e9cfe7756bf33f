#include "harness/graph/node.h"

namespace pickleproof {

std::string_view Name(Kind kind) {
  switch (kind) {
    case Kind::kNone: return "none";
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int";
    case Kind::kFloat: return "float";
    case Kind::kStr: return "str";
    case Kind::kBytes: return "bytes";
    case Kind::kByteArray: return "bytearray";
    case Kind::kPy2Str: return "py2str";
    case Kind::kTuple: return "tuple";
    case Kind::kList: return "list";
    case Kind::kDict: return "dict";
    case Kind::kSet: return "set";
    case Kind::kFrozenSet: return "frozenset";
    case Kind::kGlobal: return "global";
    case Kind::kObject: return "object";
    case Kind::kPersistentId: return "persid";
    case Kind::kExtension: return "ext";
    case Kind::kBuffer: return "buffer";
  }
  return "invalid";
}

std::string_view Name(How how) {
  switch (how) {
    case How::kReduce: return "reduce";
    case How::kNewObj: return "newobj";
    case How::kNewObjEx: return "newobj_ex";
    case How::kObj: return "obj";
    case How::kInst: return "inst";
  }
  return "invalid";
}

std::string_view Name(StepKind kind) {
  switch (kind) {
    case StepKind::kBuild: return "build";
    case StepKind::kAppend: return "append";
    case StepKind::kSetItems: return "setitems";
    case StepKind::kAdd: return "add";
    case StepKind::kCall: return "call";
  }
  return "invalid";
}

}  // namespace pickleproof
