// A convolution as a test states it, and its result by plain loops.
#pragma once

#include <cstdint>
#include <vector>

#include "one_operator.h"

namespace tilecast::testing {

struct ConvCase {
  const char* name = "";
  Shape input;   // [N,S…,C]
  Shape weight;  // [K…,C/g,M]
  std::vector<std::int64_t> strides, pads_begin, pads_end, dilations;
  std::int64_t groups = 1;
};

Shape output_shape(const ConvCase& c);
Attributes attributes_of(const ConvCase& c);
// The definition: for every output, the sum over the kernel's elements that lie inside of the input.
Tensor convolve(const ConvCase& c, const Tensor& x, const Tensor& w);

}  // namespace tilecast::testing
