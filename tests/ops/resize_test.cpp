#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "one_operator.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

// The place in an input of `in` elements of element `o` of an output of `out`.
double place_of(const std::string& coordinates, std::int64_t o, std::int64_t in, std::int64_t out) {
  const auto x = static_cast<double>(o);
  const auto from = static_cast<double>(in);
  const auto to = static_cast<double>(out);
  if (coordinates == "asymmetric") return x * from / to;
  if (coordinates == "align_corners") return out == 1 ? 0 : x * (from - 1) / (to - 1);
  if (coordinates == "pytorch_half_pixel" && out == 1) return 0;
  return ((2 * x + 1) * from - to) / (2 * to);
}

std::int64_t rounded(const std::string& rounding, double place, std::int64_t in) {
  double index = 0;
  if (rounding == "floor") index = std::floor(place);
  if (rounding == "ceil") index = std::ceil(place);
  if (rounding == "round_prefer_floor") index = std::ceil(place - 0.5);
  if (rounding == "round_prefer_ceil") index = std::floor(place + 0.5);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(index), 0, in - 1);
}

struct ResizeCase {
  std::string coordinates;
  std::int64_t from, to;
};

std::vector<ResizeCase> cases() {
  std::vector<ResizeCase> result;
  for (const char* coordinates : {"half_pixel", "asymmetric", "pytorch_half_pixel", "align_corners"}) {
    for (const auto& [from, to] : {std::pair{5, 10}, std::pair{5, 8}, std::pair{8, 5}, std::pair{6, 3}, std::pair{4, 1},
                                   std::pair{1, 4}, std::pair{3, 3}}) {
      result.push_back({coordinates, from, to});
    }
  }
  return result;
}

class ResizeTest : public ::testing::TestWithParam<ResizeCase> {
 protected:
  Attributes attributes(const char* mode) const {
    return {{"mode", std::string(mode)}, {"coordinates", GetParam().coordinates}};
  }

  Tensor x_ = random_tensor({1, GetParam().from, 3}, 1);
  Shape shape_ = {1, GetParam().to, 3};
};

TEST_P(ResizeTest, NearestByEveryRounding) {
  const ResizeCase& c = GetParam();
  for (const std::string rounding : {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"}) {
    const Tensor want = filled(shape_, [&](const Shape& out) {
      return x_.at({0, rounded(rounding, place_of(c.coordinates, out[1], c.from, c.to), c.from), out[2]});
    });
    Attributes with_rounding = attributes("nearest");
    with_rounding.set("rounding", rounding);
    expect_output(one_operator("resize", {x_}, with_rounding, shape_), {x_}, want);
  }
}

TEST_P(ResizeTest, LinearBetweenNeighbours) {
  const ResizeCase& c = GetParam();
  const Tensor want = filled(shape_, [&](const Shape& out) {
    const double place = place_of(c.coordinates, out[1], c.from, c.to);
    const double below = std::floor(place);
    const auto element = [&](double index) {
      return x_.at({0, std::clamp<std::int64_t>(static_cast<std::int64_t>(index), 0, c.from - 1), out[2]});
    };
    return element(below) + (element(below + 1) - element(below)) * (place - below);
  });
  expect_output(one_operator("resize", {x_}, attributes("linear"), shape_), {x_}, want);
}

INSTANTIATE_TEST_SUITE_P(Cases, ResizeTest, ::testing::ValuesIn(cases()), [](const auto& test) {
  return test.param.coordinates + std::to_string(test.param.from) + "to" + std::to_string(test.param.to);
});

TEST(Resize, TwoDimensionsAtOnce) {
  const Tensor x = random_tensor({2, 3, 4, 2}, 1);
  const Shape shape = {2, 6, 3, 2};
  const Tensor want = filled(shape, [&](const Shape& out) {
    double sum = 0;
    const double y = place_of("half_pixel", out[1], 3, 6);
    const double z = place_of("half_pixel", out[2], 4, 3);
    for (const double dy : {0.0, 1.0}) {
      for (const double dz : {0.0, 1.0}) {
        const double share_y = dy == 0 ? 1 - (y - std::floor(y)) : y - std::floor(y);
        const double share_z = dz == 0 ? 1 - (z - std::floor(z)) : z - std::floor(z);
        const auto row = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(y) + dy), 0, 2);
        const auto column = std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor(z) + dz), 0, 3);
        sum += share_y * share_z * x.at({out[0], row, column, out[3]});
      }
    }
    return sum;
  });
  expect_output(one_operator("resize", {x}, {{"mode", std::string("linear")}}, shape), {x}, want);
}

TEST(Resize, Refusals) {
  const std::string node = "node 'resize' (resize): ";
  const auto message = [](const Attributes& attributes, Shape x = {1, 4, 4, 3}, Shape y = {1, 8, 8, 3}) {
    return refusal(one_operator("resize", {float32(std::move(x))}, attributes, float32(std::move(y))));
  };
  EXPECT_EQ(message({}), "");
  EXPECT_EQ(message({{"mode", std::string("cubic")}}), node + "mode 'cubic' is not supported");
  EXPECT_EQ(message({{"coordinates", std::string("tf_crop_and_resize")}}),
            node + "coordinates 'tf_crop_and_resize' are not supported");
  EXPECT_EQ(message({{"rounding", std::string("away")}}), node + "rounding 'away' is not supported");
  EXPECT_EQ(message({}, {4, 4}, {8, 8}),
            node + "its input has rank 2; batch, 1 to 3 spatial dimensions and channels are needed");
  EXPECT_EQ(message({}, {1, 4, 4, 3}, {2, 8, 8, 3}), node + "only its spatial dimensions can change");
  EXPECT_EQ(message({}, {1, 4, 4, 3}, {1, 8, 8, 4}), node + "only its spatial dimensions can change");
  EXPECT_EQ(message({}, {1, 4, 4, 3}, {1, 8, 3}), node + "only its spatial dimensions can change");
  EXPECT_EQ(message({}, {1, 20000, 3}, {1, 20000, 3}), node + "extents 20000 and 20000 are too large");
}

}  // namespace
}  // namespace tilecast
