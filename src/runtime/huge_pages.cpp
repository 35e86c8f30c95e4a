#include "runtime/huge_pages.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

namespace tilecast::runtime {
namespace {

constexpr std::size_t kAlignment = 128;
constexpr const char* kSettings = "/sys/kernel/mm/transparent_hugepage/";

std::size_t round_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

bool has_huge_pages() {
  std::ifstream enabled(std::string(kSettings) + "enabled");
  std::ifstream size(std::string(kSettings) + "hpage_pmd_size");
  std::string modes;
  std::size_t bytes = 0;
  return std::getline(enabled, modes) && modes.find("[never]") == std::string::npos && size >> bytes &&
         bytes == kHugePageBytes;
}

void prefer_huge_pages(void* data, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  const std::size_t before = round_up(address, kHugePageBytes) - address;
  if (bytes < before + kHugePageBytes) return;
  ::madvise(static_cast<std::byte*>(data) + before, (bytes - before) / kHugePageBytes * kHugePageBytes, MADV_HUGEPAGE);
}

void* allocate_tensors(std::size_t bytes) {
  const std::size_t alignment = bytes < kHugePageBytes ? kAlignment : kHugePageBytes;
  void* data = std::aligned_alloc(alignment, round_up(std::max<std::size_t>(bytes, 1), alignment));
  if (data != nullptr) prefer_huge_pages(data, bytes);
  return data;
}

}  // namespace tilecast::runtime
