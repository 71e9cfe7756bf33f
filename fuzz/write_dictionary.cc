// Prints the dictionary; the build writes it to fuzz/pickle.dict in the build folder.

#include <cstdio>
#include <string>

#include "fuzz/dictionary.h"

int main() {
  const std::string text = pickleproof::PickleDictionary();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
