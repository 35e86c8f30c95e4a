// A "compiled candidate" that computes relu of its input, unless HOSTILE_KIND says that it does something worse. Built
// once a kind; see CMakeLists.txt.
#include <HalideRuntime.h>

#include <cstring>
#include <string_view>
#include <thread>

namespace {

constexpr std::string_view kKind = HOSTILE_KIND;

void relu(const halide_buffer_t& x, halide_buffer_t& y) {
  const auto* in = reinterpret_cast<const float*>(x.host);
  auto* out = reinterpret_cast<float*>(y.host);
  for (int i = 0; i < y.dim[0].extent; ++i) out[i] = in[i] > 0 ? in[i] : 0;
}

[[noreturn]] void eat_memory() {
  constexpr std::size_t kBlock = std::size_t{16} << 20;
  for (;;) {
    char* block = new char[kBlock];
    std::memset(block, 1, kBlock);
    // Kept from being optimised away.
    asm volatile("" : : "r"(block) : "memory");
  }
}

}  // namespace

extern "C" int kernel_argv(void** arguments) {
  const auto& x = *static_cast<const halide_buffer_t*>(arguments[1]);
  auto& y = *static_cast<halide_buffer_t*>(arguments[2]);
  relu(x, y);
  auto* out = reinterpret_cast<float*>(y.host);
  if (kKind == "hang") {
    for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  if (kKind == "crash") *static_cast<volatile int*>(nullptr) = 1;
  if (kKind == "memory") eat_memory();
  if (kKind == "wrong") out[y.dim[0].extent / 2] += 1;
  if (kKind == "outside") out[y.dim[0].extent] = 1;
  if (kKind == "code") return 5;
  return 0;
}
