#include "ir/tensor_type.h"

#include <fmt/format.h>

#include <array>
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

std::string shape_to_string(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

}  // namespace tilecast
