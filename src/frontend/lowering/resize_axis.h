// Resize along one dimension by numbers that are known before the model runs: from which elements each is made.
#pragma once

#include <string>
#include <vector>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {

// How ONNX's Resize computes. The words are those of its attributes.
struct ResizeRule {
  std::string mode;         // nearest, linear, cubic
  std::string coordinates;  // coordinate_transformation_mode
  std::string rounding;     // nearest_mode
  double cubic_a = -0.75;
  bool exclude_outside = false;
};

// One dimension.
struct ResizeAxis {
  std::int64_t in = 1;
  std::int64_t out = 1;
  double resized = 1;  // the extent in coordinates: `out`, or a scale times `in` that is no whole number
  double roi_begin = 0, roi_end = 1;
};

// Output element o is the sum over taps of weights[tap][o] times input element indices[tap][o].
struct AxisTable {
  std::vector<Ints> indices;
  std::vector<std::vector<double>> weights;  // empty where there is one tap of weight 1
  std::vector<double> inside;                // 1, or 0 where tf_crop_and_resize takes the extrapolation value

  bool has_outside() const;
  // Whether output element o is input element o.
  bool keeps_places() const;
};

AxisTable axis_table(const ResizeRule& rule, const ResizeAxis& axis);

// Emits the sum along dimension `dim` of a stored value.
Result<NetworkId> apply_table(NodeLowering& node, NetworkId value, std::size_t dim, const AxisTable& table);
// Replaces by `fill` what the table has outside.
Result<NetworkId> fill_outside(NodeLowering& node, NetworkId value, std::size_t dim, const AxisTable& table,
                               double fill);

}  // namespace tilecast
