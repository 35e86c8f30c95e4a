// Operators that compare or add up the elements along an axis: ArgMax, ArgMin, TopK, Hardmax, CumSum.
#include <fmt/format.h>

#include "frontend/constant_folding.h"
#include "frontend/lowering/index_operands.h"
#include "frontend/lowering/softmax_axis.h"

namespace tilecast {
namespace {

struct ArgReduction {
  std::string kind;      // max or min
  std::size_t axis = 0;  // of the stored value
  bool keeps = true;     // the axis, with one element
  bool last = false;     // of equal elements, rather than the first
};

Result<NetworkId> emit_arg_reduce(NodeLowering& node, NetworkId x, const ArgReduction& what) {
  Shape shape = node.type(x).shape;
  const auto reduced = shape.begin() + static_cast<std::ptrdiff_t>(what.axis);
  if (what.keeps) {
    *reduced = 1;
  } else {
    shape.erase(reduced);
  }
  const Attributes attributes{{"kind", what.kind},
                              {"axis", static_cast<std::int64_t>(what.axis)},
                              {"keepdims", std::int64_t{what.keeps}},
                              {"last", std::int64_t{what.last}}};
  return node.emit("arg_reduce", {x}, attributes, {DataType::kInt64, shape});
}

Status lower_arg(NodeLowering& node, const std::string& kind) {
  TILECAST_CHECK(require_numbers(node, 0));
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", 0), node.rank(0)));
  const View x = node.view(0);
  const bool keeps = node.attributes().get_int("keepdims", 1) != 0;
  const bool last = node.attributes().get_int("select_last_index", 0) != 0;
  TILECAST_TRY(const NetworkId value, emit_arg_reduce(node, x.value, {kind, x.order[axis], keeps, last}));
  node.set_output(0, {value, keeps ? x.order : order_without(x.order, {axis})});
  return Unit{};
}

// The places of the `count` largest or smallest elements; that of one needs no order of the others.
Result<NetworkId> emit_top_k(NodeLowering& node, NetworkId x, std::size_t axis, std::int64_t count) {
  const bool largest = node.attributes().get_int("largest", 1) != 0;
  if (count == 1) return emit_arg_reduce(node, x, {.kind = largest ? "max" : "min", .axis = axis});
  Shape shape = node.type(x).shape;
  shape[axis] = count;
  const Attributes attributes{{"axis", static_cast<std::int64_t>(axis)}, {"largest", std::int64_t{largest}}};
  return node.emit("top_k", {x}, attributes, {DataType::kInt64, shape});
}

// In order whether or not `sorted` asks for it.
Status lower_top_k(NodeLowering& node) {
  TILECAST_CHECK(require_numbers(node, 0));
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", -1), node.rank(0)));
  TILECAST_CHECK(require_known(node, 1, "k"));
  TILECAST_TRY(const double count, node.constant_number(1, "k"));
  const View x = node.view(0);
  const std::size_t at = x.order[axis];
  const TensorType type = node.type(x.value);
  if (!(count >= 1 && count <= static_cast<double>(type.shape[at]))) {
    return node.error(fmt::format("it takes {} of {} elements", count, type.shape[at]));
  }
  TILECAST_TRY(const NetworkId indices, emit_top_k(node, x.value, at, static_cast<std::int64_t>(count)));
  node.set_output(1, {indices, x.order});
  if (!node.has_output(0)) return Unit{};
  const Attributes attributes{{"axis", static_cast<std::int64_t>(at)}};
  TILECAST_TRY(const NetworkId values,
               node.emit("gather_elements", {x.value, indices}, attributes, {type.dtype, node.type(indices).shape}));
  node.set_output(0, {values, x.order});
  return Unit{};
}

// 1 where the index is that of the first largest element, else 0. `axis` is of the value.
Result<NetworkId> emit_hardmax(NodeLowering& node, NetworkId x, std::size_t axis) {
  const Shape shape = node.type(x).shape;
  TILECAST_TRY(const NetworkId greatest, emit_arg_reduce(node, x, {.kind = "max", .axis = axis}));
  const Shape along = vector_shape(axis, shape.size(), shape[axis]);
  TILECAST_TRY(const NetworkId places, counting(node, DataType::kInt64, along));
  TILECAST_TRY(const NetworkId hot, node.emit("equal", {greatest, places}, {}, {DataType::kBool, shape}));
  return node.emit_float("cast", {hot}, {{"to", std::string("float32")}}, shape);
}

Status lower_hardmax(NodeLowering& node) {
  return lower_along_axis(node, [&](NetworkId x, std::size_t axis) { return emit_hardmax(node, x, axis); });
}

Status lower_cum_sum(NodeLowering& node) {
  TILECAST_CHECK(require_numbers(node, 0));
  TILECAST_TRY(const double given, node.constant_number(1, "axis"));
  TILECAST_TRY(const std::size_t axis, node.axis(saturated_int(given), node.rank(0)));
  const View x = node.view(0);
  const Attributes attributes{{"axis", static_cast<std::int64_t>(x.order[axis])},
                              {"exclusive", node.attributes().get_int("exclusive", 0)},
                              {"reverse", node.attributes().get_int("reverse", 0)}};
  TILECAST_TRY(const NetworkId value, node.emit("cum_sum", {x.value}, attributes, node.type(x.value)));
  node.set_output(0, {value, x.order});
  return Unit{};
}

}  // namespace

void add_orders(LoweringTable& table) {
  const std::map<std::string, AttributeKind> arg = {
      {"axis", AttributeKind::kInt}, {"keepdims", AttributeKind::kInt}, {"select_last_index", AttributeKind::kInt}};
  table["ArgMax"] = {[](NodeLowering& n) { return lower_arg(n, "max"); }, 1, 1, arg};
  table["ArgMin"] = {[](NodeLowering& n) { return lower_arg(n, "min"); }, 1, 1, arg};
  table["TopK"] = {lower_top_k,
                   2,
                   2,
                   {{"axis", AttributeKind::kInt}, {"largest", AttributeKind::kInt}, {"sorted", AttributeKind::kInt}}};
  table["Hardmax"] = {lower_hardmax, 1, 1, {{"axis", AttributeKind::kInt}}};
  table["CumSum"] = {lower_cum_sum, 2, 2, {{"exclusive", AttributeKind::kInt}, {"reverse", AttributeKind::kInt}}};
}

}  // namespace tilecast
