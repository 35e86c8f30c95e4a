// A model made by hand: y = 2 x + w and its copy z, computed by a kernel that is no compiler's.
#pragma once

#include <HalideRuntime.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "runtime/kernel_runtime.h"
#include "runtime/plan.h"
#include "runtime/weights.h"

namespace tilecast::testing {

inline constexpr int kElements = 32;

// Set to let the kernel below fail.
inline int& kernel_failure() {
  static int code = 0;
  return code;
}

// y = 2 x + w, with a block of scratch memory.
inline int add_kernel(void** arguments) {
  void* context = *static_cast<void**>(arguments[0]);
  const auto buffer = [&](int i) { return static_cast<halide_buffer_t*>(arguments[i]); };
  const auto elements = [&](int i) { return reinterpret_cast<float*>(buffer(i)->host); };
  if (kernel_failure() != 0) {
    halide_error(context, "it was told to");
    return kernel_failure();
  }
  auto* doubled = static_cast<float*>(halide_malloc(context, kElements * sizeof(float)));
  if (doubled == nullptr) return halide_error_out_of_memory(context);
  for (int i = 0; i < kElements; ++i) doubled[i] = 2 * elements(1)[i];
  for (int i = 0; i < buffer(3)->dim[0].extent; ++i) elements(3)[i] = doubled[i] + elements(2)[i];
  halide_free(context, doubled);
  return 0;
}

class TestPlan {
 public:
  explicit TestPlan(const std::filesystem::path& directory) : weights_(kElements) {
    for (int i = 0; i < kElements; ++i) weights_[static_cast<std::size_t>(i)] = static_cast<float>(100 * i);
    std::ofstream file(directory / TILECAST_WEIGHTS_FILE, std::ios::binary);
    file.write(reinterpret_cast<const char*>(weights_.data()), kElements * sizeof(float));
    plan.name = "test";
    plan.arena_bytes = 3 * 128;
    plan.weights_bytes = kElements * sizeof(float);
    plan.weights_hash = runtime::weights_hash(weights_.data(), plan.weights_bytes);
    plan.step_count = plan.input_count = plan.copy_count = 1;
    plan.output_count = 2;
    plan.steps = &step_;
    plan.inputs = &input_;
    plan.outputs = outputs_;
    plan.copies = &copy_;
  }
  TestPlan(const TestPlan&) = delete;
  TestPlan& operator=(const TestPlan&) = delete;

  tilecast_plan plan{};

 private:
  static constexpr std::int64_t kShape[] = {kElements};
  static constexpr std::size_t kBytes = kElements * sizeof(float);
  std::vector<float> weights_;
  tilecast_argument arguments_[3] = {{{TILECAST_IN_ARENA, 0}, TILECAST_FLOAT32, 1, kShape, nullptr},
                                     {{TILECAST_IN_WEIGHTS, 0}, TILECAST_FLOAT32, 1, kShape, nullptr},
                                     {{TILECAST_IN_ARENA, 128}, TILECAST_FLOAT32, 1, kShape, nullptr}};
  tilecast_step step_ = {{"sum", "add_kernel"}, add_kernel, 3, arguments_};
  tilecast_port input_ = {{"x", TILECAST_FLOAT32, 1, kShape, kBytes}, 0};
  tilecast_port outputs_[2] = {{{"y", TILECAST_FLOAT32, 1, kShape, kBytes}, 128},
                               {{"z", TILECAST_FLOAT32, 1, kShape, kBytes}, 256}};
  tilecast_copy copy_ = {{TILECAST_IN_ARENA, 128}, 256, kBytes};
};

}  // namespace tilecast::testing
