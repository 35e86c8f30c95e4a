#include "runtime/huge_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/round_up.h"

namespace tilecast::runtime {
namespace {

constexpr std::size_t kAlignment = 128;

// The system's file of this name on huge pages, empty where there is none. Without streams, which would make up most of
// a compiled model's code.
std::string setting(const char* name) {
  const std::string file = std::string("/sys/kernel/mm/transparent_hugepage/") + name;
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  char text[128];
  const ssize_t length = ::read(descriptor, text, sizeof text);
  ::close(descriptor);
  return {text, static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

}  // namespace

bool has_huge_pages() {
  const std::string modes = setting("enabled");
  return !modes.empty() && modes.find("[never]") == std::string::npos &&
         std::strtoull(setting("hpage_pmd_size").c_str(), nullptr, 10) == kHugePageBytes;
}

void prefer_huge_pages(void* data, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  const std::size_t before = round_up(address, kHugePageBytes) - address;
  if (bytes < before + kHugePageBytes) return;
  ::madvise(static_cast<std::byte*>(data) + before, (bytes - before) / kHugePageBytes * kHugePageBytes, MADV_HUGEPAGE);
}

TensorMemory allocate_tensors(std::size_t bytes) {
  const std::size_t alignment = bytes < kHugePageBytes ? kAlignment : kHugePageBytes;
  void* data = std::aligned_alloc(alignment, round_up(std::max<std::size_t>(bytes, 1), alignment));
  if (data != nullptr) prefer_huge_pages(data, bytes);
  return TensorMemory(static_cast<std::byte*>(data));
}

}  // namespace tilecast::runtime
