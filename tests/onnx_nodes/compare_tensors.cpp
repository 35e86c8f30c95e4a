#include "compare_tensors.h"

#include <fmt/format.h>

#include <cmath>

namespace tilecast::testing {
namespace {

constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-7;

bool is_close(double got, double want) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got);
  if (std::isinf(want) || std::isinf(got)) return got == want;
  return std::abs(got - want) <= kAbsolute + kRelative * std::abs(want);
}

std::string type_text(const TensorType& type) {
  return fmt::format("{} {}", data_type_name(type.dtype), shape_to_string(type.shape));
}

}  // namespace

Status compare_tensors(const NpyArray& got, const NpyArray& want) {
  if (got.type != want.type) {
    return Error{fmt::format("it is {}, but should be {}", type_text(got.type), type_text(want.type))};
  }
  if (!is_float(want.type.dtype) && got.bytes == want.bytes) return Unit{};
  const auto numbers = to_numbers(got.type.dtype, got.bytes);
  const auto wanted = to_numbers(want.type.dtype, want.bytes);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool same = is_float(want.type.dtype) ? is_close(numbers[i], wanted[i]) : numbers[i] == wanted[i];
    if (!same) return Error{fmt::format("element {} is {:g}, but should be {:g}", i, numbers[i], wanted[i])};
  }
  if (is_float(want.type.dtype)) return Unit{};
  return Error{"whole numbers beyond 53 bits differ"};
}

}  // namespace tilecast::testing
