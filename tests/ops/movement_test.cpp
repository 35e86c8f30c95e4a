// Operators that only move data.
#include <gtest/gtest.h>

#include <algorithm>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)
using Ints = std::vector<std::int64_t>;

// 1, 2, 3, …: no two elements alike.
Tensor counted(const Shape& shape) {
  return filled(shape, [n = 0.0](const Shape&) mutable { return n += 1; });
}

std::string message(const char* op, const std::vector<Shape>& shapes, const Attributes& attributes, Shape output) {
  std::vector<TensorType> types;
  for (const Shape& shape : shapes) types.push_back(float32(shape));
  return refusal(one_operator(op, types, attributes, float32(std::move(output))));
}

TEST(Transpose, EveryOrderOfThreeDimensions) {
  const Tensor x = counted({2, 3, 5});
  Ints perm = {0, 1, 2};
  do {
    Shape shape;
    for (const std::int64_t p : perm) shape.push_back(x.shape[static_cast<std::size_t>(p)]);
    const Tensor want = filled(shape, [&](const Shape& out) {
      Shape in(3);
      for (std::size_t d = 0; d < 3; ++d) in[static_cast<std::size_t>(perm[d])] = out[d];
      return x.at(in);
    });
    expect_output(one_operator("transpose", {x}, {{"perm", perm}}, shape), {x}, want);
  } while (std::next_permutation(perm.begin(), perm.end()));
}

TEST(Transpose, Refusals) {
  const std::string node = "node 'transpose' (transpose): ";
  EXPECT_EQ(message("transpose", {{2, 3}}, {{"perm", Ints{0, 0}}}, {2, 3}),
            node + "[0,0] is no permutation of 2 dimensions");
  EXPECT_EQ(message("transpose", {{2, 3}}, {{"perm", Ints{0, 2}}}, {2, 3}),
            node + "[0,2] is no permutation of 2 dimensions");
  EXPECT_EQ(message("transpose", {{2, 3}}, {{"perm", Ints{0}}}, {2, 3}),
            node + "[0] is no permutation of 2 dimensions");
  EXPECT_EQ(message("transpose", {{2, 3}}, {}, {}), node + "[] is no permutation of 2 dimensions");
  EXPECT_EQ(message("transpose", {{2, 3}}, {{"perm", Ints{1, 0}}}, {2, 3}),
            node + "its output is 2x3, but its inputs and attributes make 3x2");
}

TEST(Reshape, KeepsTheOrderOfElements) {
  const Shape shapes[] = {{2, 3, 4, 5}, {120},         {6, 20},  {2, 12, 5}, {24, 5, 1}, {1, 2, 1, 3, 20},
                          {5, 4, 3, 2}, {8, 15, 1, 1}, {120, 1}, {3, 8, 5},  {10, 12}};
  for (const Shape& from : shapes) {
    for (const Shape& to : shapes) {
      const Tensor x = counted(from);
      expect_output(one_operator("reshape", {x}, {{"shape", to}}, to), {x}, {to, x.values});
    }
  }
  const Tensor one{{1, 1}, {7}};
  expect_output(one_operator("reshape", {one}, {}, {}), {one}, {{}, {7}});
}

TEST(Reshape, Refusals) {
  EXPECT_EQ(message("reshape", {{2, 3}}, {}, {7}), "node 'reshape' (reshape): 2x3 cannot become 7");
  EXPECT_EQ(message("reshape", {{2, 3}, {6}}, {}, {6}), "node 'reshape' (reshape): takes 1 inputs, not 2");
}

TEST(Concat, AlongEveryAxis) {
  for (std::size_t axis = 0; axis < 4; ++axis) {
    std::vector<Tensor> parts;
    Shape shape = {2, 3, 2, 5};
    shape[axis] = 0;
    for (const std::int64_t extent : {2, 1, 3}) {
      Shape part = shape;
      part[axis] = extent;
      parts.push_back(random_tensor(part, static_cast<std::uint64_t>(extent)));
    }
    shape[axis] = 6;
    const Tensor want = filled(shape, [&](const Shape& out) {
      Shape in = out;
      std::size_t part = 0;
      while (in[axis] >= parts[part].shape[axis]) in[axis] -= parts[part++].shape[axis];
      return parts[part].at(in);
    });
    const Attributes attributes{{"axis", static_cast<std::int64_t>(axis)}};
    expect_output(one_operator("concat", parts, attributes, shape), parts, want);
  }
}

TEST(Concat, OfOneAndOf64) {
  const Tensor x = counted({2, 3});
  expect_output(one_operator("concat", {x}, {{"axis", std::int64_t{0}}}, {2, 3}), {x}, x);
  const std::vector<Tensor> parts(64, Tensor{{1}, {3}});
  expect_output(one_operator("concat", parts, {{"axis", std::int64_t{0}}}, {64}), parts,
                {{64}, std::vector<double>(64, 3)});
}

