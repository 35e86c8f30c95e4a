#include "runtime/weights.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/temp_directory.h"

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

// Kilobytes of the mapping at `data` that are in this process's memory.
long resident_kilobytes(const void* data) {
  std::ostringstream start;
  start << std::hex << reinterpret_cast<std::uintptr_t>(data) << '-';
  std::ifstream maps("/proc/self/smaps");
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    found = found || line.rfind(start.str(), 0) == 0;
    if (found && line.rfind("Rss:", 0) == 0) return std::stol(line.substr(4));
  }
  return -1;
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

TEST(Weights, PagesComeInWhenTheyAreRead) {
  const auto directory = TempDirectory::create("weights");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  const std::filesystem::path file = directory->path() / "weights.bin";
  const std::vector<char> bytes = random_bytes(9 << 20);
  write(file, bytes);
  Weights weights;
  tilecast_error error{};
  ASSERT_EQ(weights.open(file.c_str(), bytes.size(), weights_hash(bytes.data(), bytes.size()), &error), TILECAST_OK)
      << error.message;
  const long before = resident_kilobytes(weights.data());
  ASSERT_GE(before, 0);
  EXPECT_LT(before, 1024);
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), reinterpret_cast<const char*>(weights.data())));
  EXPECT_GE(resident_kilobytes(weights.data()), 9 << 10);
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
  EXPECT_EQ(Weights().open(file.c_str(), bytes.size(), hash, &error), TILECAST_BAD_FILE);
  EXPECT_EQ(std::string(error.message),
            "the weights " + file.string() + " are damaged, or of another model: write the model again");
  EXPECT_EQ(Weights().open(file.c_str(), bytes.size() - 1, hash, &error), TILECAST_BAD_FILE);
  EXPECT_EQ(std::string(error.message),
            "the weights " + file.string() + " have 5242880 bytes instead of 5242879: write the model again");
}

}  // namespace
}  // namespace tilecast::runtime
