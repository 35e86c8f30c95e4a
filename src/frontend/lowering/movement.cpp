// Operators that move all of their input: Transpose, Reshape, Flatten, Squeeze, Unsqueeze, Concat, Pad, Expand, Tile.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "frontend/lowering/parts.h"

namespace tilecast {
namespace {

// Only remembered: dimension d of the output is dimension perm[d] of the input, wherever that is stored.
Status lower_transpose(NodeLowering& node) {
  const View x = node.view(0);
  const std::size_t rank = x.order.size();
  Ints perm = node.attributes().get_ints("perm");
  if (!node.attributes().has("perm")) {
    for (std::size_t d = 0; d < rank; ++d) perm.push_back(static_cast<std::int64_t>(rank - 1 - d));
  }
  TILECAST_TRY(const auto sorted, node.axes(perm, rank));
  if (sorted.size() != rank) return node.error(fmt::format("its attribute 'perm' needs {} entries", rank));
  View y{x.value, DimOrder(rank)};
  for (std::size_t d = 0; d < rank; ++d) {
    TILECAST_TRY(const std::size_t from, node.axis(perm[d], rank));
    y.order[d] = x.order[from];
  }
  node.set_output(0, std::move(y));
  return Unit{};
}

std::vector<std::size_t> dims_of_several_elements(const Shape& shape) {
  std::vector<std::size_t> dims;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] > 1) dims.push_back(d);
  }
  return dims;
}

// The output's dimensions in the order in which they are stored, those of one element left out, where a reshape splits
// dimensions and joins only such as are stored one behind the other.
std::optional<std::vector<std::size_t>> stored_dims_of_reshaped(const Shape& from, const DimOrder& order,
                                                                const Shape& to) {
  const auto source = dims_of_several_elements(from);
  const auto target = dims_of_several_elements(to);
  const auto place = [&](std::size_t dim) {
    return std::count_if(source.begin(), source.end(), [&](std::size_t d) { return order[d] < order[dim]; });
  };
  std::map<std::ptrdiff_t, std::vector<std::size_t>> groups;  // by the place of their first dimension
  for (std::size_t s = 0, t = 0; s < source.size();) {
    auto& group = groups[place(source[s])];
    std::int64_t left = from[source[s++]];
    std::int64_t right = to[target[t]];
    group.push_back(target[t++]);
    while (left != right) {
      if (left > right) {
        right *= to[target[t]];
        group.push_back(target[t++]);
      } else {
        if (place(source[s]) != place(source[s - 1]) + 1) return std::nullopt;
        left *= from[source[s++]];
      }
    }
  }
  std::vector<std::size_t> stored;
  for (const auto& [first, group] : groups) stored.insert(stored.end(), group.begin(), group.end());
  return stored;
}

// The order in which a reshaped tensor lies where its elements stay where they are; nothing where they cannot. A
// dimension of one element is stored right behind the one that it follows.
std::optional<DimOrder> order_of_reshaped(const Shape& from, const DimOrder& order, const Shape& to) {
  auto stored = stored_dims_of_reshaped(from, order, to);
  if (!stored) return std::nullopt;
  for (std::size_t d = 0; d < to.size(); ++d) {
    if (to[d] != 1) continue;
    const auto before = d == 0 ? stored->begin() : std::find(stored->begin(), stored->end(), d - 1) + 1;
    stored->insert(before, d);
  }
  DimOrder result(to.size());
  for (std::size_t i = 0; i < stored->size(); ++i) result[(*stored)[i]] = i;
  return result;
}

Status set_reshaped(NodeLowering& node, const Shape& shape) {
  if (element_count(shape) != element_count(node.shape(0))) {
    return node.error(fmt::format("{} cannot become {}", shape_to_string(node.shape(0)), shape_to_string(shape)));
  }
  const View view = node.view(0);
  if (auto order = order_of_reshaped(node.shape(0), view.order, shape)) {
    TILECAST_TRY(const NetworkId value, node.reshape(view.value, stored_shape(shape, *order)));
    node.set_output(0, {value, *std::move(order)});
    return Unit{};
  }
  TILECAST_TRY(const NetworkId x, node.plain(0));
  TILECAST_TRY(const NetworkId value, node.reshape(x, shape));
  node.set_plain_output(value);
  return Unit{};
}

