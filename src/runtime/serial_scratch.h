// Scratch memory that is taken outside of parallel loops, in the same order each time that a kernel runs. So where each
// block lies can be the same each time, and blocks that are not held at once share bytes, of one kernel as of several.
// Internal to runtime/.
#pragma once

#include <cstddef>
#include <vector>

namespace tilecast::runtime {

// Where blocks lie in a piece of memory: each in the first gap that it fits in. Offsets depend on nothing but the order
// in which blocks are placed and removed.
class BlockLayout {
 public:
  std::size_t place(std::size_t bytes);
  void remove(std::size_t offset);
  // How large the piece has to be for all that was placed so far.
  std::size_t most() const { return most_; }

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::vector<Range> held_;  // in order
  std::size_t most_ = 0;
};

// Not thread-safe. Until memory is reserved each block is a piece of its own, which goes back to the system when it is
// released: the first run of a model holds no more at once than later ones.
class SerialScratch {
 public:
  SerialScratch() = default;
  ~SerialScratch();
  SerialScratch(const SerialScratch&) = delete;
  SerialScratch& operator=(const SerialScratch&) = delete;

  // 128-byte aligned; null when the system refuses.
  void* allocate(std::size_t bytes);
  // False when the block is none of these.
  bool release(void* pointer);
  // To be called when nothing is held: one piece of memory for whatever was held at once so far. False when the system
  // refuses.
  bool reserve();
  // Bytes held from the system.
  std::size_t reserved_bytes() const { return reserved_bytes_; }

 private:
  struct Block {
    std::byte* data = nullptr;
    std::size_t offset = 0;        // in the layout
    std::size_t mapped_bytes = 0;  // of a piece of its own; 0: in the reserved piece
  };

  BlockLayout layout_;
  std::vector<Block> held_;
  std::byte* piece_ = nullptr;
  std::size_t piece_bytes_ = 0;
  std::size_t reserved_bytes_ = 0;
};

}  // namespace tilecast::runtime
