// Memory in huge pages (2 MB in place of 4 KB), where the system has them: a model reads all of its weights in each
// run, and with small pages some of that time goes to finding them.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace tilecast::runtime {

inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

// Whether the system gives huge pages of this size to those who ask.
bool has_huge_pages();

// Asks for huge pages in place of those that lie in this memory whole. A hint: nothing else changes where they are not
// given.
void prefer_huge_pages(void* data, std::size_t bytes);

struct FreeTensors {
  void operator()(std::byte* p) const { std::free(p); }
};
using TensorMemory = std::unique_ptr<std::byte[], FreeTensors>;

// Memory for tensors, in huge pages where it holds some; null when the system gives none.
TensorMemory allocate_tensors(std::size_t bytes);

}  // namespace tilecast::runtime