// 0 copies an extent of the input, -1 is what remains.
Status lower_reshape(NodeLowering& node) {
  TILECAST_TRY(const Ints wanted, node.constant_ints(1, "shape"));
  const Shape input = node.shape(0);
  const bool copies = node.attributes().get_int("allowzero", 0) == 0;
  Shape shape = wanted;
  std::int64_t known = 1;
  std::ptrdiff_t open = -1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && copies && d < input.size()) shape[d] = input[d];
    if (shape[d] == -1 && open < 0) {
      open = static_cast<std::ptrdiff_t>(d);
      continue;
    }
    if (shape[d] < 1 || shape[d] > element_count(input) / known) {
      return node.error(fmt::format("{} cannot become [{}]", shape_to_string(input), fmt::join(wanted, ", ")));
    }
    known *= shape[d];
  }
  if (open >= 0) shape[static_cast<std::size_t>(open)] = element_count(input) / known;
  return set_reshaped(node, shape);
}

Status lower_flatten(NodeLowering& node) {
  const Shape shape = node.shape(0);
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::int64_t axis = node.attributes().get_int("axis", 1);
  if (axis < -rank || axis > rank) return node.error(fmt::format("axis {} of a tensor of {} dimensions", axis, rank));
  if (axis < 0) axis += rank;
  return set_reshaped(
      node, {element_count({shape.begin(), shape.begin() + axis}), element_count({shape.begin() + axis, shape.end()})});
}

// The attribute (before opset 13) or input `axes`.
Result<Ints> listed_axes(NodeLowering& node) {
  if (node.has_input(1)) return node.constant_ints(1, "axes");
  return node.attributes().get_ints("axes");
}

// The order of what stays is kept.
Status lower_squeeze(NodeLowering& node) {
  TILECAST_TRY(const Ints given, listed_axes(node));
  const View x = node.view(0);
  const Shape shape = node.shape(0);
  std::vector<std::size_t> removed;
  if (given.empty()) {
    for (std::size_t d = 0; d < shape.size(); ++d) {
      if (shape[d] == 1) removed.push_back(d);
    }
  } else {
    TILECAST_TRY(removed, node.axes(given, shape.size()));
  }
  Shape left = shape;
  for (std::size_t i = removed.size(); i-- > 0;) {
    const std::size_t d = removed[i];
    if (shape[d] != 1) return node.error(fmt::format("dimension {} has {} elements, not one", d, shape[d]));
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(d));
  }
  const DimOrder order = order_without(x.order, removed);
  TILECAST_TRY(const NetworkId value, node.reshape(x.value, stored_shape(left, order)));
  node.set_output(0, {value, order});
  return Unit{};
}

// A new dimension is stored right behind the one that it follows.
Status lower_unsqueeze(NodeLowering& node) {
  TILECAST_TRY(const Ints given, listed_axes(node));
  if (given.size() > 16) return node.error("it adds too many dimensions");
  Shape shape = node.shape(0);
  DimOrder order = node.view(0).order;
  TILECAST_TRY(const std::vector<std::size_t> added, node.axes(given, shape.size() + given.size()));
  for (const std::size_t axis : added) {
    const std::size_t place = axis == 0 ? 0 : order[axis - 1] + 1;
    for (std::size_t& other : order) other += other >= place ? 1 : 0;
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(axis), place);
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  }
  TILECAST_TRY(const NetworkId value, node.reshape(node.view(0).value, stored_shape(shape, order)));
  node.set_output(0, {value, order});
  return Unit{};
}

// What `concat` takes at once.
constexpr std::size_t kMostParts = 64;

// In the order of the first part that is no constant; parts without elements are left out.
Status lower_concat(NodeLowering& node) {
  const std::size_t rank = node.rank(0);
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", -1), rank));
  std::vector<std::size_t> parts;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (node.rank(i) != rank || node.dtype(i) != node.dtype(0)) return node.error("its inputs do not fit together");
    if (element_count(node.shape(i)) > 0) parts.push_back(i);
  }
  if (parts.empty()) return node.error("none of its inputs has elements");
  const auto moving = std::find_if(parts.begin(), parts.end(), [&](std::size_t i) { return !node.is_constant(i); });
  const DimOrder order = moving == parts.end() ? plain_order(rank) : node.view(*moving).order;
  std::vector<NetworkId> values;
  for (const std::size_t i : parts) {
    TILECAST_TRY(const NetworkId value, node.stored(i, order));
    values.push_back(value);
  }
  TILECAST_TRY(const NetworkId value, join(node, std::move(values), order[axis], kMostParts));
  node.set_output(0, {value, order});
  return Unit{};
}

struct Padding {
  Ints begin, end;  // one entry a stored dimension; negative: elements that are taken away
};

Result<Padding> read_padding(NodeLowering& node) {
  const std::size_t rank = node.rank(0);
  TILECAST_TRY(const Ints given, node.constant_ints(1, "pads"));
  if (given.size() != 2 * rank) return node.error(fmt::format("it needs {} pads, not {}", 2 * rank, given.size()));
  for (const std::int64_t pad : given) {
    if (pad < -(1 << 20) || pad > (1 << 20)) return node.error(fmt::format("a pad of {} is not supported", pad));
  }
  const auto middle = given.begin() + static_cast<std::ptrdiff_t>(rank);
  const DimOrder& order = node.view(0).order;
  return Padding{stored_shape({given.begin(), middle}, order), stored_shape({middle, given.end()}, order)};
}

