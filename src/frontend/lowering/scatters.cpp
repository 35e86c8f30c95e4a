// Operators that write elements by indices: ScatterElements, Scatter, ScatterND.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "frontend/lowering/index_operands.h"

namespace tilecast {
namespace {

Result<std::string> reduction_of(const NodeLowering& node) {
  std::string reduction = node.attributes().get_string("reduction", "none");
  const bool known = reduction == "none" || reduction == "add" || reduction == "mul";
  if (!known) return node.error(fmt::format("its reduction '{}' is not supported", reduction));
  if (reduction != "none") TILECAST_CHECK(require_numbers(node, 0));
  return reduction;
}

Status check_operands(const NodeLowering& node) {
  TILECAST_CHECK(require_elements(node, 0));
  TILECAST_CHECK(require_indices(node, 1));
  if (node.dtype(2) != node.dtype(0)) return node.error("its data and updates have different element types");
  return Unit{};
}

Error mismatch(const NodeLowering& node) {
  return node.error(fmt::format("indices {} and updates {} do not fit data {}", shape_to_string(node.shape(1)),
                                shape_to_string(node.shape(2)), shape_to_string(node.shape(0))));
}

// Data and updates as rows, of which each update takes one.
struct Rows {
  NetworkId data = -1;
  NetworkId updates = -1;
};

Result<Rows> as_rows(NodeLowering& node, std::int64_t rows, std::int64_t updates) {
  const std::int64_t length = element_count(node.shape(0)) / rows;
  Rows result;
  TILECAST_TRY(const NetworkId x, node.plain(0));
  TILECAST_TRY(result.data, node.reshape(x, rows_shape(rows, length)));
  TILECAST_TRY(const NetworkId y, node.plain(2));
  TILECAST_TRY(result.updates, node.reshape(y, rows_shape(updates, length)));
  return result;
}

struct Sources {
  Ints update;          // of each row of the data the last update that goes there, or -1
  bool unique = true;   // no row has two
  bool covers = false;  // every row has one
};

Sources find_sources(std::int64_t rows, const Ints& targets) {
  Sources sources{Ints(static_cast<std::size_t>(rows), -1)};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    std::int64_t& update = sources.update[static_cast<std::size_t>(targets[i])];
    sources.unique = sources.unique && update < 0;
    update = static_cast<std::int64_t>(i);
  }
  sources.covers = std::all_of(sources.update.begin(), sources.update.end(), [](std::int64_t u) { return u >= 0; });
  return sources;
}

// Every row knows its update: no search when the model runs.
Result<NetworkId> gather_updates(NodeLowering& node, const Rows& rows, const Sources& sources,
                                 const std::string& reduction) {
  const TensorType type = node.type(rows.data);
  Ints picks;
  std::vector<double> written;
  for (const std::int64_t update : sources.update) {
    picks.push_back(std::max<std::int64_t>(update, 0));
    written.push_back(update >= 0 ? 1 : 0);
  }
  const NetworkId list = node.constant_of_ints(picks, {type.shape[0]});
  TILECAST_TRY(NetworkId value, node.emit("gather", {rows.updates, list}, {{"axis", std::int64_t{0}}}, type));
  if (!sources.covers) {
    const Shape column = type.shape.size() == 1 ? Shape{type.shape[0]} : Shape{type.shape[0], 1};
    const NetworkId mask = node.constant(DataType::kBool, column, written);
    const NetworkId other =
        reduction == "none" ? rows.data : node.constant(type.dtype, {}, {reduction == "add" ? 0.0 : 1.0});
    TILECAST_TRY(value, node.emit("where", {mask, value, other}, {}, type));
  }
  if (reduction == "none") return value;
  return node.emit(reduction, {rows.data, value}, {}, type);
}

Status finish(NodeLowering& node, NetworkId value) {
  TILECAST_TRY(const NetworkId result, node.reshape(value, node.shape(0)));
  node.set_plain_output(result);
  return Unit{};
}

// The cheap form where the indices are constant: `targets` are the rows that the updates go to. Nothing where updates
// of one row are combined.
Result<std::optional<NetworkId>> scatter_known(NodeLowering& node, std::int64_t rows, const Ints& targets,
                                               const std::string& reduction) {
  const Sources sources = find_sources(rows, targets);
  if (reduction != "none" && !sources.unique) return std::optional<NetworkId>();
  TILECAST_TRY(const Rows operands, as_rows(node, rows, static_cast<std::int64_t>(targets.size())));
  TILECAST_TRY(const NetworkId value, gather_updates(node, operands, sources, reduction));
  return std::optional(value);
}

// The element of the data that each update goes to, row-major.
Result<Ints> element_targets(NodeLowering& node, const Shape& data, std::size_t axis) {
  TILECAST_TRY(Ints targets, known_indices(node, 1, data[axis]));
  const Shape shape = node.shape(1);
  Ints place(shape.size(), 0);
  for (std::int64_t& target : targets) {
    std::int64_t flat = 0;
    for (std::size_t d = 0; d < data.size(); ++d) flat = flat * data[d] + (d == axis ? target : place[d]);
    target = flat;
    for (std::size_t d = place.size(); d-- > 0;) {
      if (++place[d] < shape[d]) break;
      place[d] = 0;
    }
  }
  return targets;
}

Status lower_scatter_elements(NodeLowering& node) {
  TILECAST_CHECK(check_operands(node));
  TILECAST_TRY(const std::string reduction, reduction_of(node));
  const Shape data = node.shape(0);
  const Shape indices = node.shape(1);
  TILECAST_TRY(const std::size_t axis, node.axis(node.attributes().get_int("axis", 0), data.size()));
  bool fits = indices == node.shape(2) && indices.size() == data.size();
  for (std::size_t d = 0; fits && d < data.size(); ++d) fits = d == axis || indices[d] <= data[d];
  if (!fits) return mismatch(node);
  if (node.is_constant(1) && element_count(data) <= kMostElementsListed) {
    TILECAST_TRY(const Ints targets, element_targets(node, data, axis));
    TILECAST_TRY(const auto value, scatter_known(node, element_count(data), targets, reduction));
    if (value) return finish(node, *value);
  }
  std::vector<NetworkId> operands;
  for (std::size_t i = 0; i < 3; ++i) {
    TILECAST_TRY(const NetworkId operand, node.plain(i));
    operands.push_back(operand);
  }
  const Attributes attributes{{"axis", static_cast<std::int64_t>(axis)}, {"reduction", reduction}};
  TILECAST_TRY(const NetworkId value, node.emit("scatter", operands, attributes, {node.dtype(0), data}));
  return finish(node, value);
}

// Each entry of the indices' last dimension picks from one dimension of the data, the first ones.
Status lower_scatter_nd(NodeLowering& node) {
  TILECAST_CHECK(check_operands(node));
  TILECAST_TRY(const std::string reduction, reduction_of(node));
  const Shape data = node.shape(0);
  const Shape indices = node.shape(1);
  const std::int64_t picked = indices.empty() ? 0 : indices.back();
  if (picked < 1 || picked > static_cast<std::int64_t>(data.size())) return mismatch(node);
  const auto rest = data.begin() + picked;
  Shape updates(indices.begin(), indices.end() - 1);
  const std::int64_t count = element_count(updates);
  updates.insert(updates.end(), rest, data.end());
  if (updates != node.shape(2)) return mismatch(node);
  const Shape extents{data.begin(), rest};
  const std::int64_t rows = element_count(extents);
  if (node.is_constant(1) && rows <= kMostElementsListed) {
    TILECAST_TRY(const Ints targets, known_flat_indices(node, 1, extents));
    TILECAST_TRY(const auto value, scatter_known(node, rows, targets, reduction));
    if (value) return finish(node, *value);
  }
  TILECAST_TRY(const NetworkId flat, flat_indices(node, 1, extents));
  TILECAST_TRY(const Rows operands, as_rows(node, rows, count));
  const TensorType type = node.type(operands.data);
  TILECAST_TRY(const NetworkId list, node.reshape(flat, type.shape.size() == 1 ? Shape{count} : Shape{count, 1}));
  const Attributes attributes{{"axis", std::int64_t{0}}, {"reduction", reduction}};
  TILECAST_TRY(const NetworkId value, node.emit("scatter", {operands.data, list, operands.updates}, attributes, type));
  return finish(node, value);
}

}  // namespace

void add_scatters(LoweringTable& table) {
  const std::map<std::string, AttributeKind> elements = {{"axis", AttributeKind::kInt},
                                                         {"reduction", AttributeKind::kString}};
  table["ScatterElements"] = {lower_scatter_elements, 3, 3, elements};
  table["Scatter"] = {lower_scatter_elements, 3, 3, {{"axis", AttributeKind::kInt}}};
  table["ScatterND"] = {lower_scatter_nd, 3, 3, {{"reduction", AttributeKind::kString}}};
}

}  // namespace tilecast
