// A plan with its weights (Model), and memory, threads and bound kernels to run it with (Instance).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "runtime/huge_pages.h"
#include "runtime/kernel_runtime.h"
#include "runtime/plan.h"
#include "runtime/weights.h"

namespace tilecast::runtime {

struct Model {
  const tilecast_plan* plan = nullptr;
  Weights weights;
};

class Instance {
 public:
  // Throws std::bad_alloc when there is not enough memory for the tables.
  Instance(std::shared_ptr<const Model> model, int threads);

  // Binds the kernels, runs once and reserves what any later run may need. To be called once, before all else.
  tilecast_status prepare(tilecast_error* error);
  tilecast_status run(tilecast_error* error);

  const tilecast_plan& plan() const { return *model_->plan; }
  std::byte* arena() const { return arena_.get(); }
  void set_timing(bool on) { timing_ = on; }
  double call_seconds(std::size_t call) const { return seconds_[call]; }

 private:
  std::byte* at(tilecast_location location) const;
  tilecast_status run_step(std::size_t step, tilecast_error* error);

  std::shared_ptr<const Model> model_;
  int threads_;
  ThreadPool pool_;
  ScratchAllocator scratch_;
  KernelContext context_;
  TensorMemory arena_;
  std::vector<BoundKernel> kernels_;  // one a step
  std::vector<double> seconds_;       // of each step, in the last run that was timed
  bool timing_ = false;
};

}  // namespace tilecast::runtime
