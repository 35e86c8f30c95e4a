// Det of small matrices.
#include <fmt/format.h>

#include "frontend/lowering/composition.h"

namespace tilecast {
namespace {

// Matrices of up to three rows, one behind the other: [batch, rows * rows].
class Determinant {
 public:
  Determinant(Composition& c, NetworkId elements, std::int64_t batch, std::int64_t rows)
      : c_(c), elements_(elements), batch_(batch), rows_(rows) {}

  // Of the rows from `row` on and these columns, by the first of the rows.
  NetworkId of(std::int64_t row, const Ints& columns) {
    if (columns.size() == 1) return element(row, columns.front());
    NetworkId sum = kNoNetworkValue;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      Ints others = columns;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      const NetworkId term = c_.binary("mul", element(row, columns[i]), of(row + 1, others));
      sum = i == 0 ? term : c_.binary(i % 2 == 0 ? "add" : "sub", sum, term);
    }
    return sum;
  }

 private:
  NetworkId element(std::int64_t row, std::int64_t column) {
    return c_.apply("slice", {elements_}, {{"starts", Ints{0, row * rows_ + column}}}, {batch_, 1});
  }

  Composition& c_;
  NetworkId elements_;
  std::int64_t batch_;
  std::int64_t rows_;
};

Status lower_det(NodeLowering& node) {
  constexpr std::int64_t kMostRows = 3;
  TILECAST_CHECK(node.require_float());
  const Shape shape = node.shape(0);
  if (shape.size() < 2 || shape.back() != shape[shape.size() - 2] || shape.back() > kMostRows) {
    return node.error(fmt::format("its input is {}; square matrices of up to {} rows are supported",
                                  shape_to_string(shape), kMostRows));
  }
  const Shape outer(shape.begin(), shape.end() - 2);
  const std::int64_t rows = shape.back();
  Composition c(node);
  const std::int64_t batch = element_count(outer);
  const NetworkId matrices = c.reshape(c.plain(0), {batch, rows * rows});
  Ints columns;
  for (std::int64_t i = 0; i < rows; ++i) columns.push_back(i);
  return c.finish(c.reshape(Determinant(c, matrices, batch, rows).of(0, columns), outer));
}

}  // namespace

void add_determinant(LoweringTable& table) {
  table["Det"] = {lower_det};
}

}  // namespace tilecast
