// Operators that take parts of their input: Slice, Split, Gather.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/node_lowering.h"

namespace tilecast {
namespace {

struct Range {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

// Negative bounds count from the end; those beyond the tensor are cut off.
Range slice_range(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
  const bool forward = step > 0;
  const auto bound = [&](std::int64_t value) {
    if (value < 0) value += extent;
    return std::clamp<std::int64_t>(value, forward ? 0 : -1, forward ? extent : extent - 1);
  };
  Range range{std::max<std::int64_t>(bound(start), 0), step};
  const std::int64_t length = forward ? bound(end) - range.start : range.start - bound(end);
  const std::int64_t stride = forward ? step : -step;
  range.count = length > 0 ? (length - 1) / stride + 1 : 0;
  return range;
}

// The elements of the first input that the ranges (one a dimension) name, in its order.
Result<View> sliced(NodeLowering& node, const std::vector<Range>& ranges) {
  const View x = node.view(0);
  const TensorType from = node.type(x.value);
  TensorType type = from;
  Ints starts(ranges.size());
  Ints steps(ranges.size());
  bool whole = true;
  for (std::size_t d = 0; d < ranges.size(); ++d) {
    const std::size_t at = x.order[d];
    if (ranges[d].count < 1) return node.error(fmt::format("it leaves nothing of dimension {}", d));
    starts[at] = ranges[d].start;
    // A single element has no step; one that is larger than the tensor would only overflow.
    steps[at] = ranges[d].count == 1 ? 1 : ranges[d].step;
    type.shape[at] = ranges[d].count;
    whole = whole && steps[at] == 1 && type.shape[at] == from.shape[at];
  }
  NetworkId value = x.value;
  if (!whole) {
    TILECAST_TRY(value, node.emit("slice", {value}, {{"starts", starts}, {"steps", steps}}, type));
  }
  return View{value, x.order};
}

Status set_slice(NodeLowering& node, std::size_t output, const std::vector<Range>& ranges) {
  TILECAST_TRY(View view, sliced(node, ranges));
  node.set_output(output, std::move(view));
  return Unit{};
}

std::vector<Range> whole_ranges(const Shape& shape) {
  std::vector<Range> ranges;
  for (const std::int64_t extent : shape) ranges.push_back({0, 1, extent});
  return ranges;
}

Status lower_slice(NodeLowering& node) {
  const Shape shape = node.shape(0);
  TILECAST_TRY(const Ints starts, node.constant_ints(1, "starts"));
  TILECAST_TRY(const Ints ends, node.constant_ints(2, "ends"));
  Ints axes;
  for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  Ints steps(starts.size(), 1);
  if (node.has_input(3)) {
    TILECAST_TRY(axes, node.constant_ints(3, "axes"));
  }
  if (node.has_input(4)) {
    TILECAST_TRY(steps, node.constant_ints(4, "steps"));
  }
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    return node.error("its starts, ends, axes and steps have different lengths");
  }
  TILECAST_CHECK(node.axes(axes, shape.size()));
  std::vector<Range> ranges = whole_ranges(shape);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    TILECAST_TRY(const std::size_t axis, node.axis(axes[i], shape.size()));
    if (steps[i] == 0) return node.error("a step of 0");
    // Steps beyond any extent name one element, like the largest that is safe to negate.
    const std::int64_t step = std::clamp<std::int64_t>(steps[i], -(std::int64_t{1} << 40), std::int64_t{1} << 40);
    ranges[axis] = slice_range(shape[axis], starts[i], ends[i], step);
  }
  // Shape arithmetic takes nothing of a shape, too.
  const bool nothing = std::any_of(ranges.begin(), ranges.end(), [](const Range& range) { return range.count < 1; });
  if (nothing && node.is_constant(0)) {
    Shape left;
    for (const Range& range : ranges) left.push_back(range.count);
    node.set_plain_output(node.constant(node.dtype(0), left, {}));
    return Unit{};
  }
  return set_slice(node, 0, ranges);
}

// The extents of Split's outputs: an attribute (before opset 13), an input, or equal shares.
Result<Ints> split_sizes(NodeLowering& node, std::int64_t extent) {
  Ints sizes = node.attributes().get_ints("split");
  if (node.has_input(1)) {
    TILECAST_TRY(sizes, node.constant_ints(1, "split"));
  }
  const auto count = static_cast<std::int64_t>(node.output_count());
  if (sizes.empty() && count > 0 && extent % count == 0) sizes.assign(node.output_count(), extent / count);
  std::int64_t total = 0;
  for (const std::int64_t size : sizes) {
    if (size < 1 || size > extent) return node.error(fmt::format("a part of {} elements is not supported", size));
    total += size;
  }
  if (sizes.size() != node.output_count() || total != extent) {
    return node.error(fmt::format("{} elements cannot become its {} parts", extent, count));
  }
  return sizes;
}

Status lower_split(NodeLowering& node) {
  const Shape shape = node.shape(0);
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", 0), shape.size()));
  TILECAST_TRY(const Ints sizes, split_sizes(node, shape[axis]));
  std::vector<Range> ranges = whole_ranges(shape);
  std::int64_t start = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    ranges[axis] = {start, 1, sizes[i]};
    start += sizes[i];
    if (node.has_output(i)) TILECAST_CHECK(set_slice(node, i, ranges));
  }
  return Unit{};
}

// One index that is known is a slice, which moves nothing into another order. A scalar drops the dimension.
Status lower_gather_of_one(NodeLowering& node, std::size_t axis, std::int64_t index) {
  Shape shape = node.shape(0);
  std::vector<Range> ranges = whole_ranges(shape);
  ranges[axis] = {index < 0 ? index + shape[axis] : index, 1, 1};
  TILECAST_TRY(View view, sliced(node, ranges));
  if (node.rank(1) == 0) {
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    view.order = order_without(view.order, {axis});
    TILECAST_TRY(view.value, node.reshape(view.value, stored_shape(shape, view.order)));
  }
  node.set_output(0, std::move(view));
  return Unit{};
}

Status lower_gather(NodeLowering& node) {
  const Shape data = node.shape(0);
  const Shape indices = node.shape(1);
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", 0), data.size()));
  if (node.dtype(1) != DataType::kInt64 && node.dtype(1) != DataType::kInt32) {
    return node.error("its indices are not integers");
  }
  if (node.is_constant(1)) {
    TILECAST_TRY(const Ints known, node.constant_ints(1, "indices"));
    for (const std::int64_t index : known) {
      if (index < -data[axis] || index >= data[axis]) {
        return node.error(fmt::format("index {} of a dimension of {} elements", index, data[axis]));
      }
    }
    if (known.size() == 1 && indices.size() <= 1) return lower_gather_of_one(node, axis, known.front());
  }
  Shape shape = data;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), indices.begin(), indices.end());
  TILECAST_TRY(const NetworkId from, node.plain(0));
  TILECAST_TRY(const NetworkId where, node.plain(1));
  const Attributes attributes{{"axis", static_cast<std::int64_t>(axis)}};
  TILECAST_TRY(const NetworkId value, node.emit("gather", {from, where}, attributes, {node.dtype(0), shape}));
  node.set_plain_output(value);
  return Unit{};
}

}  // namespace

void add_slices(LoweringTable& table) {
  table["Slice"] = {lower_slice, 3, 5};
  table["Split"] = {lower_split, 1, 2, {{"axis", AttributeKind::kInt}, {"split", AttributeKind::kInts}}};
  table["Gather"] = {lower_gather, 2, 2, {{"axis", AttributeKind::kInt}}};
}

}  // namespace tilecast
