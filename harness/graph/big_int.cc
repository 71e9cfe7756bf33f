#include "harness/graph/big_int.h"

#include <gmp.h>

#include <charconv>
#include <cstring>

namespace pickleproof {
namespace {

// Digits of this many characters fit into an int64_t, whatever their base up to 10.
constexpr size_t kShortDigits = 18;

bool IsNegative(std::string_view bytes) {
  return !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
}

// Owns one GMP integer.
class Integer {
 public:
  Integer() { mpz_init(value_); }
  ~Integer() { mpz_clear(value_); }
  Integer(const Integer&) = delete;
  Integer& operator=(const Integer&) = delete;

  void SetTwosComplement(std::string_view bytes) {
    mpz_import(value_, bytes.size(), -1, 1, 0, 0, bytes.data());
    if (IsNegative(bytes)) AddPowerOfTwo(-1, bytes.size() * 8);
  }

  // At least one byte; one byte more than minimal at most.
  std::string TwosComplement() {
    const size_t size = mpz_sizeinbase(value_, 2) / 8 + 1;
    const bool negative = mpz_sgn(value_) < 0;
    if (negative) AddPowerOfTwo(1, size * 8);
    std::string bytes(size, '\0');
    mpz_export(bytes.data(), nullptr, -1, 1, 0, 0, value_);
    if (negative) AddPowerOfTwo(-1, size * 8);
    return bytes;
  }

  // `digits` is checked already.
  void SetDigits(const std::string& digits, int base) { mpz_set_str(value_, digits.c_str(), base); }

  std::string Decimal() const {
    std::string text(mpz_sizeinbase(value_, 10) + 2, '\0');
    mpz_get_str(text.data(), 10, value_);
    text.resize(std::strlen(text.c_str()));
    return text;
  }

 private:
  void AddPowerOfTwo(int sign, size_t exponent) {
    Integer power;
    mpz_setbit(power.value_, exponent);
    if (sign > 0) {
      mpz_add(value_, value_, power.value_);
    } else {
      mpz_sub(value_, value_, power.value_);
    }
  }

  mpz_t value_;
};

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 36;
}

bool IsNumber(std::string_view text, int base) {
  if (text.starts_with('-')) text.remove_prefix(1);
  for (const char c : text) {
    if (DigitValue(c) >= base) return false;
  }
  return !text.empty();
}

// Drops the sign bytes that say nothing; keeps one byte.
std::string_view Minimal(std::string_view bytes) {
  const char sign = IsNegative(bytes) ? '\xff' : '\0';
  while (bytes.size() > 1 && bytes.back() == sign &&
         IsNegative(bytes.substr(0, bytes.size() - 1)) == (sign != '\0')) {
    bytes.remove_suffix(1);
  }
  return bytes;
}

}  // namespace

std::string DecimalOf(const Graph& graph, NodeId int_node) {
  if (graph.IsSmallInt(int_node)) return std::to_string(graph.SmallInt(int_node));
  return DecimalFromTwosComplement(graph.BigInt(int_node));
}

NodeId IntFromDecimal(Graph& graph, std::string_view text) {
  if (text.size() <= kShortDigits) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return kNoNode;
    return graph.Int(value);
  }
  return IntFromDigits(graph, text, 10);
}

NodeId IntFromDigits(Graph& graph, std::string_view text, int base) {
  const std::optional<std::string> bytes = TwosComplementFromDigits(text, base);
  return bytes ? graph.IntFromBytes(*bytes) : kNoNode;
}

std::string TwosComplementOf(const Graph& graph, NodeId int_node) {
  if (!graph.IsSmallInt(int_node)) return std::string(graph.BigInt(int_node));
  const int64_t value = graph.SmallInt(int_node);
  if (value == 0) return {};
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  return std::string(Minimal({bytes, sizeof value}));
}

std::string DecimalFromTwosComplement(std::string_view bytes) {
  Integer integer;
  integer.SetTwosComplement(bytes);
  return integer.Decimal();
}

std::optional<std::string> TwosComplementFromDigits(std::string_view text, int base) {
  if (!IsNumber(text, base)) return std::nullopt;
  Integer integer;
  integer.SetDigits(std::string(text), base);
  std::string bytes = integer.TwosComplement();
  bytes.resize(Minimal(bytes).size());
  return bytes;
}

std::strong_ordering CompareInts(const Graph& a, NodeId left, const Graph& b, NodeId right) {
  const bool small_left = a.IsSmallInt(left);
  const bool small_right = b.IsSmallInt(right);
  if (small_left && small_right) return a.SmallInt(left) <=> b.SmallInt(right);
  const auto negative = [](const Graph& graph, NodeId id, bool small) {
    return small ? graph.SmallInt(id) < 0 : IsNegative(graph.BigInt(id));
  };
  const bool negative_left = negative(a, left, small_left);
  if (negative_left != negative(b, right, small_right)) {
    return negative_left ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  // Of one sign, minimal bytes: the longer is farther from zero; of equal length, the bytes from
  // the top decide, in two's complement too.
  const size_t size_left = small_left ? 0 : a.BigInt(left).size();
  const size_t size_right = small_right ? 0 : b.BigInt(right).size();
  if (size_left != size_right) {
    return (size_left < size_right) != negative_left ? std::strong_ordering::less
                                                     : std::strong_ordering::greater;
  }
  const std::string_view bytes_left = a.BigInt(left);
  const std::string_view bytes_right = b.BigInt(right);
  for (size_t i = size_left; i-- > 0;) {
    const auto x = static_cast<unsigned char>(bytes_left[i]);
    const auto y = static_cast<unsigned char>(bytes_right[i]);
    if (x != y) return x <=> y;
  }
  return std::strong_ordering::equal;
}

}  // namespace pickleproof
