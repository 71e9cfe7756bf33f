#include "harness/reduce/death.h"

#include <utility>

namespace pickleproof {

DivergenceClass ClassOf(ProcessEnd end) {
  switch (end) {
    case ProcessEnd::kHang: return DivergenceClass::kHang;
    case ProcessEnd::kOutOfMemory: return DivergenceClass::kOutOfMemory;
    case ProcessEnd::kStackOverflow: return DivergenceClass::kStackOverflow;
    case ProcessEnd::kDone:
    case ProcessEnd::kCrash: break;
  }
  return DivergenceClass::kCrash;
}

DivergenceSignature SignatureOfDeath(std::string engine, ProcessEnd end) {
  return {std::move(engine), "", ClassOf(end), "", ""};
}

std::string AnswerOfDeath(const FreshResult& result) {
  return std::string(Name(result.end)) + ": " + result.how;
}

}  // namespace pickleproof
