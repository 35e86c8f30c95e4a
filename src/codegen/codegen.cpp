#include "codegen/codegen.h"

#include <Halide.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "codegen/extract.h"
#include "codegen/lower.h"
#include "codegen/schedule_pipeline.h"
#include "ops/pipeline.h"
#include "schedule/packing.h"
#include "schedule/region.h"

namespace tilecast {
namespace {

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// Halide's messages while it lives: errors are thrown, warnings kept. Halide knows one reporter in a process.
class Messages final : public Halide::CompileTimeErrorReporter {
 public:
  Messages() { Halide::set_custom_compile_time_error_reporter(this); }
  ~Messages() override { Halide::set_custom_compile_time_error_reporter(nullptr); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;

  void warning(const char* message) override { warnings_ += message; }
  [[noreturn]] void error(const char* message) override { throw Halide::CompileError(message); }

  // Says that code would read or write outside of a buffer: its checks are not in the code.
  bool foresee_failure() const { return warnings_.find("guaranteed to fail") != std::string::npos; }
  const std::string& warnings() const { return warnings_; }

 private:
  std::string warnings_;
};

std::vector<ops::InputLayout> input_layouts(const State& state) {
  std::vector<ops::InputLayout> layouts(state.dag().inputs.size());
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const auto id = static_cast<BufferId>(i);
    if (const PackedInput* packed = state.packed_input(id)) layouts[i].parts = packed->parts;
    layouts[i].clamp = overrun_dimensions(state, id);
  }
  return layouts;
}

using Numbers = std::vector<std::int64_t>;

// Of every buffer, as CodegenOptions::strides.
std::vector<Numbers> buffer_extents(const State& state) {
  std::vector<Numbers> extents;
  for (std::size_t i = 0; i < state.dag().inputs.size(); ++i) {
    const PackedInput* packed = state.packed_input(static_cast<BufferId>(i));
    extents.push_back(packed != nullptr ? packed_extents(packed->parts) : state.dag().inputs[i].extents);
  }
  Numbers& output = extents.emplace_back();
  for (const Axis& axis : state.stage(state.output()).def->spatial) output.push_back(axis.extent);
  return extents;
}

Status check_strides(const Task& task, const std::vector<Numbers>& strides, const std::vector<Numbers>& extents) {
  if (strides.empty()) return Unit{};
  if (strides.size() != extents.size()) {
    return Error{
        fmt::format("task '{}': strides of {} buffers for a kernel of {}", task.name, strides.size(), extents.size())};
  }
  for (std::size_t i = 0; i < strides.size(); ++i) {
    if (strides[i].empty() || strides[i].size() == extents[i].size()) continue;
    return Error{fmt::format("task '{}': {} strides for buffer {} of {} dimensions", task.name, strides[i].size(), i,
                             extents[i].size())};
  }
  return Unit{};
}

// Fixed, from zero: then the code needs the buffers' addresses only.
template <class Parameter>
void fix_shape(Parameter buffer, const Numbers& extents, const Numbers& strides) {
  std::int64_t dense = 1;
  for (std::size_t d = 0; d < extents.size(); ++d) {
    const std::int64_t stride = strides.empty() ? dense : strides[d];
    buffer.dim(static_cast<int>(d)).set_bounds(0, static_cast<int>(extents[d])).set_stride(static_cast<int>(stride));
    dense *= extents[d];
  }
}

// Fixes the shapes of all buffers.
std::vector<Halide::Argument> arguments_of(const ops::Pipeline& pipeline, Halide::Func& output,
                                           const std::vector<Numbers>& extents, const std::vector<Numbers>& strides) {
  const auto strides_of = [&](std::size_t buffer) { return strides.empty() ? Numbers{} : strides[buffer]; };
  std::vector<Halide::Argument> arguments;
  for (std::size_t i = 0; i < pipeline.buffers.size(); ++i) {
    fix_shape(pipeline.buffers[i], extents[i], strides_of(i));
    arguments.emplace_back(pipeline.buffers[i]);
  }
  fix_shape(output.output_buffer(), extents.back(), strides_of(pipeline.buffers.size()));
  return arguments;
}

Halide::Target halide_target(const CodegenOptions& options) {
  Halide::Target target = Halide::get_host_target();
  target.set_feature(Halide::Target::NoRuntime);
  target.set_feature(Halide::Target::UserContext);
  if (!options.asserts) {
    target.set_feature(Halide::Target::NoAsserts);
    target.set_feature(Halide::Target::NoBoundsQuery);
  }
  return target;
}

Status run_program(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command)
    argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT: posix_spawn's type
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (const int code = posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ); code != 0) {
    return Error{fmt::format("cannot start '{}': install binutils", command[0])};
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Unit{};
  return Error{fmt::format("'{}' failed to make {}", command[0], command.size() > 3 ? command[3] : "its output")};
}

// Calls use(output, arguments) with the scheduled pipeline; what Halide says against it is the error.
template <class Use>
Status with_scheduled(const Task& task, const State& state, const CodegenOptions& options, const Use& use) {
  TILECAST_TRY(const ops::Pipeline pipeline,
               ops::build_pipeline(task.graph, state.algorithm().str(), input_layouts(state)));
  const std::vector<Numbers> extents = buffer_extents(state);
  TILECAST_CHECK(check_strides(task, options.strides, extents));
  Messages messages;
  try {
    Halide::Func output = schedule_pipeline(pipeline, state);
    const auto arguments = arguments_of(pipeline, output, extents, options.strides);
    use(output, arguments);
  } catch (const Halide::Error& e) {  // Halide reports everything by throwing
    return Error{fmt::format("task '{}': Halide cannot compile the schedule: {}", task.name, one_line(e.what()))};
  }
  if (messages.foresee_failure()) {
    return Error{fmt::format("task '{}': the schedule leaves a buffer: {}", task.name, one_line(messages.warnings()))};
  }
  return Unit{};
}

}  // namespace

