// judge_3.9 and the like: requests on standard input, answers on standard output (judge_service.h).

#include <csignal>
#include <iostream>

#include "harness/reduce/judge_service.h"

int main() {
  // An interrupt is for the program that asks, which goes on until it has everything in order; the
  // end of the requests is the end of this one.
  std::signal(SIGINT, SIG_IGN);
  return pickleproof::ServeJudge(std::cin, std::cout);
}
