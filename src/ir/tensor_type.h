// Element types and shapes of tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tilecast {

enum class DataType : std::uint8_t { kFloat32, kInt64, kInt32, kUInt8, kInt8, kBool, kFloat64 };

// "float32", "int64", …; the words used in JSON and in messages.
std::string_view data_type_name(DataType type);
std::optional<DataType> parse_data_type(std::string_view name);
// Bytes of one element.
int data_type_size(DataType type);
bool is_float(DataType type);

// Extents, outermost dimension first (the last one is contiguous in memory). Rank 0 is a scalar.
using Shape = std::vector<std::int64_t>;

// Product of the extents; 1 for a scalar.
std::int64_t element_count(const Shape& shape);
// The elements of a tensor (dense, in this machine's byte order) as numbers.
std::vector<double> to_numbers(DataType type, const std::vector<std::byte>& bytes);
// "1x224x224x3"; "scalar" for rank 0.
std::string shape_to_string(const Shape& shape);

struct TensorType {
  DataType dtype = DataType::kFloat32;
  Shape shape;

  std::int64_t bytes() const { return element_count(shape) * data_type_size(dtype); }
  bool operator==(const TensorType&) const = default;
};

}  // namespace tilecast
