#pragma once
// A reader that ends its process, as a divergence: the collector of a campaign and the judges of
// other versions name it alike.

#include <string>

#include "harness/reduce/divergence.h"
#include "harness/reduce/fresh_process.h"

namespace pickleproof {

DivergenceClass ClassOf(ProcessEnd end);

// Of the reader with this id: nobody parts from it, so that the right side is empty.
DivergenceSignature SignatureOfDeath(std::string engine, ProcessEnd end);

// "stack-overflow: exit status 87": the answer that is recorded of it.
std::string AnswerOfDeath(const FreshResult& result);

}  // namespace pickleproof
