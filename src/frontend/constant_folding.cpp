#include "frontend/constant_folding.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <type_traits>

#include "codegen/codegen.h"
#include "frontend/operator_check.h"
#include "ir/interpreter.h"

namespace tilecast {
namespace {

// From element `first` on, those `step` apart in each dimension of the output. Weights have millions of elements: their
// transposition and their parts must not go through the interpreter.
ConstantBytes strided_copy(const NetworkNode& input, std::int64_t first, const std::vector<std::int64_t>& step,
                           const TensorType& type) {
  const auto size = static_cast<std::size_t>(data_type_size(type.dtype));
  const std::size_t rank = step.size();
  auto bytes = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(type.bytes()));
  std::vector<std::int64_t> counter(rank, 0);
  std::int64_t source = first;
  for (std::size_t at = 0; at < bytes->size(); at += size) {
    std::memcpy(bytes->data() + at, input.constant->data() + static_cast<std::size_t>(source) * size, size);
    for (std::size_t d = rank; d-- > 0;) {
      source += step[d];
      if (++counter[d] < type.shape[d]) break;
      source -= counter[d] * step[d];
      counter[d] = 0;
    }
  }
  return bytes;
}

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

ConstantBytes transpose(const NetworkNode& input, const NetworkNode& node) {
  const std::vector<std::int64_t> strides = strides_of(input.type.shape);
  std::vector<std::int64_t> step;
  for (const std::int64_t d : node.attributes.get_ints("perm")) step.push_back(strides[static_cast<std::size_t>(d)]);
  return strided_copy(input, 0, step, node.type);
}

ConstantBytes slice(const NetworkNode& input, const NetworkNode& node) {
  std::vector<std::int64_t> step = strides_of(input.type.shape);
  const std::vector<std::int64_t> starts = node.attributes.get_ints("starts");
  const std::vector<std::int64_t> steps =
      node.attributes.get_ints("steps", std::vector<std::int64_t>(starts.size(), 1));
  std::int64_t first = 0;
  for (std::size_t d = 0; d < step.size(); ++d) {
    first += starts[d] * step[d];
    step[d] *= steps[d];
  }
  return strided_copy(input, first, step, node.type);
}

// The conversion that C++ leaves open for numbers that do not fit.
template <class T>
T saturated(double number) {
  if constexpr (std::is_integral_v<T>) {
    if (std::isnan(number)) return 0;
    // The largest 64-bit number is no double: the next one above it must not be converted.
    if (number >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
    if (number <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  }
  return static_cast<T>(number);
}

template <class T>
ConstantBytes bytes_of(const std::vector<double>& numbers) {
  auto bytes = std::make_shared<std::vector<std::byte>>(numbers.size() * sizeof(T));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto value = saturated<T>(numbers[i]);
    std::memcpy(bytes->data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

Result<ConstantBytes> interpret_node(const NetworkNode& node, std::span<const NetworkNode* const> inputs) {
  std::vector<std::vector<double>> numbers;
  for (const NetworkNode* input : inputs) numbers.push_back(to_numbers(input->type.dtype, *input->constant));
  TILECAST_TRY(const auto program, build_program(make_task(node.name, single_operator_graph(node, inputs))));
  std::vector<std::int64_t> points(static_cast<std::size_t>(element_count(node.type.shape)));
  std::iota(points.begin(), points.end(), 0);
  return constant_bytes(node.type.dtype, interpret(*program->alternatives.front().dag, numbers, points));
}

}  // namespace

std::int64_t saturated_int(double number) {
  return saturated<std::int64_t>(number);
}

ConstantBytes constant_bytes(DataType type, const std::vector<double>& numbers) {
  switch (type) {
    case DataType::kFloat32:
      return bytes_of<float>(numbers);
    case DataType::kFloat64:
      return bytes_of<double>(numbers);
    case DataType::kInt64:
      return bytes_of<std::int64_t>(numbers);
    case DataType::kInt32:
      return bytes_of<std::int32_t>(numbers);
    case DataType::kInt8:
      return bytes_of<std::int8_t>(numbers);
    case DataType::kUInt8:
    case DataType::kBool:
      return bytes_of<std::uint8_t>(numbers);
  }
  return nullptr;
}

Result<ConstantBytes> evaluate_constant(const NetworkNode& node, std::span<const NetworkNode* const> inputs) {
  if (node.op == "reshape") return inputs[0]->constant;
  if (node.op == "transpose") return transpose(*inputs[0], node);
  if (node.op == "slice") {
    TILECAST_CHECK(check_operator(node, inputs));
    return slice(*inputs[0], node);
  }
  return interpret_node(node, inputs);
}

}  // namespace tilecast
