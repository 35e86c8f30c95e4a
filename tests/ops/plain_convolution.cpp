#include "plain_convolution.h"

namespace tilecast::testing {

Shape output_shape(const ConvCase& c) {
  Shape shape = {c.input.front()};
  for (std::size_t d = 0; d < c.strides.size(); ++d) {
    const std::int64_t reach = (c.weight[d] - 1) * c.dilations[d] + 1;
    shape.push_back((c.input[d + 1] + c.pads_begin[d] + c.pads_end[d] - reach) / c.strides[d] + 1);
  }
  shape.push_back(c.weight.back());
  return shape;
}

Attributes attributes_of(const ConvCase& c) {
  return {{"strides", c.strides},
          {"pads_begin", c.pads_begin},
          {"pads_end", c.pads_end},
          {"dilations", c.dilations},
          {"groups", c.groups}};
}

Tensor convolve(const ConvCase& c, const Tensor& x, const Tensor& w) {
  const std::int64_t in_group = c.weight[c.weight.size() - 2];
  const std::int64_t out_group = c.weight.back() / c.groups;
  Shape taps(c.weight.begin(), c.weight.end() - 1);
  return filled(output_shape(c), [&](const Shape& out) {
    double sum = 0;
    for_each_index(taps, [&](const Shape& tap) {
      Shape in = {out.front()};
      bool inside = true;
      for (std::size_t d = 0; d < c.strides.size(); ++d) {
        in.push_back(out[d + 1] * c.strides[d] + tap[d] * c.dilations[d] - c.pads_begin[d]);
        inside = inside && in.back() >= 0 && in.back() < c.input[d + 1];
      }
      if (!inside) return;
      in.push_back(out.back() / out_group * in_group + tap.back());
      Shape place = tap;
      place.push_back(out.back());
      sum += x.at(in) * w.at(place);
    });
    return sum;
  });
}

}  // namespace tilecast::testing
