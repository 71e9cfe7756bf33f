// judge_3.9 and the like: requests on standard input, answers on standard output (judge_service.h).

#include <iostream>

#include "harness/reduce/judge_service.h"

int main() { return pickleproof::ServeJudge(std::cin, std::cout); }
