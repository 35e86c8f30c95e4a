#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <limits>
#include <mutex>

#include "runtime/kernel_runtime.h"
#include "runtime/thread_slot.h"

namespace tilecast::runtime {
namespace {

constexpr std::size_t kAlignment = 128;
constexpr std::size_t kMostBytes = std::numeric_limits<std::size_t>::max() / 4;
constexpr int kSerial = -1;

// Blocks come in fixed sizes, four to a doubling: which block a request gets, and so how many blocks of a size are
// needed, depends on nothing but the sizes that are held at once.
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
  int holder = kSerial;         // who was counted as holding it
  Header* next_free = nullptr;  // of the same size
  Header* next_block = nullptr;
};

// The blocks of one size: those that nobody holds, and how many were held at once.
struct SizeClass {
  Header* free = nullptr;
  std::size_t bytes = 0;
  int blocks = 0;
  int held_serially = 0;  // outside of parallel loops
  int most_serially = 0;
  std::vector<int> held_in_loop;  // by each thread of the pool
  int most_in_loop = 0;           // by one thread
};

}  // namespace

struct ScratchAllocator::Impl {
  Header* add_block(BlockSize size);
  void count_taken(SizeClass& of_size, Header& block);
  void count_released(SizeClass& of_size, const Header& block) const;

  mutable std::mutex mutex;
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
  const ThreadSlot& slot = this_thread_slot();
  block.holder = slot.loop_threads > 0 ? slot.index : kSerial;
  if (block.holder == kSerial) {
    of_size.most_serially = std::max(of_size.most_serially, ++of_size.held_serially);
    return;
  }
  const auto thread = static_cast<std::size_t>(block.holder);
  if (of_size.held_in_loop.size() <= thread) of_size.held_in_loop.resize(thread + 1);
  of_size.most_in_loop = std::max(of_size.most_in_loop, ++of_size.held_in_loop[thread]);
}

void ScratchAllocator::Impl::count_released(SizeClass& of_size, const Header& block) const {
  --(block.holder == kSerial ? of_size.held_serially : of_size.held_in_loop[static_cast<std::size_t>(block.holder)]);
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
  SizeClass& of_size = impl_->sizes[size.index];
  Header* block = of_size.free;
  if (block != nullptr) {
    of_size.free = block->next_free;
  } else {
    block = impl_->add_block(size);
    if (block == nullptr) return nullptr;
  }
  if (impl_->counting) impl_->count_taken(of_size, *block);
  return block + 1;
}

void ScratchAllocator::release(void* pointer) {
  if (pointer == nullptr) return;
  Header* block = static_cast<Header*>(pointer) - 1;
  const std::lock_guard lock(impl_->mutex);
  SizeClass& of_size = impl_->sizes[block->size.index];
  if (impl_->counting) impl_->count_released(of_size, *block);
  block->next_free = of_size.free;
  of_size.free = block;
}

bool ScratchAllocator::reserve(int threads) {
  const std::lock_guard lock(impl_->mutex);
  impl_->counting = false;
  for (std::size_t i = 0; i < kSizes; ++i) {
    SizeClass& of_size = impl_->sizes[i];
    const int needed = of_size.most_serially + threads * of_size.most_in_loop;
    while (of_size.blocks < needed) {
      Header* block = impl_->add_block({i, of_size.bytes});
      if (block == nullptr) return false;
      block->next_free = of_size.free;
      of_size.free = block;
    }
  }
  return true;
}

std::size_t ScratchAllocator::reserved_bytes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->reserved;
}

}  // namespace tilecast::runtime
