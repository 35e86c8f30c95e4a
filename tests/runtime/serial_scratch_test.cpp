#include "runtime/serial_scratch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace tilecast::runtime {
namespace {

TEST(BlockLayout, FillsTheFirstGapThatIsLargeEnough) {
  BlockLayout layout;
  EXPECT_EQ(layout.place(1000), 0U);
  EXPECT_EQ(layout.place(100), 1024U);
  EXPECT_EQ(layout.place(2000), 1152U);
  layout.remove(0);
  EXPECT_EQ(layout.place(1025), 3200U);
  EXPECT_EQ(layout.place(1024), 0U);
  layout.remove(1024);
  EXPECT_EQ(layout.place(0), 1024U);
  EXPECT_EQ(layout.most(), 4352U);
}

TEST(SerialScratch, BlocksThatAreNotHeldAtOnceShareMemory) {
  SerialScratch scratch;
  const auto kernel = [&](std::size_t padded, std::size_t tiles, std::size_t products) {
    void* a = scratch.allocate(padded);
    void* b = scratch.allocate(tiles);
    EXPECT_TRUE(scratch.release(a));
    void* c = scratch.allocate(products);
    EXPECT_TRUE(scratch.release(b));
    EXPECT_TRUE(scratch.release(c));
  };
  const auto both = [&] {
    kernel(1 << 20, 4 << 20, 1 << 20);
    kernel(1 << 10, 3 << 20, 2 << 20);
  };
  both();
  EXPECT_EQ(scratch.reserved_bytes(), 0U);
  ASSERT_TRUE(scratch.reserve());
  EXPECT_EQ(scratch.reserved_bytes(), std::size_t{(5 << 20) + (1 << 10)});
  both();
  EXPECT_EQ(scratch.reserved_bytes(), std::size_t{(5 << 20) + (1 << 10)});
}

// The same steps twice, before and after memory is reserved.
TEST(SerialScratch, RandomBlocksKeepTheirContentAndTheirPlaces) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    SerialScratch scratch;
    std::vector<std::uintptr_t> places[2];
    std::size_t reserved = 0;
    for (std::vector<std::uintptr_t>& at : places) {
      std::mt19937 random(seed);
      std::vector<std::pair<unsigned char*, std::size_t>> held;
      const auto release = [&](std::size_t i) {
        const auto [data, bytes] = held[i];
        const auto value = static_cast<unsigned char>(bytes % 251);
        EXPECT_TRUE(data[0] == value && data[bytes - 1] == value);
        EXPECT_TRUE(scratch.release(data));
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
      };
      for (int step = 0; step < 300; ++step) {
        if (!held.empty() && random() % 2 == 0) {
          release(random() % held.size());
          continue;
        }
        const std::size_t bytes = 1 + random() % 10000;
        auto* data = static_cast<unsigned char*>(scratch.allocate(bytes));
        ASSERT_NE(data, nullptr);
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(data) % 128, 0U);
        std::memset(data, static_cast<int>(bytes % 251), bytes);
        at.push_back(reinterpret_cast<std::uintptr_t>(data));
        held.emplace_back(data, bytes);
      }
      while (!held.empty()) release(held.size() - 1);
      ASSERT_TRUE(scratch.reserve());
      if (reserved != 0) {
        EXPECT_EQ(scratch.reserved_bytes(), reserved);
      }
      reserved = scratch.reserved_bytes();
    }
    ASSERT_EQ(places[0].size(), places[1].size());
    // All of the second round is in the one piece.
    const auto [first, last] = std::minmax_element(places[1].begin(), places[1].end());
    EXPECT_LE(*last - *first, reserved);
  }
}

TEST(SerialScratch, ABlockBeyondWhatIsReservedIsAPieceOfItsOwn) {
  SerialScratch scratch;
  EXPECT_TRUE(scratch.release(scratch.allocate(1000)));
  ASSERT_TRUE(scratch.reserve());
  void* fits = scratch.allocate(1000);
  void* does_not = scratch.allocate(1000);
  ASSERT_NE(does_not, nullptr);
  EXPECT_EQ(scratch.reserved_bytes(), std::size_t{1024 + 1000});
  EXPECT_TRUE(scratch.release(does_not));
  EXPECT_TRUE(scratch.release(fits));
  EXPECT_EQ(scratch.reserved_bytes(), std::size_t{1024});
}

TEST(SerialScratch, KnowsWhatIsNotItsOwn) {
  SerialScratch scratch;
  int other = 0;
  EXPECT_FALSE(scratch.release(&other));
  EXPECT_EQ(scratch.allocate(std::numeric_limits<std::size_t>::max() / 4), nullptr);
}

}  // namespace
}  // namespace tilecast::runtime
