// Compiled models whose concatenations are written in place compute what the interpreter computes.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "test_package.h"

namespace tilecast {
namespace {

using testing::Tensors;
using Ints = std::vector<std::int64_t>;

constexpr double kTolerance = 1e-4;

// Images of 9 x 9 pixels, channels innermost.
class Images : public testing::NetworkBuilder {
 public:
  static Shape image(std::int64_t channels) { return {1, 9, 9, channels}; }

  NetworkId conv(NetworkId data, std::int64_t channels) {
    const Attributes window{{"strides", Ints{1, 1}}, {"pads_begin", Ints{1, 1}}, {"pads_end", Ints{1, 1}}};
    const NetworkId w = weight("w", {3, 3, channels_of(data), channels});
    const NetworkId product = op("conv", {data, w}, image(channels), window);
    return op("relu", {product}, image(channels));
  }
  NetworkId max_pool(NetworkId data) {
    return op("max_pool", {data}, image(channels_of(data)),
              {{"kernel", Ints{3, 3}}, {"strides", Ints{1, 1}}, {"pads_begin", Ints{1, 1}}, {"pads_end", Ints{1, 1}}});
  }
  NetworkId concat(const std::vector<NetworkId>& parts, std::int64_t axis = 3) {
    Shape shape = network.node(parts.front()).type.shape;
    auto& joined = shape[static_cast<std::size_t>(axis)];
    joined = 0;
    for (const NetworkId part : parts) joined += network.node(part).type.shape[static_cast<std::size_t>(axis)];
    return op("concat", parts, shape, {{"axis", axis}});
  }
  std::int64_t channels_of(NetworkId data) const { return network.node(data).type.shape.back(); }

  const NetworkId x = input("x", image(16));
};

nlohmann::json manifest_of(const std::filesystem::path& directory) {
  std::ifstream file(directory / "manifest.json");
  return nlohmann::json::parse(file);
}

void expect_computed(Images images, std::size_t in_place) {
  const ImportedModel model = testing::imported(std::move(images.network));
  const TempDirectory directory = *TempDirectory::create("concat_test");
  const std::filesystem::path path = directory.path() / "model";
  const Status compiled = testing::compile_package(model, path);
  ASSERT_TRUE(compiled.ok()) << compiled.error().message;
  const auto package = LoadedPackage::open(path);
  ASSERT_TRUE(package.ok()) << package.error().message;
  EXPECT_EQ(package->functions().call_count(package->model()), model.partition.calls.size() - in_place);
  EXPECT_EQ(manifest_of(path).at("in_place").size(), in_place);
  for (const int threads : {1, 2}) {
    auto instance = PackageInstance::create(*package, threads);
    ASSERT_TRUE(instance.ok()) << instance.error().message;
    for (const std::uint64_t seed : {1, 2}) {
      const Tensors inputs = testing::random_inputs(model.network, seed);
      const auto want = testing::expected_outputs(model.network, inputs);
      ASSERT_TRUE(want.ok()) << want.error().message;
      const auto got = testing::run_package(*package, *instance, inputs);
      ASSERT_TRUE(got.ok()) << got.error().message;
      EXPECT_LT(testing::largest_difference(*got, *want), kTolerance) << threads << " threads";
    }
  }
}

// Parts that begin at no multiple of a vector, one of which another kernel reads too.
TEST(ConcatPackage, BranchesByChannels) {
  Images images;
  const NetworkId first = images.conv(images.x, 20);
  const NetworkId second = images.conv(images.x, 28);
  const NetworkId pooled = images.max_pool(images.x);
  images.output(images.conv(images.concat({first, second, pooled}), 16));
  images.output(images.conv(first, 16));
  expect_computed(images, 1);
}

TEST(ConcatPackage, OutputOfTheModel) {
  Images images;
  images.output(images.concat({images.conv(images.x, 20), images.max_pool(images.x)}));
  expect_computed(images, 1);
}

TEST(ConcatPackage, RowsAndBatches) {
  Images images;
  const NetworkId rows = images.concat({images.conv(images.x, 16), images.max_pool(images.x)}, 1);
  const NetworkId batch = images.concat({images.conv(images.x, 16), images.conv(images.x, 16)}, 0);
  images.output(rows);
  images.output(batch);
  expect_computed(images, 2);
}

TEST(ConcatPackage, Nested) {
  Images images;
  const NetworkId inner = images.concat({images.conv(images.x, 20), images.conv(images.x, 16)});
  const NetworkId outer = images.concat({images.max_pool(inner), inner, images.conv(inner, 16)});
  images.output(images.conv(outer, 16));
  expect_computed(images, 2);
}

TEST(ConcatPackage, Growing) {
  Images images;
  const NetworkId stem = images.conv(images.x, 20);
  std::vector<NetworkId> features{stem};
  for (int layer = 0; layer < 3; ++layer) {
    const NetworkId data = features.size() == 1 ? stem : images.concat(features);
    features.push_back(images.conv(data, 16));
  }
  images.output(images.conv(images.concat(features), 16));
  expect_computed(images, 3);
}

// One operand that cannot be written in place leaves the concatenation a step.
TEST(ConcatPackage, WithTheInputOfTheModel) {
  Images images;
  const NetworkId joined = images.concat({images.conv(images.x, 20), images.x});
  images.output(images.conv(joined, 16));
  expect_computed(images, 0);
}

// Memory of a result lives from its first part on: what is computed between the parts must not lie there.
TEST(ConcatPackage, PartsLongBeforeTheResult) {
  Images images;
  const NetworkId early = images.conv(images.x, 20);
  NetworkId late = early;
  for (int layer = 0; layer < 4; ++layer) late = images.conv(late, 20 + 4 * layer);
  images.output(images.conv(images.concat({early, late}), 16));
  expect_computed(images, 1);
}

}  // namespace
}  // namespace tilecast
