#include "measure/input_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/random.h"

namespace tilecast {
namespace {

template <class T, class Make>
std::vector<std::byte> fill(std::int64_t count, const Make& make) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * sizeof(T));
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const T value = make();
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

template <class T>
double float_difference(const std::byte* got, const std::byte* want, std::size_t bytes) {
  double difference = 0;
  double largest = 0;
  for (std::size_t at = 0; at < bytes; at += sizeof(T)) {
    T g;
    T w;
    std::memcpy(&g, got + at, sizeof(T));
    std::memcpy(&w, want + at, sizeof(T));
    if (std::isnan(g) && std::isnan(w)) continue;
    if (std::isinf(w) && g == w) continue;
    if (!std::isfinite(g) || !std::isfinite(w)) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, static_cast<double>(std::abs(g - w)));
    largest = std::max(largest, static_cast<double>(std::abs(w)));
  }
  return difference == 0 ? 0 : difference / largest;
}

}  // namespace

std::vector<std::byte> random_input_bytes(DataType type, std::int64_t count, std::size_t input) {
  Random random(0x7163e0ULL + input);
  const auto uniform = [&random] { return 2 * random.uniform() - 1; };
  switch (type) {
    case DataType::kFloat32:
      return fill<float>(count, [&] { return static_cast<float>(uniform()); });
    case DataType::kFloat64:
      return fill<double>(count, uniform);
    case DataType::kInt64:
      return fill<std::int64_t>(count, [&] { return static_cast<std::int64_t>(random.below(8)); });
    case DataType::kInt32:
      return fill<std::int32_t>(count, [&] { return static_cast<std::int32_t>(random.below(8)); });
    case DataType::kInt8:
    case DataType::kUInt8:
      return fill<std::uint8_t>(count, [&] { return static_cast<std::uint8_t>(random.below(8)); });
    case DataType::kBool:
      return fill<std::uint8_t>(count, [&] { return static_cast<std::uint8_t>(random.below(2)); });
  }
  return {};
}

double relative_difference(DataType type, const std::byte* got, const std::byte* want, std::size_t bytes) {
  if (type == DataType::kFloat32) return float_difference<float>(got, want, bytes);
  if (type == DataType::kFloat64) return float_difference<double>(got, want, bytes);
  return std::memcmp(got, want, bytes) == 0 ? 0 : std::numeric_limits<double>::infinity();
}

}  // namespace tilecast
