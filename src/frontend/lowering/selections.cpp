// Operators whose output's shape depends on elements, which must be constant: Compress, NonZero, Unique.
#include <fmt/format.h>

#include <map>

#include "frontend/lowering/index_operands.h"

namespace tilecast {
namespace {

Result<Ints> picked_places(NodeLowering& node, std::int64_t extent) {
  TILECAST_TRY(const Ints condition, node.constant_ints(1, "condition"));
  Ints picks;
  for (std::size_t i = 0; i < condition.size(); ++i) {
    if (condition[i] == 0) continue;
    if (static_cast<std::int64_t>(i) >= extent) {
      return node.error(fmt::format("its condition chooses element {} of {}", i, extent));
    }
    picks.push_back(static_cast<std::int64_t>(i));
  }
  if (picks.empty()) return node.error("its condition chooses nothing");
  return picks;
}

// Without an axis, elements are chosen in row-major order.
Status lower_compress(NodeLowering& node) {
  TILECAST_CHECK(require_elements(node, 0));
  TILECAST_CHECK(require_known(node, 1, "condition"));
  View x = node.view(0);
  std::size_t axis = 0;
  if (node.attributes().has("axis")) {
    TILECAST_TRY(axis, node.axis(node.attributes().get_int("axis", 0), node.rank(0)));
  } else {
    TILECAST_TRY(const NetworkId plain, node.plain(0));
    TILECAST_TRY(x.value, node.reshape(plain, {element_count(node.shape(0))}));
    x.order = plain_order(1);
  }
  const std::size_t at = x.order[axis];
  TensorType type = node.type(x.value);
  TILECAST_TRY(const Ints picks, picked_places(node, type.shape[at]));
  type.shape[at] = static_cast<std::int64_t>(picks.size());
  const NetworkId list = node.constant_of_ints(picks, {type.shape[at]});
  const Attributes attributes{{"axis", static_cast<std::int64_t>(at)}};
  TILECAST_TRY(const NetworkId value, node.emit("gather", {x.value, list}, attributes, type));
  node.set_output(0, {value, x.order});
  return Unit{};
}

// One row of places a dimension.
Status lower_non_zero(NodeLowering& node) {
  TILECAST_CHECK(require_known(node, 0, "input"));
  TILECAST_TRY(const auto numbers, node.constant_numbers(0, "input"));
  const Shape shape = node.shape(0);
  if (shape.empty()) return node.error("its input is a single number");
  std::vector<Ints> places(shape.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == 0) continue;
    auto left = static_cast<std::int64_t>(i);
    for (std::size_t d = shape.size(); d-- > 0; left /= shape[d]) places[d].push_back(left % shape[d]);
  }
  Ints joined;
  for (const Ints& row : places) joined.insert(joined.end(), row.begin(), row.end());
  const auto rows = static_cast<std::int64_t>(shape.size());
  node.set_plain_output(node.constant_of_ints(joined, {rows, static_cast<std::int64_t>(places[0].size())}));
  return Unit{};
}

// A tensor as a list of its parts along an axis.
struct Parts {
  std::int64_t outer = 1, count = 1, inner = 1;
  std::vector<std::vector<double>> elements;  // of each part, row-major
};

Parts split_parts(const std::vector<double>& numbers, const Shape& shape, std::size_t axis) {
  const auto at = shape.begin() + static_cast<std::ptrdiff_t>(axis);
  Parts parts{element_count({shape.begin(), at}), *at, element_count({at + 1, shape.end()}), {}};
  parts.elements.resize(static_cast<std::size_t>(parts.count));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto part = static_cast<std::int64_t>(i) / parts.inner % parts.count;
    parts.elements[static_cast<std::size_t>(part)].push_back(numbers[i]);
  }
  return parts;
}

std::vector<double> join_parts(const Parts& parts, const Ints& chosen) {
  std::vector<double> numbers;
  for (std::int64_t o = 0; o < parts.outer; ++o) {
    for (const std::int64_t part : chosen) {
      const auto begin = parts.elements[static_cast<std::size_t>(part)].begin() + o * parts.inner;
      numbers.insert(numbers.end(), begin, begin + parts.inner);
    }
  }
  return numbers;
}

struct Distinct {
  Ints first;    // the part where each distinct one is first
  Ints inverse;  // of each part, which distinct one it is
  Ints counts;   // of each distinct one
};

Distinct find_distinct(const Parts& parts, bool sorted) {
  Distinct distinct;
  std::map<std::vector<double>, std::int64_t> known;  // to the part where it is first
  for (std::size_t i = 0; i < parts.elements.size(); ++i) {
    if (known.emplace(parts.elements[i], static_cast<std::int64_t>(i)).second) {
      distinct.first.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (sorted) {
    distinct.first.clear();
    for (const auto& [elements, part] : known) distinct.first.push_back(part);
  }
  distinct.counts.assign(distinct.first.size(), 0);
  std::map<std::int64_t, std::size_t> numbers;  // of the distinct ones, by where they are first
  for (std::size_t i = 0; i < distinct.first.size(); ++i) numbers[distinct.first[i]] = i;
  for (const auto& elements : parts.elements) {
    const std::size_t number = numbers.at(known.at(elements));
    distinct.inverse.push_back(static_cast<std::int64_t>(number));
    ++distinct.counts[number];
  }
  return distinct;
}

// Without an axis, the parts are the single elements.
Status lower_unique(NodeLowering& node) {
  TILECAST_CHECK(require_known(node, 0, "input"));
  TILECAST_TRY(const auto numbers, node.constant_numbers(0, "input"));
  Shape shape = node.shape(0);
  std::size_t axis = 0;
  if (node.attributes().has("axis")) {
    TILECAST_TRY(axis, node.axis(node.attributes().get_int("axis", 0), shape.size()));
  } else {
    shape = {element_count(shape)};
  }
  if (numbers.empty()) return node.error("its input has no elements");
  const Parts parts = split_parts(numbers, shape, axis);
  const Distinct distinct = find_distinct(parts, node.attributes().get_int("sorted", 1) != 0);
  const auto count = static_cast<std::int64_t>(distinct.first.size());
  shape[axis] = count;
  node.set_plain_output(node.constant(node.dtype(0), shape, join_parts(parts, distinct.first)), 0);
  node.set_plain_output(node.constant_of_ints(distinct.first, {count}), 1);
  node.set_plain_output(node.constant_of_ints(distinct.inverse, {parts.count}), 2);
  node.set_plain_output(node.constant_of_ints(distinct.counts, {count}), 3);
  return Unit{};
}

}  // namespace

void add_selections(LoweringTable& table) {
  table["Compress"] = {lower_compress, 2, 2, {{"axis", AttributeKind::kInt}}};
  table["NonZero"] = {lower_non_zero};
  table["Unique"] = {lower_unique, 1, 1, {{"axis", AttributeKind::kInt}, {"sorted", AttributeKind::kInt}}};
}

}  // namespace tilecast
