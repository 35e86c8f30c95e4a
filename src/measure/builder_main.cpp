// tilecast-builder: a warm compiler. Answers each BuildRequest with code or a reason; started by the
// measurer.
#include <unistd.h>

#include <filesystem>
#include <map>
#include <new>
#include <nlohmann/json.hpp>

#include "base/child_process.h"
#include "codegen/codegen.h"
#include "measure/protocol.h"

namespace tilecast {
namespace {

// Programs of the tasks seen so far: extracting one costs more than compiling a small candidate.
class ContextCache {
 public:
  Result<const TaskContext*> get(const Task& task) {
    if (const auto found = contexts_.find(task.key); found != contexts_.end()) return &found->second;
    if (contexts_.size() >= kLimit) contexts_.clear();
    TILECAST_TRY(TaskContext context, make_task_context(task));
    return &contexts_.emplace(task.key, std::move(context)).first->second;
  }

 private:
  static constexpr std::size_t kLimit = 64;
  std::map<std::string, TaskContext> contexts_;
};

BuildReply failure(MeasureErrorKind kind, std::string message) {
  return {.error = kind, .message = std::move(message)};
}

Status write_code(const BuildRequest& request, const State& state) {
  const CodegenOptions options{.function = request.function, .strides = request.strides};
  if (request.object_only) return compile_object(request.task, state, options, request.file);
  const std::filesystem::path object = request.file + ".o";
  Status done = compile_object(request.task, state, options, object);
  if (done.ok()) done = link_shared({&object, 1}, request.file);
  std::error_code ignored;
  std::filesystem::remove(object, ignored);
  return done;
}

BuildReply build(const BuildRequest& request, ContextCache& cache) {
  const auto context = cache.get(request.task);
  if (!context.ok()) return failure(MeasureErrorKind::kCompileError, context.error().message);
  const auto state = replay((*context)->initial, request.trajectory);
  if (!state.ok()) return failure(MeasureErrorKind::kIllegal, state.error().reason);
  if (const Status done = write_code(request, *state); !done.ok()) {
    return failure(MeasureErrorKind::kCompileError, done.error().message);
  }

  BuildReply reply;
  for (std::size_t i = 0; i < request.task.graph.inputs.size(); ++i) {
    const TensorType& type = request.task.graph.inputs[i].type;
    const ConstantLayout layout = state->constant_layout(static_cast<BufferId>(i));
    reply.inputs.push_back({type.dtype, {type.shape.rbegin(), type.shape.rend()}, layout});
  }
  const Stage& output = *state->stage(state->output()).def;
  reply.output.type = output.type;
  for (const Axis& axis : output.spatial) reply.output.extents.push_back(axis.extent);
  return reply;
}

int serve() {
  MessageChannel channel(ChildProcess::kReadFd, ChildProcess::kWriteFd);
  std::set_new_handler([] { ::_exit(kOutOfMemoryExit); });
  ContextCache cache;
  if (!channel.send(kWorkerReady).ok()) return 0;
  for (;;) {
    const auto message = channel.receive();
    if (!message.ok()) return 0;
    const auto request = build_request_from_json(nlohmann::json::parse(*message, nullptr, false));
    if (!request.ok()) return 1;
    if (!channel.send(to_json(build(*request, cache)).dump()).ok()) return 0;
  }
}

}  // namespace
}  // namespace tilecast

int main() {
  return tilecast::serve();
}
