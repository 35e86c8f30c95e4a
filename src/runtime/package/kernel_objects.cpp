#include "runtime/package/kernel_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/hash.h"
#include "measure/worker.h"

namespace tilecast {
namespace {

// Far beyond what any kernel takes: a compiler that hangs must not hang its caller.
constexpr double kTimeoutSeconds = 600;
constexpr std::int64_t kMemoryBytes = std::int64_t{16} << 30;

Result<KernelObject> build(Worker& worker, const KernelBuild& wanted, const std::filesystem::path& directory) {
  KernelObject kernel{.function = kernel_name(wanted)};
  kernel.object_file = directory / (kernel.function + ".o");
  const auto failed = [&](const std::string& reason) {
    return Error{fmt::format("cannot compile task {} ({}): {}", wanted.task->name, wanted.task->key, reason)};
  };
  TILECAST_CHECK(worker.start());
  const BuildRequest request{.task = *wanted.task,
                             .trajectory = *wanted.trajectory,
                             .file = kernel.object_file.string(),
                             .object_only = true,
                             .function = kernel.function,
                             .strides = wanted.strides};
  if (const auto sent = worker.send(to_json(request), kTimeoutSeconds); !sent.ok()) return failed(sent.error().message);
  const auto answer = worker.receive();
  if (!answer.ok()) return failed(answer.error().message);
  auto reply = build_reply_from_json(*answer);
  if (!reply.ok()) return failed(reply.error().message);
  if (reply->error != MeasureErrorKind::kNone) return failed(reply->message);
  kernel.inputs = std::move(reply->inputs);
  kernel.output = std::move(reply->output);
  return kernel;
}

}  // namespace

std::string kernel_name(const KernelBuild& build) {
  const std::string name = "tilecast_kernel_" + build.task->key;
  if (build.strides.empty()) return name;
  StableHash hash;
  for (const std::vector<std::int64_t>& argument : build.strides) {
    hash.add_int(argument.size());
    for (const std::int64_t stride : argument) hash.add_int(static_cast<std::uint64_t>(stride));
  }
  return name + "_" + hash_to_hex(hash.finish());
}

Result<std::vector<KernelObject>> build_kernels(std::span<const KernelBuild> builds, int processes,
                                                const std::filesystem::path& builder,
                                                const std::filesystem::path& directory) {
  std::vector<std::optional<Result<KernelObject>>> results(builds.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  const auto work = [&] {
    // A process dies with the thread that started it, so each thread has its own.
    Worker worker(builder, kMemoryBytes);
    for (std::size_t i = next++; i < builds.size() && !failed; i = next++) {
      results[i] = build(worker, builds[i], directory);
      if (!results[i]->ok()) failed = true;
    }
  };
  std::vector<std::thread> threads;
  const auto wanted = std::min(static_cast<std::size_t>(std::max(processes, 1)), builds.size());
  for (std::size_t t = 0; t < wanted; ++t) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) {
    if (result && !result->ok()) return result->error();
  }
  std::vector<KernelObject> kernels;
  for (auto& result : results) kernels.push_back(**std::move(result));
  return kernels;
}

}  // namespace tilecast
