// Operators that read elements by indices: GatherElements, GatherND, ReverseSequence.
#include <fmt/format.h>

#include <algorithm>

#include "frontend/lowering/index_operands.h"

namespace tilecast {
namespace {

Status lower_gather_elements(NodeLowering& node) {
  TILECAST_CHECK(require_elements(node, 0));
  TILECAST_CHECK(require_indices(node, 1));
  const Shape data = node.shape(0);
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", 0), data.size()));
  if (node.is_constant(1)) TILECAST_CHECK(known_indices(node, 1, data[axis]));
  TILECAST_TRY(const NetworkId from, node.plain(0));
  TILECAST_TRY(const NetworkId where, node.plain(1));
  const Attributes attributes{{"axis", static_cast<std::int64_t>(axis)}};
  TILECAST_TRY(const NetworkId value,
               node.emit("gather_elements", {from, where}, attributes, {node.dtype(0), node.shape(1)}));
  node.set_plain_output(value);
  return Unit{};
}

// Adds to row number b of a table the b-th multiple of `step`.
Result<NetworkId> add_to_rows(NodeLowering& node, NetworkId table, std::int64_t step) {
  const TensorType type = node.type(table);
  Ints starts;
  for (std::int64_t b = 0; b < type.shape[0]; ++b) starts.push_back(b * step);
  const NetworkId column = node.constant_of_ints(starts, {type.shape[0], 1});
  return node.emit("add", {table, column}, {}, type);
}

// Dimensions of one tensor taken together: what an index goes over is one dimension, what it picks another.
Result<NetworkId> gather_rows(NodeLowering& node, std::int64_t rows, NetworkId indices) {
  TILECAST_TRY(const NetworkId x, node.plain(0));
  const std::int64_t length = element_count(node.type(x).shape) / rows;
  const std::int64_t count = element_count(node.type(indices).shape);
  TILECAST_TRY(const NetworkId data, node.reshape(x, rows_shape(rows, length)));
  TILECAST_TRY(const NetworkId list, node.reshape(indices, {count}));
  return node.emit("gather", {data, list}, {{"axis", std::int64_t{0}}}, {node.dtype(0), rows_shape(count, length)});
}

Status lower_gather_nd(NodeLowering& node) {
  TILECAST_CHECK(require_elements(node, 0));
  TILECAST_CHECK(require_indices(node, 1));
  const Shape data = node.shape(0);
  const Shape indices = node.shape(1);
  const std::int64_t batch_dims = node.attributes().get_int("batch_dims", 0);
  const auto rank = static_cast<std::int64_t>(data.size());
  const std::int64_t picked = indices.empty() ? 0 : indices.back();
  const bool fits = batch_dims >= 0 && batch_dims < static_cast<std::int64_t>(indices.size()) && picked >= 1 &&
                    picked <= rank - batch_dims && std::equal(data.begin(), data.begin() + batch_dims, indices.begin());
  if (!fits) {
    return node.error(fmt::format("indices {} with {} batch dimensions do not fit {}", shape_to_string(indices),
                                  batch_dims, shape_to_string(data)));
  }
  const auto first = data.begin() + batch_dims;
  const auto rest = first + picked;
  const std::int64_t batches = element_count({data.begin(), first});
  const std::int64_t places = element_count({first, rest});
  TILECAST_TRY(NetworkId flat, flat_indices(node, 1, {first, rest}));
  if (batches > 1) {
    TILECAST_TRY(flat, node.reshape(flat, {batches, element_count(node.type(flat).shape) / batches}));
    TILECAST_TRY(flat, add_to_rows(node, flat, places));
  }
  TILECAST_TRY(const NetworkId rows, gather_rows(node, batches * places, flat));
  Shape shape(indices.begin(), indices.end() - 1);
  shape.insert(shape.end(), rest, data.end());
  TILECAST_TRY(const NetworkId value, node.reshape(rows, shape));
  node.set_plain_output(value);
  return Unit{};
}

// The first two dimensions are time and sequences, in either order: element (time, sequence) comes from time
// length - 1 - time where that is not negative.
Status lower_reverse_sequence(NodeLowering& node) {
  TILECAST_CHECK(require_elements(node, 0));
  TILECAST_CHECK(require_indices(node, 1));
  const Shape shape = node.shape(0);
  const std::int64_t time = node.attributes().get_int("time_axis", 0);
  const std::int64_t batch = node.attributes().get_int("batch_axis", 1);
  const bool fits = (time == 0 && batch == 1) || (time == 1 && batch == 0);
  if (shape.size() < 2 || !fits) {
    return node.error(fmt::format("time_axis {} and batch_axis {} are not its first two dimensions", time, batch));
  }
  const std::int64_t steps = shape[static_cast<std::size_t>(time)];
  const std::int64_t sequences = shape[static_cast<std::size_t>(batch)];
  if (node.shape(1) != Shape{sequences}) {
    return node.error(fmt::format("it needs {} sequence_lens, not {}", sequences, shape_to_string(node.shape(1))));
  }
  // One row a sequence.
  const Shape table{sequences, steps};
  const TensorType type{DataType::kInt64, table};
  TILECAST_TRY(NetworkId lengths, node.plain(1));
  if (node.dtype(1) != DataType::kInt64) {
    const Attributes to{{"to", std::string("int64")}};
    TILECAST_TRY(lengths, node.emit("cast", {lengths}, to, {DataType::kInt64, {sequences}}));
  }
  TILECAST_TRY(lengths, node.reshape(lengths, {sequences, 1}));
  TILECAST_TRY(const NetworkId step, counting(node, DataType::kInt64, {steps}));
  TILECAST_TRY(const NetworkId next, counting(node, DataType::kInt64, {steps}, 1));
  TILECAST_TRY(const NetworkId inside, node.emit("less", {step, lengths}, {}, {DataType::kBool, table}));
  TILECAST_TRY(const NetworkId mirrored, node.emit("sub", {lengths, next}, {}, type));
  TILECAST_TRY(NetworkId from, node.emit("where", {inside, mirrored, step}, {}, type));
  if (time == 0) {
    TILECAST_TRY(from, node.emit("mul", {from}, {{"scalar", static_cast<double>(sequences)}}, type));
  }
  TILECAST_TRY(from, add_to_rows(node, from, time == 0 ? 1 : steps));
  if (time == 0) {
    const Attributes turned{{"perm", Ints{1, 0}}};
    TILECAST_TRY(from, node.emit("transpose", {from}, turned, {DataType::kInt64, {steps, sequences}}));
  }
  TILECAST_TRY(const NetworkId rows, gather_rows(node, steps * sequences, from));
  TILECAST_TRY(const NetworkId value, node.reshape(rows, shape));
  node.set_plain_output(value);
  return Unit{};
}

}  // namespace

void add_indexing(LoweringTable& table) {
  table["GatherElements"] = {lower_gather_elements, 2, 2, {{"axis", AttributeKind::kInt}}};
  table["GatherND"] = {lower_gather_nd, 2, 2, {{"batch_dims", AttributeKind::kInt}}};
  table["ReverseSequence"] = {
      lower_reverse_sequence, 2, 2, {{"time_axis", AttributeKind::kInt}, {"batch_axis", AttributeKind::kInt}}};
}

}  // namespace tilecast
