#include "runtime/serial_scratch.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "runtime/huge_pages.h"
#include "runtime/round_up.h"

namespace tilecast::runtime {
namespace {

constexpr std::size_t kAlignment = 128;

// Pages of the system, zeros, which it takes back at once: malloc may keep what is freed.
std::byte* map_pages(std::size_t bytes) {
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return data == MAP_FAILED ? nullptr : static_cast<std::byte*>(data);
}

}  // namespace

std::size_t BlockLayout::place(std::size_t bytes) {
  const std::size_t needed = std::max(kAlignment, round_up(bytes, kAlignment));
  std::size_t begin = 0;
  auto next = held_.begin();
  for (; next != held_.end() && next->begin - begin < needed; ++next) begin = next->end;
  held_.insert(next, {begin, begin + needed});
  most_ = std::max(most_, begin + needed);
  return begin;
}

void BlockLayout::remove(std::size_t offset) {
  held_.erase(std::find_if(held_.begin(), held_.end(), [&](const Range& range) { return range.begin == offset; }));
}

SerialScratch::~SerialScratch() {
  for (const Block& block : held_) {
    if (block.mapped_bytes > 0) ::munmap(block.data, block.mapped_bytes);
  }
  if (piece_ != nullptr) ::munmap(piece_, piece_bytes_);
}

void* SerialScratch::allocate(std::size_t bytes) {
  Block block{.offset = layout_.place(bytes)};
  if (block.offset + bytes <= piece_bytes_) {
    block.data = piece_ + block.offset;
  } else {
    block.mapped_bytes = std::max<std::size_t>(bytes, 1);
    block.data = map_pages(block.mapped_bytes);
    if (block.data == nullptr) {
      layout_.remove(block.offset);
      return nullptr;
    }
    reserved_bytes_ += block.mapped_bytes;
  }
  held_.push_back(block);
  return block.data;
}

bool SerialScratch::release(void* pointer) {
  const auto block = std::find_if(held_.begin(), held_.end(), [&](const Block& b) { return b.data == pointer; });
  if (block == held_.end()) return false;
  layout_.remove(block->offset);
  if (block->mapped_bytes > 0) {
    ::munmap(block->data, block->mapped_bytes);
    reserved_bytes_ -= block->mapped_bytes;
  }
  held_.erase(block);
  return true;
}

bool SerialScratch::reserve() {
  if (layout_.most() <= piece_bytes_) return true;
  if (piece_ != nullptr) ::munmap(piece_, piece_bytes_);
  reserved_bytes_ -= piece_bytes_;
  piece_bytes_ = 0;
  piece_ = map_pages(layout_.most());
  if (piece_ == nullptr) return false;
  prefer_huge_pages(piece_, layout_.most());
  piece_bytes_ = layout_.most();
  reserved_bytes_ += piece_bytes_;
  // The pages are there before the next run.
  std::memset(piece_, 0, piece_bytes_);
  return true;
}

}  // namespace tilecast::runtime