TEST(Concat, Refusals) {
  const std::string node = "node 'concat' (concat): ";
  const Attributes first{{"axis", std::int64_t{0}}};
  EXPECT_EQ(message("concat", {}, first, {2}), node + "takes 1 to 64 inputs, not 0");
  EXPECT_EQ(message("concat", std::vector<Shape>(65, {1}), first, {65}), node + "takes 1 to 64 inputs, not 65");
  EXPECT_EQ(message("concat", {{2, 3}, {2, 3}}, {}, {4, 3}), node + "axis -1");
  EXPECT_EQ(message("concat", {{2, 3}, {2, 3}}, {{"axis", std::int64_t{2}}}, {4, 3}), node + "axis 2");
  EXPECT_EQ(message("concat", {{2, 3}, {2}}, first, {4, 3}), node + "its inputs have different ranks");
  EXPECT_EQ(message("concat", {{2, 3}, {2, 4}}, first, {4, 3}), node + "extents 4 and 3 of dimension 1 do not fit");
  EXPECT_EQ(message("concat", {{2, 3}, {2, 3}}, first, {5, 3}),
            node + "its output is 5x3, but its inputs and attributes make 4x3");
}

struct SliceCase {
  const char* name;
  Ints starts, steps;
  Shape output;
};

class SliceTest : public ::testing::TestWithParam<SliceCase> {};

TEST_P(SliceTest, TakesEveryStep) {
  const SliceCase& c = GetParam();
  const Tensor x = counted({5, 7});
  const Tensor want = filled(c.output, [&](const Shape& out) {
    return x.at({c.starts[0] + out[0] * c.steps[0], c.starts[1] + out[1] * c.steps[1]});
  });
  expect_output(one_operator("slice", {x}, {{"starts", c.starts}, {"steps", c.steps}}, c.output), {x}, want);
}

INSTANTIATE_TEST_SUITE_P(Cases, SliceTest,
                         ::testing::Values(SliceCase{"part", {1, 2}, {1, 1}, {3, 4}},
                                           SliceCase{"everything", {0, 0}, {1, 1}, {5, 7}},
                                           SliceCase{"one", {4, 6}, {1, 1}, {1, 1}},
                                           SliceCase{"steps", {0, 1}, {2, 3}, {3, 2}},
                                           SliceCase{"backwards", {4, 6}, {-1, -2}, {5, 4}}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Slice, Refusals) {
  const std::string node = "node 'slice' (slice): ";
  const auto slice = [](const Ints& starts, const Ints& steps, Shape output) {
    return message("slice", {{5, 7}}, {{"starts", starts}, {"steps", steps}}, std::move(output));
  };
  EXPECT_EQ(slice({0, 0}, {1, 1}, {5, 7}), "");
  EXPECT_EQ(slice({0}, {1}, {5, 7}), node + "starts, steps and output need one entry a dimension");
  EXPECT_EQ(slice({0, 0}, {1, 1}, {5}), node + "starts, steps and output need one entry a dimension");
  EXPECT_EQ(slice({0, 3}, {1, 1}, {5, 5}), node + "elements 3 to 7 of dimension 1, which has 7");
  EXPECT_EQ(slice({-1, 0}, {1, 1}, {2, 7}), node + "elements -1 to 0 of dimension 0, which has 5");
  EXPECT_EQ(slice({2, 0}, {-1, 1}, {4, 7}), node + "elements 2 to -1 of dimension 0, which has 5");
  EXPECT_EQ(slice({0, 0}, {0, 1}, {5, 7}), node + "elements 0 to 0 of dimension 0, which has 5");
}

// The element of the input at an index that may be outside.
double padded(const Tensor& x, const std::string& mode, Shape index) {
  for (std::size_t d = 0; d < index.size(); ++d) {
    const std::int64_t last = x.shape[d] - 1;
    if (index[d] >= 0 && index[d] <= last) continue;
    if (mode == "constant") return 9;
    if (mode == "edge") index[d] = index[d] < 0 ? 0 : last;
    if (mode == "reflect") index[d] = index[d] < 0 ? -index[d] : 2 * last - index[d];
  }
  return x.at(index);
}

TEST(Pad, InEveryMode) {
  const Tensor x = counted({4, 3, 5});
  for (const auto& [begin, end] :
       {std::pair{Ints{1, 0, 2}, Ints{0, 2, 3}}, std::pair{Ints{3, 2, 4}, Ints{3, 2, 4}},
        std::pair{Ints{0, 0, 0}, Ints{0, 0, 0}}, std::pair{Ints{-1, 1, 0}, Ints{2, -2, 0}}}) {
    Shape shape = x.shape;
    for (std::size_t d = 0; d < 3; ++d) shape[d] += begin[d] + end[d];
    for (const std::string mode : {"constant", "edge", "reflect"}) {
      const Tensor want = filled(shape, [&](Shape out) {
        for (std::size_t d = 0; d < 3; ++d) out[d] -= begin[d];
        return padded(x, mode, out);
      });
      const Attributes attributes{{"pads_begin", begin}, {"pads_end", end}, {"mode", mode}, {"value", 9.0}};
      expect_output(one_operator("pad", {x}, attributes, shape), {x}, want);
    }
  }
}

TEST(Pad, ZerosByDefault) {
  const Tensor x = counted({2});
  expect_output(one_operator("pad", {x}, {{"pads_begin", Ints{1}}, {"pads_end", Ints{1}}}, {4}), {x},
                {{4}, {0, 1, 2, 0}});
}

TEST(Pad, Refusals) {
  const std::string node = "node 'pad' (pad): ";
  const auto pad = [](const Ints& begin, const Ints& end, const std::string& mode, Shape output) {
    return message("pad", {{4, 3}}, {{"pads_begin", begin}, {"pads_end", end}, {"mode", mode}}, std::move(output));
  };
  EXPECT_EQ(pad({1}, {1, 1}, "constant", {6, 5}), node + "pads need one entry a dimension");
  EXPECT_EQ(pad({1, 1}, {1}, "constant", {6, 5}), node + "pads need one entry a dimension");
  EXPECT_EQ(pad({1, 1}, {1, 1}, "wrap", {6, 5}), node + "mode 'wrap'");
  EXPECT_EQ(pad({0, 3}, {0, 0}, "reflect", {4, 6}), node + "dimension 1 is too short to reflect 3");
  EXPECT_EQ(pad({0, 2}, {0, 0}, "reflect", {4, 5}), "");
  EXPECT_EQ(pad({1, 1}, {1, 1}, "constant", {6, 6}),
            node + "its output is 6x6, but its inputs and attributes make 6x5");
}

TEST(Gather, AlongEveryAxisWithIndicesOfEveryRank) {
  const Tensor data = counted({4, 3, 5});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto last = static_cast<double>(data.shape[axis] - 1);
    for (const Tensor& indices : {Tensor{{}, {1}}, Tensor{{3}, {last, 0, -1}}, Tensor{{2, 2}, {0, 1, -2, -last - 1}}}) {
      Shape shape(data.shape.begin(), data.shape.begin() + static_cast<std::ptrdiff_t>(axis));
      shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
      shape.insert(shape.end(), data.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, data.shape.end());
      const Tensor want = filled(shape, [&](const Shape& out) {
        const auto first = out.begin() + static_cast<std::ptrdiff_t>(axis);
        const auto end = first + static_cast<std::ptrdiff_t>(indices.shape.size());
        auto index = static_cast<std::int64_t>(indices.at(Shape(first, end)));
        if (index < 0) index += data.shape[axis];
        Shape in(out.begin(), first);
        in.push_back(index);
        in.insert(in.end(), end, out.end());
        return data.at(in);
      });
      for (const DataType type : {DataType::kInt64, DataType::kInt32}) {
        const OpGraph graph = one_operator("gather", {float32(data.shape), {type, indices.shape}},
                                           {{"axis", static_cast<std::int64_t>(axis)}}, float32(shape));
        expect_output(graph, {data, indices}, want);
      }
    }
  }
}