Status lower_pad(NodeLowering& node) {
  TILECAST_TRY(Padding padding, read_padding(node));
  const std::string mode = node.attributes().get_string("mode", "constant");
  if (mode != "constant" && mode != "reflect" && mode != "edge") {
    return node.error(fmt::format("its mode '{}' is not supported", mode));
  }
  double fill = 0;
  if (node.has_input(2)) {
    TILECAST_TRY(fill, node.constant_number(2, "constant_value"));
  }
  if (!std::isfinite(fill)) return node.error(fmt::format("a constant_value of {} is not supported", fill));
  const View x = node.view(0);
  TILECAST_TRY(NetworkId value, crop_negative_pads(node, x.value, padding.begin, padding.end));
  TensorType type = node.type(value);
  for (std::size_t d = 0; d < type.shape.size(); ++d) type.shape[d] += padding.begin[d] + padding.end[d];
  if (type != node.type(value)) {
    const Attributes attributes{
        {"pads_begin", padding.begin}, {"pads_end", padding.end}, {"mode", mode}, {"value", fill}};
    TILECAST_TRY(value, node.emit("pad", {value}, attributes, type));
  }
  node.set_output(0, {value, x.order});
  return Unit{};
}

Status lower_expand(NodeLowering& node) {
  TILECAST_TRY(const Ints wanted, node.constant_ints(1, "shape"));
  const Shape input = node.shape(0);
  const auto shape = broadcast_shape(input, wanted);
  if (!shape || std::any_of(wanted.begin(), wanted.end(), [](std::int64_t extent) { return extent < 1; })) {
    return node.error(fmt::format("{} cannot be broadcast to [{}]", shape_to_string(input), fmt::join(wanted, ", ")));
  }
  if (*shape == input) {
    node.set_output(0, node.view(0));
    return Unit{};
  }
  TILECAST_TRY(const NetworkId x, node.plain(0));
  TILECAST_TRY(const NetworkId value, node.emit("expand", {x}, {{"shape", *shape}}, {node.dtype(0), *shape}));
  node.set_plain_output(value);
  return Unit{};
}

// Each dimension n repeated r times: [1, n] expanded to [r, n].
Status lower_tile(NodeLowering& node) {
  TILECAST_TRY(const Ints repeats, node.constant_ints(1, "repeats"));
  const Shape input = node.shape(0);
  if (repeats.size() != input.size()) return node.error(fmt::format("it needs {} repeats", input.size()));
  Shape single;
  Shape repeated;
  Shape output;
  for (std::size_t d = 0; d < input.size(); ++d) {
    if (repeats[d] < 1 || repeats[d] > (1 << 20)) return node.error(fmt::format("{} repeats", repeats[d]));
    single.insert(single.end(), {1, input[d]});
    repeated.insert(repeated.end(), {repeats[d], input[d]});
    output.push_back(repeats[d] * input[d]);
  }
  TILECAST_TRY(const NetworkId x, node.plain(0));
  TILECAST_TRY(const NetworkId apart, node.reshape(x, single));
  TILECAST_TRY(const NetworkId expanded,
               node.emit("expand", {apart}, {{"shape", repeated}}, {node.dtype(0), repeated}));
  TILECAST_TRY(const NetworkId value, node.reshape(expanded, output));
  node.set_plain_output(value);
  return Unit{};
}

}  // namespace

void add_movement(LoweringTable& table) {
  table["Transpose"] = {lower_transpose, 1, 1, {{"perm", AttributeKind::kInts}}};
  table["Reshape"] = {lower_reshape, 2, 2, {{"allowzero", AttributeKind::kInt}}};
  table["Flatten"] = {lower_flatten, 1, 1, {{"axis", AttributeKind::kInt}}};
  table["Squeeze"] = {lower_squeeze, 1, 2, {{"axes", AttributeKind::kInts}}};
  table["Unsqueeze"] = {lower_unsqueeze, 1, 2, {{"axes", AttributeKind::kInts}}};
  table["Concat"] = {lower_concat, 1, kManyInputs, {{"axis", AttributeKind::kInt}}};
  table["Pad"] = {lower_pad, 2, 3, {{"mode", AttributeKind::kString}}};
  table["Expand"] = {lower_expand, 2, 2};
  table["Tile"] = {lower_tile, 2, 2};
}

}  // namespace tilecast
