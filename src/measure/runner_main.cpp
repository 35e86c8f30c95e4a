// tilecast-runner: loads one candidate after another, runs it on the task's data, compares and times it. A candidate
// may kill it; the measurer starts another.
#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>

#include "base/child_process.h"
#include "base/stopwatch.h"
#include "measure/input_data.h"
#include "measure/protocol.h"
#include "runtime/huge_pages.h"
#include "runtime/kernel_runtime.h"
#include "schedule/packing.h"

namespace tilecast {
namespace {

using runtime::BoundKernel;
using runtime::KernelContext;
using runtime::TensorMemory;
using runtime::TensorView;

constexpr std::size_t kGuardBytes = 4096;  // around the output, to see who writes beside it
constexpr auto kGuardByte = static_cast<std::byte>(0xa5);
constexpr auto kUnwrittenByte = static_cast<std::byte>(0xff);  // of floats: not a number

// As a model's tensors lie.
TensorMemory allocate(std::size_t bytes) {
  TensorMemory memory = runtime::allocate_tensors(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

// An input's plain data, kept as long as the task stays, and copies of its packed form, kept as long as the layout
// stays.
struct InputData {
  std::vector<std::byte> plain;
  ConstantLayout layout;
  std::size_t bytes = 0;  // of a copy
  std::vector<TensorMemory> copies;
  std::vector<std::int64_t> extents;
};

class Runner {
 public:
  RunReply run(const RunRequest& request) {
    prepare(request);
    void* library = dlopen(request.shared_object.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return {.error = MeasureErrorKind::kRunError, .message = dlerror()};
    RunReply reply = run_library(request, library);
    dlclose(library);
    return reply;
  }

 private:
  void prepare(const RunRequest& request) {
    if (task_key_ != request.task_key) {
      inputs_.clear();
      for (std::size_t i = 0; i < request.inputs.size(); ++i) {
        inputs_.emplace_back().plain =
            random_input_bytes(request.inputs[i].type, element_count(request.inputs[i].extents), i);
      }
      reference_.clear();
      task_key_ = request.task_key;
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i) lay_out(request.inputs[i], inputs_[i]);
    copy_constants(request);
    if (!pool_ || pool_->threads() != request.threads) pool_ = std::make_unique<runtime::ThreadPool>(request.threads);
  }

  static void lay_out(const ArgumentSpec& spec, InputData& input) {
    if (!input.copies.empty() && input.layout == spec.layout) return;
    input.layout = spec.layout;
    input.extents = laid_out_extents(spec.layout, spec.extents);
    const std::vector<std::byte>* content = &input.plain;
    std::vector<std::byte> prepared;
    if (!spec.layout.is_plain()) {
      prepared =
          lay_out_constant(spec.layout, input.plain, spec.extents, static_cast<std::size_t>(data_type_size(spec.type)));
      content = &prepared;
    }
    input.bytes = content->size();
    input.copies.clear();
    input.copies.push_back(allocate(input.bytes));
    std::memcpy(input.copies.front().get(), content->data(), input.bytes);
  }

  void copy_constants(const RunRequest& request) {
    std::size_t bytes = 0;
    for (const std::size_t i : request.constants) bytes += inputs_[i].bytes;
    copies_ = copies_of_constants(bytes, request.constant_bytes);
    for (const std::size_t i : request.constants) {
      std::vector<TensorMemory>& copies = inputs_[i].copies;
      copies.resize(std::min(copies.size(), copies_));
      while (copies.size() < copies_) {
        copies.push_back(allocate(inputs_[i].bytes));
        std::memcpy(copies.back().get(), copies.front().get(), inputs_[i].bytes);
      }
    }
  }

  // The arguments of the kernel that reads copy number `copy`.
  std::vector<TensorView> arguments(const RunRequest& request, std::size_t copy, std::byte* output) const {
    std::vector<TensorView> views;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto& copies = inputs_[i].copies;
      views.push_back(
          {copies[std::min(copy, copies.size() - 1)].get(), element_type(request.inputs[i].type), inputs_[i].extents});
    }
    views.push_back({output, element_type(request.output.type), request.output.extents});
    return views;
  }

  RunReply run_library(const RunRequest& request, void* library) {
    const auto function = reinterpret_cast<runtime::KernelFunction>(dlsym(library, "kernel_argv"));
    if (function == nullptr) return {.error = MeasureErrorKind::kRunError, .message = "the kernel has no entry point"};
    const auto output_bytes =
        static_cast<std::size_t>(element_count(request.output.extents) * data_type_size(request.output.type));
    const TensorMemory guarded = allocate(output_bytes + 2 * kGuardBytes);
    std::byte* output = guarded.get() + kGuardBytes;
    std::fill_n(guarded.get(), output_bytes + 2 * kGuardBytes, kGuardByte);
    std::fill_n(output, output_bytes, kUnwrittenByte);

    std::vector<BoundKernel> kernels;
    for (std::size_t copy = 0; copy < copies_; ++copy) kernels.emplace_back(function, arguments(request, copy, output));
    std::size_t turn = 0;
    runtime::ScratchAllocator scratch;
    KernelContext context{pool_.get(), &scratch, {}};
    const auto calls = [&](int count) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < count && failure_ == 0; ++i) {
        failure_ = kernels[turn].run(context);
        turn = turn + 1 < kernels.size() ? turn + 1 : 0;
      }
      return seconds_since(start);
    };
    failure_ = 0;
    const double first = calls(1);
    if (failure_ != 0) return run_failure(context);
    if (!scratch.reserve(pool_->threads())) {
      return {.error = MeasureErrorKind::kOutOfMemory, .message = "the system gives no more scratch memory"};
    }
    RunReply reply = check(request, output, output_bytes);
    if (reply.error != MeasureErrorKind::kNone || request.write_reference) return reply;
    reply.timing = measure_time(calls, first, request.timing);
    if (failure_ != 0) return run_failure(context);
    // Checked after all runs: a kernel that writes beside its output may do so late.
    const bool intact = std::all_of(guarded.get(), output, [](std::byte b) { return b == kGuardByte; }) &&
                        std::all_of(output + output_bytes, output + output_bytes + kGuardBytes,
                                    [](std::byte b) { return b == kGuardByte; });
    if (!intact) return {.error = MeasureErrorKind::kWrongResult, .message = "the kernel wrote outside of its output"};
    return reply;
  }

  RunReply run_failure(const KernelContext& context) const {
    constexpr int kHalideOutOfMemory = -11;
    const auto kind = failure_ == kHalideOutOfMemory ? MeasureErrorKind::kOutOfMemory : MeasureErrorKind::kRunError;
    return {.error = kind, .message = fmt::format("the kernel returned {}: {}", failure_, context.error)};
  }

  RunReply check(const RunRequest& request, const std::byte* output, std::size_t bytes) {
    if (request.write_reference) {
      std::ofstream file(request.reference_file, std::ios::binary | std::ios::trunc);
      file.write(reinterpret_cast<const char*>(output), static_cast<std::streamsize>(bytes));
      if (!file.flush()) {
        return {.error = MeasureErrorKind::kRunError, .message = "cannot write " + request.reference_file};
      }
      return {};
    }
    if (reference_.size() != bytes) {
      reference_.resize(bytes);
      std::ifstream file(request.reference_file, std::ios::binary);
      file.read(reinterpret_cast<char*>(reference_.data()), static_cast<std::streamsize>(bytes));
      if (file.gcount() != static_cast<std::streamsize>(bytes)) {
        reference_.clear();
        return {.error = MeasureErrorKind::kRunError, .message = "cannot read " + request.reference_file};
      }
    }
    const double difference = relative_difference(request.output.type, output, reference_.data(), bytes);
    if (difference <= request.tolerance) return {};
    return {.error = MeasureErrorKind::kWrongResult,
            .message = fmt::format("differs from the reference by {:.3g} of its largest value", difference)};
  }

  static runtime::ElementType element_type(DataType type) {
    switch (type) {
      case DataType::kFloat32:
        return runtime::ElementType::kFloat32;
      case DataType::kInt64:
        return runtime::ElementType::kInt64;
      case DataType::kInt32:
        return runtime::ElementType::kInt32;
      case DataType::kUInt8:
        return runtime::ElementType::kUInt8;
      case DataType::kInt8:
        return runtime::ElementType::kInt8;
      case DataType::kBool:
        return runtime::ElementType::kBool;
      case DataType::kFloat64:
        return runtime::ElementType::kFloat64;
    }
    return runtime::ElementType::kFloat32;
  }

  std::string task_key_;
  std::vector<InputData> inputs_;
  std::size_t copies_ = 1;  // of the constants
  std::vector<std::byte> reference_;
  std::unique_ptr<runtime::ThreadPool> pool_;
  int failure_ = 0;
};

int serve() {
  MessageChannel channel(ChildProcess::kReadFd, ChildProcess::kWriteFd);
  std::set_new_handler([] { ::_exit(kOutOfMemoryExit); });
  Runner runner;
  if (!channel.send(kWorkerReady).ok()) return 0;
  for (;;) {
    const auto message = channel.receive();
    if (!message.ok()) return 0;
    const auto request = run_request_from_json(nlohmann::json::parse(*message, nullptr, false));
    if (!request.ok()) return 1;
    if (!channel.send(to_json(runner.run(*request)).dump()).ok()) return 0;
  }
}

}  // namespace
}  // namespace tilecast

int main() {
  return tilecast::serve();
}
