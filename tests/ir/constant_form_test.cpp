#include "ir/constant_form.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/random.h"
#include "ir/winograd.h"

namespace tilecast {
namespace {

std::vector<std::byte> bytes_of(const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<float> floats_of(const std::vector<std::byte>& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

TEST(ConstantForm, PlainDataStaysAsItIs) {
  const std::vector<std::int64_t> extents = {2, 3};
  const auto data = bytes_of({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(extents_in_form(ConstantForm::kPlain, extents), extents);
  EXPECT_EQ(data_in_form(ConstantForm::kPlain, data, extents), data);
  EXPECT_EQ(constant_form_name(ConstantForm::kPlain), "plain");
}

TEST(ConstantForm, WinogradChangesTheInnerSpatialExtents) {
  const std::vector<std::int64_t> extents = {8, 5, 3, 3, 2};
  EXPECT_EQ(extents_in_form(ConstantForm::kWinograd2, extents), (std::vector<std::int64_t>{8, 5, 4, 4, 2}));
  EXPECT_EQ(extents_in_form(ConstantForm::kWinograd4, extents), (std::vector<std::int64_t>{8, 5, 6, 6, 2}));
}

class WinogradTest : public ::testing::TestWithParam<int> {};

// A filter along one dimension: A^T [(G w) * (B^T d)] are the sums of products of w with each run of three inputs.
TEST_P(WinogradTest, ComputesAFilter) {
  const Winograd& w = winograd(GetParam());
  ASSERT_EQ(w.points, w.outputs + 2);
  Random random(7);
  std::vector<double> taps(3);
  std::vector<double> inputs(static_cast<std::size_t>(w.points));
  for (double& tap : taps) tap = random.uniform();
  for (double& input : inputs) input = random.uniform();
  std::vector<double> products;
  for (int i = 0; i < w.points; ++i) {
    double weight = 0;
    double input = 0;
    for (int k = 0; k < 3; ++k) weight += w.weight_at(i, k) * taps[static_cast<std::size_t>(k)];
    for (int k = 0; k < w.points; ++k) input += w.input_at(i, k) * inputs[static_cast<std::size_t>(k)];
    products.push_back(weight * input);
  }
  for (int o = 0; o < w.outputs; ++o) {
    double got = 0;
    double want = 0;
    for (int i = 0; i < w.points; ++i) got += w.output_at(o, i) * products[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < 3; ++k) want += taps[k] * inputs[static_cast<std::size_t>(o) + k];
    EXPECT_NEAR(got, want, 1e-12) << "output " << o;
  }
}

TEST_P(WinogradTest, TransformsEachFilter) {
  const Winograd& w = winograd(GetParam());
  const ConstantForm form = w.outputs == 2 ? ConstantForm::kWinograd2 : ConstantForm::kWinograd4;
  // Two output channels, one input channel; the second filter has one tap, at y = 2, x = 1.
  std::vector<float> weight(2 * 9, 0);
  for (std::size_t tap = 0; tap < 9; ++tap) weight[2 * tap] = static_cast<float>(tap);
  weight[2 * (2 * 3 + 1) + 1] = 1;
  const auto got = floats_of(data_in_form(form, bytes_of(weight), std::vector<std::int64_t>{2, 1, 3, 3}));
  ASSERT_EQ(got.size(), static_cast<std::size_t>(2 * w.points * w.points));
  for (int y = 0; y < w.points; ++y) {
    for (int x = 0; x < w.points; ++x) {
      double want = 0;
      for (int ky = 0; ky < 3; ++ky) {
        for (int kx = 0; kx < 3; ++kx) want += w.weight_at(y, ky) * w.weight_at(x, kx) * (3 * ky + kx);
      }
      const auto at = static_cast<std::size_t>(2 * (y * w.points + x));
      EXPECT_NEAR(got[at], want, 1e-5);
      EXPECT_NEAR(got[at + 1], w.weight_at(y, 2) * w.weight_at(x, 1), 1e-7);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Outputs, WinogradTest, ::testing::Values(2, 4));

}  // namespace
}  // namespace tilecast
