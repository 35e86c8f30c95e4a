#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <mutex>

#include "runtime/kernel_runtime.h"
#include "runtime/serial_scratch.h"
#include "runtime/thread_slot.h"

namespace tilecast::runtime {
namespace {

constexpr std::size_t kAlignment = 128;
constexpr std::size_t kMostBytes = std::numeric_limits<std::size_t>::max() / 4;

// Blocks that threads take in parallel loops come in fixed sizes, four to a doubling: which block a request gets, and
// so how many blocks of a size are needed, depends on nothing but the sizes that are held at once.
constexpr std::size_t kSizes = 4 * 64;
struct BlockSize {
  std::size_t index = 0;
  std::size_t bytes = 0;
};

BlockSize block_size(std::size_t bytes) {
  const std::size_t units = std::max<std::size_t>(1, (bytes + kAlignment - 1) / kAlignment);
  const auto shift = static_cast<std::size_t>(std::max(0, static_cast<int>(std::bit_width(units - 1)) - 3));
  const std::size_t quarters = (units + (std::size_t{1} << shift) - 1) >> shift;
  return {4 * shift + quarters - 1, (quarters << shift) * kAlignment};
}

// In front of every block.
struct alignas(kAlignment) Header {
  BlockSize size;
  int holder = 0;               // the thread of the pool that was counted as holding it
  Header* next_free = nullptr;  // of the same size
  Header* next_block = nullptr;
};

// The blocks of one size: those that nobody holds, and how many were held at once.
struct SizeClass {
  Header* free = nullptr;
  std::size_t bytes = 0;
  int blocks = 0;
  std::vector<int> held;  // by each thread of the pool
  int most_held = 0;      // by one thread
};

}  // namespace

struct ScratchAllocator::Impl {
  Header* add_block(BlockSize size);
  static void count_taken(SizeClass& of_size, Header& block);

  mutable std::mutex mutex;
  SerialScratch serial;
  std::array<SizeClass, kSizes> sizes;
  Header* blocks = nullptr;  // all, to be freed
  std::size_t reserved = 0;
  bool counting = true;  // until the need is known: counting may allocate
};

Header* ScratchAllocator::Impl::add_block(BlockSize size) {
  void* memory = std::aligned_alloc(kAlignment, sizeof(Header) + size.bytes);
  if (memory == nullptr) return nullptr;
  auto* block = new (memory) Header{.size = size, .next_block = blocks};
  blocks = block;
  reserved += size.bytes;
  sizes[size.index].bytes = size.bytes;
  ++sizes[size.index].blocks;
  return block;
}

void ScratchAllocator::Impl::count_taken(SizeClass& of_size, Header& block) {
  block.holder = this_thread_slot().index;
  const auto thread = static_cast<std::size_t>(block.holder);
  if (of_size.held.size() <= thread) of_size.held.resize(thread + 1);
  of_size.most_held = std::max(of_size.most_held, ++of_size.held[thread]);
}

ScratchAllocator::ScratchAllocator() : impl_(std::make_unique<Impl>()) {}

ScratchAllocator::~ScratchAllocator() {
  for (Header* block = impl_->blocks; block != nullptr;) {
    Header* next = block->next_block;
    std::free(block);
    block = next;
  }
}

void* ScratchAllocator::allocate(std::size_t bytes) {
  if (bytes > kMostBytes) return nullptr;
  const BlockSize size = block_size(bytes);
  const std::lock_guard lock(impl_->mutex);
  if (this_thread_slot().loop_threads == 0) return impl_->serial.allocate(bytes);
  SizeClass& of_size = impl_->sizes[size.index];
  Header* block = of_size.free;
  if (block != nullptr) {
    of_size.free = block->next_free;
  } else {
    block = impl_->add_block(size);
    if (block == nullptr) return nullptr;
  }
  if (impl_->counting) Impl::count_taken(of_size, *block);
  return block + 1;
}

void ScratchAllocator::release(void* pointer) {
  if (pointer == nullptr) return;
  const std::lock_guard lock(impl_->mutex);
  if (this_thread_slot().loop_threads == 0 && impl_->serial.release(pointer)) return;
  Header* block = static_cast<Header*>(pointer) - 1;
  SizeClass& of_size = impl_->sizes[block->size.index];
  if (impl_->counting) --of_size.held[static_cast<std::size_t>(block->holder)];
  block->next_free = of_size.free;
  of_size.free = block;
}

bool ScratchAllocator::reserve(int threads) {
  const std::lock_guard lock(impl_->mutex);
  impl_->counting = false;
  for (std::size_t i = 0; i < kSizes; ++i) {
    SizeClass& of_size = impl_->sizes[i];
    const int needed = threads * of_size.most_held;
    while (of_size.blocks < needed) {
      Header* block = impl_->add_block({i, of_size.bytes});
      if (block == nullptr) return false;
      block->next_free = of_size.free;
      of_size.free = block;
    }
  }
  return impl_->serial.reserve();
}

std::size_t ScratchAllocator::reserved_bytes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->reserved + impl_->serial.reserved_bytes();
}

}  // namespace tilecast::runtime
