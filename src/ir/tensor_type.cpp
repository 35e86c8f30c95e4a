#include "ir/tensor_type.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <numeric>

namespace tilecast {
namespace {

struct TypeFacts {
  std::string_view name;
  int bytes;
};
constexpr std::array<TypeFacts, 7> kTypes = {{
    {"float32", 4},
    {"int64", 8},
    {"int32", 4},
    {"uint8", 1},
    {"int8", 1},
    {"bool", 1},
    {"float64", 8},
}};

template <class T>
std::vector<double> numbers_of(const std::vector<std::byte>& bytes) {
  std::vector<double> numbers(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    numbers[i] = static_cast<double>(value);
  }
  return numbers;
}

}  // namespace

std::string_view data_type_name(DataType type) {
  return kTypes[static_cast<std::size_t>(type)].name;
}

std::optional<DataType> parse_data_type(std::string_view name) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == name) return static_cast<DataType>(i);
  }
  return std::nullopt;
}

int data_type_size(DataType type) {
  return kTypes[static_cast<std::size_t>(type)].bytes;
}

bool is_float(DataType type) {
  return type == DataType::kFloat32 || type == DataType::kFloat64;
}

std::int64_t element_count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<double> to_numbers(DataType type, const std::vector<std::byte>& bytes) {
  switch (type) {
    case DataType::kFloat32:
      return numbers_of<float>(bytes);
    case DataType::kFloat64:
      return numbers_of<double>(bytes);
    case DataType::kInt64:
      return numbers_of<std::int64_t>(bytes);
    case DataType::kInt32:
      return numbers_of<std::int32_t>(bytes);
    case DataType::kInt8:
      return numbers_of<std::int8_t>(bytes);
    case DataType::kUInt8:
    case DataType::kBool:
      return numbers_of<std::uint8_t>(bytes);
  }
  return {};
}

std::string shape_to_string(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

}  // namespace tilecast
