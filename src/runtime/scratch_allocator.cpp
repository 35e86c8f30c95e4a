#include <cstdlib>
#include <map>
#include <mutex>

#include "runtime/kernel_runtime.h"

namespace tilecast::runtime {
namespace {

constexpr std::size_t kAlignment = 128;

std::size_t round_up(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// In front of every block that is handed out.
struct alignas(kAlignment) Header {
  std::size_t bytes = 0;
};

}  // namespace

struct ScratchAllocator::Impl {
  std::mutex mutex;
  std::multimap<std::size_t, Header*> free_blocks;  // by size
  std::size_t reserved = 0;
};

ScratchAllocator::ScratchAllocator() : impl_(std::make_unique<Impl>()) {}

ScratchAllocator::~ScratchAllocator() {
  for (const auto& [bytes, block] : impl_->free_blocks) std::free(block);
}

void* ScratchAllocator::allocate(std::size_t bytes) {
  const std::size_t wanted = round_up(bytes);
  const std::lock_guard lock(impl_->mutex);
  // Exact or up to twice as large: the sizes that a kernel asks for repeat.
  const auto it = impl_->free_blocks.lower_bound(wanted);
  if (it != impl_->free_blocks.end() && it->first <= 2 * wanted) {
    Header* block = it->second;
    impl_->free_blocks.erase(it);
    return block + 1;
  }
  auto* block = static_cast<Header*>(std::aligned_alloc(kAlignment, sizeof(Header) + wanted));
  if (block == nullptr) return nullptr;
  block->bytes = wanted;
  impl_->reserved += wanted;
  return block + 1;
}

void ScratchAllocator::release(void* pointer) {
  if (pointer == nullptr) return;
  Header* block = static_cast<Header*>(pointer) - 1;
  const std::lock_guard lock(impl_->mutex);
  impl_->free_blocks.emplace(block->bytes, block);
}

std::size_t ScratchAllocator::reserved_bytes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->reserved;
}

}  // namespace tilecast::runtime
