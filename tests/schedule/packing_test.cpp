#include "schedule/packing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/random.h"

namespace tilecast {
namespace {

std::vector<float> packed(const std::vector<float>& data, const std::vector<std::int64_t>& extents,
                          const std::vector<PackPart>& parts) {
  const std::vector<std::byte> bytes = pack_constant(std::as_bytes(std::span(data)), extents, sizeof(float), parts);
  std::vector<float> result(bytes.size() / sizeof(float));
  std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

TEST(Packing, ExtentsAreThoseOfTheParts) {
  EXPECT_EQ(packed_extents(std::vector<PackPart>{{1, 4}, {0, 3}, {1, 2}}), (std::vector<std::int64_t>{4, 3, 2}));
}

TEST(Packing, PlainPartsKeepTheData) {
  const std::vector<float> data = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(packed(data, {3, 2}, {{0, 3}, {1, 2}}), data);
}

TEST(Packing, TransposesAndTiles) {
  // w[0..4) along dimension 0 of 4, two rows.
  const std::vector<float> data = {10, 11, 12, 13, 20, 21, 22, 23};
  EXPECT_EQ(packed(data, {4, 2}, {{1, 2}, {0, 4}}), (std::vector<float>{10, 20, 11, 21, 12, 22, 13, 23}));
  EXPECT_EQ(packed(data, {4, 2}, {{0, 2}, {1, 2}, {0, 2}}), (std::vector<float>{10, 11, 20, 21, 12, 13, 22, 23}));
}

TEST(Packing, PaddingIsZero) {
  EXPECT_EQ(packed({1, 2, 3}, {3}, {{0, 2}, {0, 2}}), (std::vector<float>{1, 2, 3, 0}));
  EXPECT_EQ(packed({1, 2, 3}, {3, 1}, {{1, 2}, {0, 3}}), (std::vector<float>{1, 0, 2, 0, 3, 0}));
}

TEST(Packing, ElementsOfAnySize) {
  const std::vector<std::uint8_t> bytes = {1, 2, 3, 4};
  const auto small = pack_constant(std::as_bytes(std::span(bytes)), std::vector<std::int64_t>{2, 2}, 1,
                                   std::vector<PackPart>{{1, 2}, {0, 2}});
  EXPECT_EQ(static_cast<int>(small[1]), 3);
  const std::vector<double> wide = {1, 2, 3, 4};
  const auto large = pack_constant(std::as_bytes(std::span(wide)), std::vector<std::int64_t>{2, 2}, 8,
                                   std::vector<PackPart>{{1, 2}, {0, 2}});
  double second = 0;
  std::memcpy(&second, large.data() + 8, 8);
  EXPECT_EQ(second, 3);
}

// Each element lies where the pipeline reads it: index / (extents of the parts inside) mod the part's extent.
TEST(Packing, RandomLayoutsHoldEveryElementWhereItIsRead) {
  constexpr std::uint64_t kSeed = 31;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  for (int run = 0; run < 200; ++run) {
    std::vector<std::int64_t> extents(1 + random.below(3));
    std::size_t count = 1;
    for (std::int64_t& extent : extents) {
      extent = static_cast<std::int64_t>(1 + random.below(7));
      count *= static_cast<std::size_t>(extent);
    }
    std::vector<PackPart> parts;
    for (std::size_t d = 0; d < extents.size(); ++d) {
      const auto inner = static_cast<std::int64_t>(1 + random.below(static_cast<std::size_t>(extents[d])));
      parts.push_back({static_cast<std::int32_t>(d), inner});
      parts.push_back({static_cast<std::int32_t>(d), (extents[d] + inner - 1) / inner});
    }
    for (std::size_t i = parts.size(); i > 1; --i) std::swap(parts[i - 1], parts[random.below(i)]);
    std::vector<float> data(count);
    for (std::size_t i = 0; i < count; ++i) data[i] = static_cast<float>(i + 1);
    const std::vector<float> result = packed(data, extents, parts);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::int64_t> rest(extents.size());
      std::size_t point = i;
      for (std::size_t d = 0; d < extents.size(); ++d) {
        rest[d] = static_cast<std::int64_t>(point) % extents[d];
        point /= static_cast<std::size_t>(extents[d]);
      }
      std::int64_t place = 0;
      std::int64_t stride = 1;
      for (const PackPart& part : parts) {
        auto& index = rest[static_cast<std::size_t>(part.dim)];
        place += index % part.extent * stride;
        index /= part.extent;
        stride *= part.extent;
      }
      ASSERT_EQ(result[static_cast<std::size_t>(place)], data[i]) << "run " << run;
    }
    EXPECT_EQ(std::count(result.begin(), result.end(), 0.0F), static_cast<std::ptrdiff_t>(result.size() - count));
  }
}

}  // namespace
}  // namespace tilecast
