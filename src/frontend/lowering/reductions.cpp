// Reduce…, Softmax, LogSoftmax.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/node_lowering.h"

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

// Reduces in the order in which the input is stored.
Status lower_reduce(NodeLowering& node, const std::string& kind, const char* before = nullptr,
                    const char* after = nullptr) {
  const DataType dtype = node.dtype(0);
  const bool needs_float = kind == "mean" || before != nullptr;
  if (dtype == DataType::kBool || (needs_float && dtype != DataType::kFloat32)) {
    return node.error(fmt::format("elements of type {} are not supported here", data_type_name(dtype)));
  }
  TILECAST_TRY(const std::vector<std::size_t> axes, reduced_axes(node));
  const View x = node.view(0);
  TensorType type = node.type(x.value);
  NetworkId value = x.value;
  if (before != nullptr) {
    const std::string op = before;
    const std::vector<NetworkId> operands(op == "mul" ? 2 : 1, value);
    TILECAST_TRY(value, node.emit(op, operands, {}, type));
  }
  const bool keep = node.attributes().get_int("keepdims", 1) != 0;
  if (!axes.empty()) {
    Ints stored_axes;
    for (const std::size_t axis : axes) {
      stored_axes.push_back(static_cast<std::int64_t>(x.order[axis]));
      type.shape[x.order[axis]] = 1;
    }
    std::sort(stored_axes.begin(), stored_axes.end());
    if (!keep) {
      for (std::size_t i = stored_axes.size(); i-- > 0;) type.shape.erase(type.shape.begin() + stored_axes[i]);
    }
    const Attributes attributes{{"kind", kind}, {"axes", stored_axes}, {"keepdims", std::int64_t{keep}}};
    TILECAST_TRY(value, node.emit("reduce", {value}, attributes, type));
  }
  if (after != nullptr) {
    TILECAST_TRY(value, node.emit(after, {value}, {}, type));
  }
  node.set_output(0, {value, keep ? x.order : order_without(x.order, axes)});
  return Unit{};
}

// Before opset 13 all dimensions from the axis on are one.
Status lower_flat_softmax(NodeLowering& node, std::size_t axis, std::int64_t log) {
  const Shape shape = node.shape(0);
  const auto from = shape.begin() + static_cast<std::ptrdiff_t>(axis);
  const Shape flat = {element_count({shape.begin(), from}), element_count({from, shape.end()})};
  TILECAST_TRY(const NetworkId x, node.plain(0));
  TILECAST_TRY(const NetworkId rows, node.reshape(x, flat));
  const Attributes attributes{{"axis", std::int64_t{1}}, {"log", log}};
  TILECAST_TRY(const NetworkId value, node.emit_float("softmax", {rows}, attributes, flat));
  TILECAST_TRY(const NetworkId result, node.reshape(value, shape));
  node.set_plain_output(result);
  return Unit{};
}

Status lower_softmax(NodeLowering& node, bool log) {
  TILECAST_CHECK(node.require_float());
  const bool flattens = node.node().opset < 13;
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", flattens ? 1 : -1), node.rank(0)));
  if (flattens && axis + 1 < node.rank(0)) return lower_flat_softmax(node, axis, log ? 1 : 0);
  const View x = node.view(0);
  const Attributes attributes{{"axis", static_cast<std::int64_t>(x.order[axis])}, {"log", std::int64_t{log}}};
  TILECAST_TRY(const NetworkId value, node.emit_float("softmax", {x.value}, attributes, node.type(x.value).shape));
  node.set_output(0, {value, x.order});
  return Unit{};
}

}  // namespace

void add_reductions(LoweringTable& table) {
  const std::map<std::string, AttributeKind> attributes = {
      {"axes", AttributeKind::kInts}, {"keepdims", AttributeKind::kInt}, {"noop_with_empty_axes", AttributeKind::kInt}};
  const auto add = [&](const char* name, auto lower) { table[name] = {lower, 1, 2, attributes}; };
  add("ReduceSum", [](NodeLowering& n) { return lower_reduce(n, "sum"); });
  add("ReduceMean", [](NodeLowering& n) { return lower_reduce(n, "mean"); });
  add("ReduceMax", [](NodeLowering& n) { return lower_reduce(n, "max"); });
  add("ReduceMin", [](NodeLowering& n) { return lower_reduce(n, "min"); });
  add("ReduceProd", [](NodeLowering& n) { return lower_reduce(n, "prod"); });
  add("ReduceL1", [](NodeLowering& n) { return lower_reduce(n, "sum", "abs"); });
  add("ReduceL2", [](NodeLowering& n) { return lower_reduce(n, "sum", "mul", "sqrt"); });
  add("ReduceSumSquare", [](NodeLowering& n) { return lower_reduce(n, "sum", "mul"); });
  const std::map<std::string, AttributeKind> axis = {{"axis", AttributeKind::kInt}};
  table["Softmax"] = {[](NodeLowering& n) { return lower_softmax(n, false); }, 1, 1, axis};
  table["LogSoftmax"] = {[](NodeLowering& n) { return lower_softmax(n, true); }, 1, 1, axis};
}

}  // namespace tilecast
