// Reduce…, Softmax, LogSoftmax.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/composition.h"
#include "frontend/lowering/softmax_axis.h"

namespace tilecast {
namespace {

// The reduced dimensions: an attribute or, in newer opsets, an input. Nothing means all, unless the node says that it
// means none.
Result<std::vector<std::size_t>> reduced_axes(NodeLowering& node) {
  Ints given = node.attributes().get_ints("axes");
  if (node.has_input(1)) {
    TILECAST_TRY(given, node.constant_ints(1, "axes"));
  }
  const bool none = node.attributes().get_int("noop_with_empty_axes", 0) != 0;
  if (!given.empty() || none) return node.axes(given, node.rank(0));
  return plain_order(node.rank(0));
}

// What ONNX's reductions share: the input as it is stored, and its axes there.
struct Reduction {
  View x;
  std::vector<std::size_t> axes;  // ONNX's
  Ints stored_axes;
  std::int64_t count = 1;  // elements that make one
};

Result<Reduction> read_reduction(NodeLowering& node) {
  if (node.dtype(0) == DataType::kBool) return node.error("elements of type bool are not supported here");
  Reduction reduction{.x = node.view(0)};
  TILECAST_TRY(reduction.axes, reduced_axes(node));
  const Shape shape = node.shape(0);
  for (const std::size_t axis : reduction.axes) {
    reduction.stored_axes.push_back(static_cast<std::int64_t>(reduction.x.order[axis]));
    reduction.count *= shape[axis];
  }
  return reduction;
}

// Drops the reduced dimensions of a value that has kept them, unless the node keeps them, and makes it the output.
Status finish_reduction(NodeLowering& node, Composition& c, NetworkId value, const Reduction& reduction) {
  if (node.attributes().get_int("keepdims", 1) != 0) return c.finish(value, reduction.x.order);
  Shape left = c.shape(value);
  Ints dropped = reduction.stored_axes;
  std::sort(dropped.begin(), dropped.end());
  for (std::size_t i = dropped.size(); i-- > 0 && !left.empty();) left.erase(left.begin() + dropped[i]);
  return c.finish(c.reshape(value, left), order_without(reduction.x.order, reduction.axes));
}

// Reduces in the order in which the input is stored; before and after are element-wise.
Status lower_reduce(NodeLowering& node, const std::string& kind, const char* before = nullptr,
                    const char* after = nullptr) {
  TILECAST_TRY(const Reduction reduction, read_reduction(node));
  Composition c(node);
  NetworkId value = reduction.x.value;
  const std::string first = before == nullptr ? "" : before;
  if (first == "square") {
    value = c.binary("mul", value, value);
  } else if (!first.empty()) {
    value = c.unary(first, value);
  }
  const bool keep = node.attributes().get_int("keepdims", 1) != 0;
  value = c.reduce(kind, value, reduction.stored_axes, keep);
  if (after != nullptr) {
    // The function may be of floating-point numbers only.
    value = c.cast(c.unary(after, c.cast(value, DataType::kFloat32)), node.dtype(0));
  }
  return c.finish(value, keep ? reduction.x.order : order_without(reduction.x.order, reduction.axes));
}

// The mean of whole numbers is cut off like their quotient.
Status lower_mean(NodeLowering& node) {
  if (is_float(node.dtype(0))) return lower_reduce(node, "mean");
  TILECAST_TRY(const Reduction reduction, read_reduction(node));
  Composition c(node);
  const NetworkId sum = c.reduce("sum", reduction.x.value, reduction.stored_axes);
  return finish_reduction(node, c, c.scalar("div", sum, static_cast<double>(reduction.count)), reduction);
}

// Powers of the differences from the greatest element do not overflow.
Status lower_log_sum_exp(NodeLowering& node) {
  if (node.dtype(0) != DataType::kFloat32) return node.error("only elements of type float32 are supported here");
  TILECAST_TRY(const Reduction reduction, read_reduction(node));
  Composition c(node);
  const NetworkId greatest = c.reduce("max", reduction.x.value, reduction.stored_axes);
  const NetworkId powers = c.unary("exp", c.binary("sub", reduction.x.value, greatest));
  const NetworkId sum = c.reduce("sum", powers, reduction.stored_axes);
  return finish_reduction(node, c, c.binary("add", c.unary("log", sum), greatest), reduction);
}

Status lower_softmax(NodeLowering& node, bool log) {
  return lower_along_axis(node, [&](NetworkId x, std::size_t axis) {
    const Attributes attributes{{"axis", static_cast<std::int64_t>(axis)}, {"log", std::int64_t{log}}};
    return node.emit_float("softmax", {x}, attributes, node.type(x).shape);
  });
}

}  // namespace

void add_reductions(LoweringTable& table) {
  const std::map<std::string, AttributeKind> attributes = {
      {"axes", AttributeKind::kInts}, {"keepdims", AttributeKind::kInt}, {"noop_with_empty_axes", AttributeKind::kInt}};
  const auto add = [&](const char* name, auto lower) { table[name] = {lower, 1, 2, attributes}; };
  add("ReduceSum", [](NodeLowering& n) { return lower_reduce(n, "sum"); });
  add("ReduceMean", [](NodeLowering& n) { return lower_mean(n); });
  add("ReduceMax", [](NodeLowering& n) { return lower_reduce(n, "max"); });
  add("ReduceMin", [](NodeLowering& n) { return lower_reduce(n, "min"); });
  add("ReduceProd", [](NodeLowering& n) { return lower_reduce(n, "prod"); });
  add("ReduceL1", [](NodeLowering& n) { return lower_reduce(n, "sum", "abs"); });
  add("ReduceL2", [](NodeLowering& n) { return lower_reduce(n, "sum", "square", "sqrt"); });
  add("ReduceLogSum", [](NodeLowering& n) { return lower_reduce(n, "sum", nullptr, "log"); });
  add("ReduceLogSumExp", lower_log_sum_exp);
  add("ReduceSumSquare", [](NodeLowering& n) { return lower_reduce(n, "sum", "square"); });
  const std::map<std::string, AttributeKind> axis = {{"axis", AttributeKind::kInt}};
  table["Softmax"] = {[](NodeLowering& n) { return lower_softmax(n, false); }, 1, 1, axis};
  table["LogSoftmax"] = {[](NodeLowering& n) { return lower_softmax(n, true); }, 1, 1, axis};
}

}  // namespace tilecast
