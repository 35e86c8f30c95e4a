// Splits independent work over a few threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace tilecast {

// Calls body(begin, end) for consecutive ranges that cover [0, count), one a thread, and waits. With one thread, or
// less than `grain` items a thread, fewer threads are used. Bodies must not throw.
template <class Body>
void parallel_ranges(std::size_t count, int threads, std::size_t grain, const Body& body) {
  const std::size_t wanted = std::min<std::size_t>(static_cast<std::size_t>(std::max(threads, 1)), count / grain);
  if (wanted <= 1) {
    if (count > 0) body(std::size_t{0}, count);
    return;
  }
  std::vector<std::thread> helpers;
  helpers.reserve(wanted - 1);
  for (std::size_t t = 1; t < wanted; ++t) {
    helpers.emplace_back([&body, count, wanted, t] { body(count * t / wanted, count * (t + 1) / wanted); });
  }
  body(std::size_t{0}, count / wanted);
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace tilecast
