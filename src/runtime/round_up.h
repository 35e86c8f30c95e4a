#pragma once

#include <cstddef>

namespace tilecast::runtime {

// The least multiple of `unit` that is not below the value.
constexpr std::size_t round_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace tilecast::runtime