TEST(Gather, Refusals) {
  const std::string node = "node 'gather' (gather): ";
  const auto gather = [](DataType type, std::int64_t axis, Shape output) {
    return refusal(
        one_operator("gather", {float32({4, 3}), {type, {2}}}, {{"axis", axis}}, float32(std::move(output))));
  };
  EXPECT_EQ(gather(DataType::kInt64, 0, {2, 3}), "");
  EXPECT_EQ(gather(DataType::kFloat32, 0, {2, 3}), node + "its indices are not integers");
  EXPECT_EQ(gather(DataType::kInt64, 2, {2, 3}), node + "axis 2");
  EXPECT_EQ(gather(DataType::kInt64, -1, {2, 3}), node + "axis -1");
  EXPECT_EQ(gather(DataType::kInt64, 1, {2, 3}), node + "its output is 2x3, but its inputs and attributes make 4x2");
  EXPECT_EQ(message("gather", {{4, 3}}, {}, {2, 3}), node + "takes 2 inputs, not 1");
}

TEST(Expand, RepeatsDimensionsOfOneElement) {
  const Tensor x = counted({3, 1, 2});
  const Tensor want = filled({4, 3, 5, 2}, [&](const Shape& out) { return x.at({out[1], 0, out[3]}); });
  expect_output(one_operator("expand", {x}, {}, {4, 3, 5, 2}), {x}, want);
  const Tensor one{{}, {7}};
  expect_output(one_operator("expand", {one}, {}, {3}), {one}, {{3}, {7, 7, 7}});
}

TEST(Expand, Refusals) {
  const std::string node = "node 'expand' (expand): ";
  EXPECT_EQ(message("expand", {{3, 2}}, {}, {2}), node + "its output has fewer dimensions than its input");
  EXPECT_EQ(message("expand", {{3, 2}}, {}, {3, 4}), node + "extent 2 cannot become 4");
}

}  // namespace
}  // namespace tilecast
