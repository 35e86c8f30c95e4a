#include "runtime/huge_pages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace tilecast::runtime {
namespace {

// Kilobytes of this process's own memory that lie in huge pages.
long huge_kilobytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("AnonHugePages:")) return std::strtol(line.c_str() + line.find(':') + 1, nullptr, 10);
  }
  return -1;
}

TEST(HugePages, TensorsBeginWhereAVectorOrAHugePageDoes) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, kHugePageBytes - 1, kHugePageBytes,
                                  3 * kHugePageBytes + 77}) {
    const TensorMemory data = allocate_tensors(bytes);
    ASSERT_NE(data, nullptr) << bytes;
    const std::size_t alignment = bytes < kHugePageBytes ? 128 : kHugePageBytes;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data.get()) % alignment, 0) << bytes;
    std::memset(data.get(), 1, bytes);
  }
}

TEST(HugePages, TensorsLieInThem) {
  if (!has_huge_pages()) GTEST_SKIP() << "the system gives no huge pages";
  const long before = huge_kilobytes();
  ASSERT_GE(before, 0);
  const TensorMemory data = allocate_tensors(8 * kHugePageBytes);
  std::memset(data.get(), 1, 8 * kHugePageBytes);
  EXPECT_GT(huge_kilobytes() - before, 0) << "the system may be short of some";
}

TEST(HugePages, NothingIsAskedOfLess) {
  std::byte small[100];
  prefer_huge_pages(small, sizeof small);
  prefer_huge_pages(nullptr, 0);
}

}  // namespace
}  // namespace tilecast::runtime