Result<std::shared_ptr<const Program>> build_program(const Task& task) {
  auto program = std::make_shared<Program>();
  TILECAST_TRY(const std::vector<std::string> names, ops::algorithms(task.graph));
  for (const std::string& name : names) {
    TILECAST_TRY(const ops::Pipeline pipeline, ops::build_pipeline(task.graph, name));
    TILECAST_TRY(ComputeDag dag, extract_dag(pipeline, task.graph));
    program->alternatives.push_back({name, std::make_shared<const ComputeDag>(std::move(dag))});
  }
  return std::shared_ptr<const Program>(std::move(program));
}

Result<TaskContext> make_task_context(Task task) {
  TILECAST_TRY(std::shared_ptr<const Program> program, build_program(task));
  return TaskContext{std::move(task), State::initial(std::move(program))};
}

Status compile_object(const Task& task, const State& state, const CodegenOptions& options,
                      const std::filesystem::path& object_file) {
  TILECAST_CHECK(with_scheduled(task, state, options, [&](Halide::Func& output, const auto& arguments) {
    output.compile_to_object(object_file.string(), arguments, options.function, halide_target(options));
  }));
  if (!std::filesystem::exists(object_file)) {
    return Error{fmt::format("cannot write {}: does its directory exist, is there space?", object_file.string())};
  }
  return Unit{};
}

Result<Halide::Module> lower(const Task& task, const State& state) {
  const CodegenOptions options;
  std::optional<Halide::Module> module;
  TILECAST_CHECK(with_scheduled(task, state, options, [&](Halide::Func& output, const auto& arguments) {
    module = output.compile_to_module(arguments, options.function, halide_target(options));
  }));
  return *std::move(module);
}

Status link_shared(std::span<const std::filesystem::path> objects, const std::filesystem::path& shared_object) {
  std::vector<std::string> command = {"ld", "-shared", "-o", shared_object.string()};
  for (const auto& object : objects) command.push_back(object.string());
  return run_program(command);
}

}  // namespace tilecast
