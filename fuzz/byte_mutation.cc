#include "fuzz/byte_mutation.h"

#include <algorithm>
#include <cstring>

#include "generators/choices.h"

namespace pickleproof {
namespace {

RandomChoices& Random() {
  static RandomChoices random(1);
  return random;
}

size_t Insert(RandomChoices& random, uint8_t* data, size_t size, size_t max_size) {
  if (size >= max_size) return size;
  const size_t place = random.Below(size + 1);
  const size_t count = 1 + random.Skewed(std::min<size_t>(max_size - size, 16));
  std::memmove(data + place + count, data + place, size - place);
  for (size_t i = 0; i < count; ++i) data[place + i] = static_cast<uint8_t>(random.Below(256));
  return size + count;
}

}  // namespace

void SeedByteMutation(uint64_t seed) { Random() = RandomChoices(seed); }

size_t MutateBytes(uint8_t* data, size_t size, size_t max_size) {
  RandomChoices& random = Random();
  if (max_size == 0) return 0;
  if (size == 0) return Insert(random, data, size, max_size);
  for (uint64_t left = 1 + random.Skewed(4); left > 0 && size > 0; --left) {
    const size_t place = random.Below(size);
    switch (random.Below(4)) {
      case 0: data[place] = static_cast<uint8_t>(data[place] ^ 1U << random.Below(8)); break;
      case 1: data[place] = static_cast<uint8_t>(random.Below(256)); break;
      case 2: size = Insert(random, data, size, max_size); break;
      default: {
        const size_t count = 1 + random.Skewed(size - place);
        std::memmove(data + place, data + place + count, size - place - count);
        size -= count;
      }
    }
  }
  return size;
}

}  // namespace pickleproof
