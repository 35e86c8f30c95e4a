#include "runtime/weights.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/temp_directory.h"
#include "runtime/huge_pages.h"

namespace tilecast::runtime {
namespace {

std::vector<char> random_bytes(std::size_t count) {
  Random random(1);
  std::vector<char> bytes(count);
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

void write(const std::filesystem::path& file, const std::vector<char>& bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Kilobytes of these bytes that are in this process's memory.
long resident_kilobytes(const void* data, std::size_t bytes) {
  const long page = ::sysconf(_SC_PAGESIZE);
  const auto first = reinterpret_cast<std::uintptr_t>(data) / static_cast<std::uintptr_t>(page);
  const std::size_t count = bytes / static_cast<std::size_t>(page);
  // One word a page; its highest bit says whether the page is there.
  std::vector<std::uint64_t> words(count);
  std::ifstream map;
  map.rdbuf()->pubsetbuf(nullptr, 0);  // the system refuses to read parts of words
  map.open("/proc/self/pagemap", std::ios::binary);
  map.seekg(static_cast<std::streamoff>(first * sizeof(std::uint64_t)));
  map.read(reinterpret_cast<char*>(words.data()), static_cast<std::streamsize>(count * sizeof(std::uint64_t)));
  if (!map) return -1;
  return std::count_if(words.begin(), words.end(), [](std::uint64_t word) { return word >> 63 != 0; }) * page / 1024;
}

TEST(Weights, AHashInPiecesIsThatOfTheWhole) {
  for (const std::size_t size : {0, 1, 32, 100, 4096, 5000}) {
    const std::vector<char> bytes = random_bytes(size);
    WeightsHash pieces;
    const std::size_t first = size / 64 * WeightsHash::kBlock;
    pieces.add(bytes.data(), first);
    pieces.add(bytes.data() + first, size - first);
    EXPECT_EQ(pieces.value(), weights_hash(bytes.data(), size)) << size;
  }
  EXPECT_NE(weights_hash("ab", 2), weights_hash("ac", 2));
  EXPECT_NE(weights_hash("a", 1), weights_hash("a\0", 2));
}

// A file of random bytes.
class RandomFile {
 public:
  explicit RandomFile(std::size_t count) : bytes_(random_bytes(count)) { write(file(), bytes_); }
  const std::vector<char>& bytes() const { return bytes_; }
  void open(Weights& weights, const std::vector<tilecast_region>& lookups) const {
    tilecast_error error{};
    const std::uint64_t hash = weights_hash(bytes_.data(), bytes_.size());
    ASSERT_EQ(weights.open(file().c_str(), bytes_.size(), hash, lookups, &error), TILECAST_OK) << error.message;
  }

 private:
  std::filesystem::path file() const { return directory_.path() / "weights.bin"; }

  TempDirectory directory_ = *TempDirectory::create("weights");
  std::vector<char> bytes_;
};

TEST(Weights, PagesOfTheFileComeInWhenTheyAreRead) {
  const RandomFile file(kHugePageBytes - 1);
  const std::vector<char>& bytes = file.bytes();
  Weights weights;
  ASSERT_NO_FATAL_FAILURE(file.open(weights, {}));
  EXPECT_EQ(resident_kilobytes(weights.data(), bytes.size()), 0);
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), reinterpret_cast<const char*>(weights.data())));
  EXPECT_GE(resident_kilobytes(weights.data(), bytes.size()), 2000);
}

TEST(Weights, WhatHoldsNoLookupsIsCopiedIntoHugePages) {
  if (!has_huge_pages()) GTEST_SKIP() << "the system gives no huge pages";
  constexpr std::size_t kPages = 7;
  const RandomFile file(kPages * kHugePageBytes + 12345);
  const std::vector<char>& bytes = file.bytes();
  Weights weights;
  // In the third huge page, and over the border of the fifth and the sixth.
  ASSERT_NO_FATAL_FAILURE(
      file.open(weights, {{2 * kHugePageBytes + 5000, 100}, {5 * kHugePageBytes - 1, kHugePageBytes / 2}}));
  ASSERT_EQ(reinterpret_cast<std::uintptr_t>(weights.data()) % kHugePageBytes, 0);
  for (std::size_t page = 0; page < kPages; ++page) {
    const bool copied = page != 2 && page != 4 && page != 5;
    EXPECT_EQ(resident_kilobytes(weights.data() + page * kHugePageBytes, kHugePageBytes), copied ? 2048 : 0) << page;
  }
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), reinterpret_cast<const char*>(weights.data())));
}

TEST(Weights, LookupsBringInLittleOfATable) {
  const RandomFile file(16 << 20);
  const std::vector<char>& bytes = file.bytes();
  Weights weights;
  constexpr std::size_t kTable = 1000 * 128;  // where the table begins
  ASSERT_NO_FATAL_FAILURE(file.open(weights, {{kTable, bytes.size() - kTable}}));
  const long before = resident_kilobytes(weights.data(), bytes.size());
  constexpr int kLookups = 32;
  for (std::size_t i = 0; i < kLookups; ++i) {
    const std::size_t at = kTable + i * (bytes.size() - kTable) / kLookups;
    EXPECT_EQ(static_cast<char>(weights.data()[at]), bytes[at]);
  }
  const long after = resident_kilobytes(weights.data(), bytes.size());
  EXPECT_GE(after - before, kLookups * 4 / 2) << "a page each, but for those that were there";
  EXPECT_LE(after - before, kLookups * 2 * 64);
}

TEST(Weights, DamagedFilesAreRefused) {
  const auto directory = TempDirectory::create("weights");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  const std::filesystem::path file = directory->path() / "weights.bin";
  std::vector<char> bytes = random_bytes(5 << 20);
  const std::uint64_t hash = weights_hash(bytes.data(), bytes.size());
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] + 1);
  write(file, bytes);
  tilecast_error error{};
  EXPECT_EQ(Weights().open(file.c_str(), bytes.size(), hash, {}, &error), TILECAST_BAD_FILE);
  EXPECT_EQ(std::string(error.message),
            "the weights " + file.string() + " are damaged, or of another model: write the model again");
  EXPECT_EQ(Weights().open(file.c_str(), bytes.size() - 1, hash, {}, &error), TILECAST_BAD_FILE);
  EXPECT_EQ(std::string(error.message),
            "the weights " + file.string() + " have 5242880 bytes instead of 5242879: write the model again");
}

}  // namespace
}  // namespace tilecast::runtime
