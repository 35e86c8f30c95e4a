// dense, batch_matmul.
#include <gtest/gtest.h>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

class DenseTest : public ::testing::TestWithParam<Shape> {};

TEST_P(DenseTest, MultipliesTheLastDimension) {
  const Tensor x = random_tensor(GetParam(), 1);
  const Tensor w = random_tensor({GetParam().back(), 5}, 2);
  Shape shape = GetParam();
  shape.back() = 5;
  const Tensor want = filled(shape, [&](const Shape& out) {
    double sum = 0;
    Shape in = out;
    for (std::int64_t k = 0; k < w.shape[0]; ++k) {
      in.back() = k;
      sum += x.at(in) * w.at({k, out.back()});
    }
    return sum;
  });
  expect_output(one_operator("dense", {x, w}, {}, shape), {x, w}, want);
}

INSTANTIATE_TEST_SUITE_P(Shapes, DenseTest,
                         ::testing::Values(Shape{7}, Shape{3, 7}, Shape{2, 3, 9}, Shape{2, 1, 3, 2, 4},
                                           Shape{1, 1, 1, 1}),
                         [](const auto& test) { return "rank" + std::to_string(test.param.size()); });

TEST(Dense, Refusals) {
  const auto message = [](Shape x, Shape w, Shape y) {
    return refusal(one_operator("dense", {float32(std::move(x)), float32(std::move(w))}, {}, float32(std::move(y))));
  };
  EXPECT_EQ(message({3, 7}, {7, 5}, {3, 5}), "");
  EXPECT_EQ(refusal(one_operator("dense", {float32({3, 7})}, {}, float32({3, 5}))),
            "node 'dense' (dense): takes 2 inputs, not 1");
  EXPECT_EQ(message({3, 7}, {6, 5}, {3, 5}), "node 'dense' (dense): an input 3x7 and a weight 6x5 do not fit");
  EXPECT_EQ(message({3, 7}, {7, 5, 1}, {3, 5}), "node 'dense' (dense): an input 3x7 and a weight 7x5x1 do not fit");
  EXPECT_EQ(message({}, {7, 5}, {5}), "node 'dense' (dense): an input scalar and a weight 7x5 do not fit");
  EXPECT_EQ(message({3, 7}, {7, 5}, {3, 6}),
            "node 'dense' (dense): its output is 3x6, but its inputs and attributes make 3x5");
}

struct MatmulCase {
  const char* name;
  Shape a, b, output;
  bool transpose_a = false, transpose_b = false;
};

// The element of an operand at the output's batch, broadcast, and these matrix indices.
double operand_element(const Tensor& operand, const Shape& out, std::int64_t row, std::int64_t column,
                       bool transposed) {
  const std::size_t rank = operand.shape.size();
  Shape index(rank);
  for (std::size_t d = 0; d + 2 < rank; ++d) {
    index[d] = operand.shape[d] == 1 ? 0 : out[out.size() - rank + d];
  }
  index[rank - 2] = transposed ? column : row;
  index[rank - 1] = transposed ? row : column;
  return operand.at(index);
}

class MatmulTest : public ::testing::TestWithParam<MatmulCase> {};

TEST_P(MatmulTest, MultipliesMatrices) {
  const MatmulCase& c = GetParam();
  const Tensor a = random_tensor(c.a, 1);
  const Tensor b = random_tensor(c.b, 2);
  const std::int64_t steps = c.a[c.a.size() - (c.transpose_a ? 2 : 1)];
  const Tensor want = filled(c.output, [&](const Shape& out) {
    double sum = 0;
    for (std::int64_t k = 0; k < steps; ++k) {
      sum += operand_element(a, out, out[out.size() - 2], k, c.transpose_a) *
             operand_element(b, out, k, out.back(), c.transpose_b);
    }
    return sum;
  });
  const Attributes attributes{{"transpose_a", std::int64_t{c.transpose_a}},
                              {"transpose_b", std::int64_t{c.transpose_b}}};
  expect_output(one_operator("batch_matmul", {a, b}, attributes, c.output), {a, b}, want);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MatmulTest,
    ::testing::Values(MatmulCase{"matrices", {3, 5}, {5, 4}, {3, 4}}, MatmulCase{"rows", {1, 5}, {5, 1}, {1, 1}},
                      MatmulCase{"batch", {3, 2, 5}, {3, 5, 4}, {3, 2, 4}},
                      MatmulCase{"transposed_a", {3, 5, 2}, {3, 5, 4}, {3, 2, 4}, true, false},
                      MatmulCase{"transposed_b", {3, 2, 5}, {3, 4, 5}, {3, 2, 4}, false, true},
                      MatmulCase{"both_transposed", {5, 2}, {4, 5}, {2, 4}, true, true},
                      MatmulCase{"broadcast_a", {1, 2, 5}, {3, 5, 4}, {3, 2, 4}},
                      MatmulCase{"broadcast_b", {3, 2, 5}, {1, 4, 5}, {3, 2, 4}, false, true},
                      MatmulCase{"both_broadcast", {3, 1, 2, 5}, {1, 2, 5, 4}, {3, 2, 2, 4}},
                      MatmulCase{"one_matrix_for_all", {2, 3, 2, 5}, {5, 4}, {2, 3, 2, 4}},
                      MatmulCase{"fewer_dimensions_left", {2, 5}, {3, 4, 5}, {3, 2, 4}, false, true},
                      MatmulCase{"many_dimensions", {2, 1, 2, 1, 2, 3, 2}, {2, 3}, {2, 1, 2, 1, 2, 3, 3}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(BatchMatmul, Refusals) {
  const std::string node = "node 'batch_matmul' (batch_matmul): ";
  const auto message = [](Shape a, Shape b, Shape y, const Attributes& attributes = {}) {
    return refusal(one_operator("batch_matmul", {float32(std::move(a)), float32(std::move(b))}, attributes,
                                float32(std::move(y))));
  };
  EXPECT_EQ(message({3, 2, 5}, {3, 5, 4}, {3, 2, 4}), "");
  EXPECT_EQ(message({5}, {5, 4}, {4}), node + "its inputs need at least two dimensions");
  EXPECT_EQ(message({3, 2, 5}, {3, 4, 5}, {3, 2, 4}), node + "matrices 3x2x5 and 3x4x5 do not fit");
  EXPECT_EQ(message({3, 2, 5}, {3, 5, 4}, {3, 2, 4}, {{"transpose_a", std::int64_t{1}}}),
            node + "matrices 3x5x2 and 3x5x4 do not fit");
  EXPECT_EQ(message({3, 2, 5}, {2, 5, 4}, {3, 2, 4}), node + "batches of 3x2x5 and 2x5x4 do not fit");
  EXPECT_EQ(message({3, 2, 5}, {1, 5, 4}, {1, 2, 4}),
            node + "its output is 1x2x4, but its inputs and attributes make 3x2x4");
}

}  // namespace
}  // namespace tilecast
