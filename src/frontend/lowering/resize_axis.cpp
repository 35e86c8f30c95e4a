#include "frontend/lowering/resize_axis.h"

#include <algorithm>
#include <cmath>

namespace tilecast {
namespace {

// The place in the input of output element `o`, by ONNX's formulas.
double place_of(const ResizeRule& rule, const ResizeAxis& axis, double o) {
  const auto in = static_cast<double>(axis.in);
  const std::string& coordinates = rule.coordinates;
  if (coordinates == "asymmetric") return o * in / axis.resized;
  if (coordinates == "tf_half_pixel_for_nn") return (o + 0.5) * in / axis.resized;
  if (coordinates == "align_corners") return axis.out == 1 ? 0 : o * (in - 1) / (axis.resized - 1);
  if (coordinates == "pytorch_half_pixel" && axis.out == 1) return 0;
  if (coordinates == "tf_crop_and_resize") {
    if (axis.out == 1) return (axis.roi_begin + axis.roi_end) / 2 * (in - 1);
    return axis.roi_begin * (in - 1) + o * (axis.roi_end - axis.roi_begin) * (in - 1) / (axis.resized - 1);
  }
  return (o + 0.5) * in / axis.resized - 0.5;
}

double round_place(const std::string& rounding, double place) {
  if (rounding == "floor") return std::floor(place);
  if (rounding == "ceil") return std::ceil(place);
  if (rounding == "round_prefer_ceil") return std::floor(place + 0.5);
  return std::ceil(place - 0.5);
}

// Keys, "Cubic convolution interpolation for digital image processing" (1981): of the neighbours at distances 1 + t, t,
// 1 - t and 2 - t.
std::vector<double> cubic_weights(double a, double t) {
  const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(1 + t), near(t), near(1 - t), far(2 - t)};
}

struct Taps {
  double first = 0;  // the element of the first weight; the others follow it
  std::vector<double> weights;
};

Taps taps_of(const ResizeRule& rule, double place) {
  if (rule.mode == "nearest") return {round_place(rule.rounding, place), {1}};
  const double low = std::floor(place);
  const double share = place - low;
  if (rule.mode == "linear") return {low, {1 - share, share}};
  return {low - 1, cubic_weights(rule.cubic_a, share)};
}

// Without the weights of elements that are not there, which the others make up for.
void exclude_outside(Taps& taps, std::int64_t in) {
  double total = 0;
  for (std::size_t k = 0; k < taps.weights.size(); ++k) {
    const double index = taps.first + static_cast<double>(k);
    if (index < 0 || index >= static_cast<double>(in)) taps.weights[k] = 0;
    total += taps.weights[k];
  }
  if (total == 0) return;
  for (double& weight : taps.weights) weight /= total;
}

// Taps that weigh nothing anywhere, and the weights of a single tap, are left out.
void drop_useless(AxisTable& table) {
  for (std::size_t k = table.weights.size(); k-- > 0 && table.weights.size() > 1;) {
    const auto& weights = table.weights[k];
    if (!std::all_of(weights.begin(), weights.end(), [](double w) { return w == 0; })) continue;
    table.weights.erase(table.weights.begin() + static_cast<std::ptrdiff_t>(k));
    table.indices.erase(table.indices.begin() + static_cast<std::ptrdiff_t>(k));
  }
  if (table.weights.size() != 1) return;
  const auto& only = table.weights.front();
  if (std::all_of(only.begin(), only.end(), [](double w) { return w == 1; })) table.weights.clear();
}

}  // namespace

bool AxisTable::keeps_places() const {
  if (!weights.empty() || has_outside()) return false;
  for (std::size_t o = 0; o < inside.size(); ++o) {
    if (indices.front()[o] != static_cast<std::int64_t>(o)) return false;
  }
  return true;
}

bool AxisTable::has_outside() const {
  return std::any_of(inside.begin(), inside.end(), [](double flag) { return flag == 0; });
}

AxisTable axis_table(const ResizeRule& rule, const ResizeAxis& axis) {
  const std::size_t count = rule.mode == "nearest" ? 1 : rule.mode == "linear" ? 2 : 4;
  AxisTable table{std::vector<Ints>(count), std::vector<std::vector<double>>(count), {}};
  const auto last = static_cast<double>(axis.in - 1);
  for (std::int64_t o = 0; o < axis.out; ++o) {
    const double place = place_of(rule, axis, static_cast<double>(o));
    const bool outside = rule.coordinates == "tf_crop_and_resize" && !(place >= 0 && place <= last);
    table.inside.push_back(outside ? 0 : 1);
    Taps taps = taps_of(rule, outside ? 0 : place);
    if (rule.exclude_outside) exclude_outside(taps, axis.in);
    for (std::size_t k = 0; k < count; ++k) {
      const double index = std::clamp(taps.first + static_cast<double>(k), 0.0, last);
      table.indices[k].push_back(static_cast<std::int64_t>(index));
      table.weights[k].push_back(taps.weights[k]);
    }
  }
  drop_useless(table);
  return table;
}

Result<NetworkId> apply_table(NodeLowering& node, NetworkId value, std::size_t dim, const AxisTable& table) {
  Shape shape = node.type(value).shape;
  shape[dim] = static_cast<std::int64_t>(table.inside.size());
  std::optional<NetworkId> sum;
  for (std::size_t k = 0; k < table.indices.size(); ++k) {
    const NetworkId index = node.constant_of_ints(table.indices[k], {shape[dim]});
    const Attributes axis{{"axis", static_cast<std::int64_t>(dim)}};
    TILECAST_TRY(NetworkId term, node.emit_float("gather", {value, index}, axis, shape));
    if (!table.weights.empty()) {
      const NetworkId weight =
          node.constant(DataType::kFloat32, vector_shape(dim, shape.size(), shape[dim]), table.weights[k]);
      TILECAST_TRY(term, node.emit_float("mul", {term, weight}, {}, shape));
    }
    if (sum) {
      TILECAST_TRY(term, node.emit_float("add", {*sum, term}, {}, shape));
    }
    sum = term;
  }
  return *sum;
}

Result<NetworkId> fill_outside(NodeLowering& node, NetworkId value, std::size_t dim, const AxisTable& table,
                               double fill) {
  if (!table.has_outside()) return value;
  const Shape shape = node.type(value).shape;
  const NetworkId inside = node.constant(DataType::kBool, vector_shape(dim, shape.size(), shape[dim]), table.inside);
  const NetworkId number = node.constant(DataType::kFloat32, {}, {fill});
  return node.emit_float("where", {inside, value, number}, {}, shape);
}

}  // namespace tilecast
