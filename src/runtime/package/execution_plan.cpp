#include "runtime/package/execution_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "runtime/package/memory_plan.h"
#include "schedule/packing.h"

namespace tilecast {
namespace {

class Planner {
 public:
  Planner(const ImportedModel& model, const ConcatPlacement& placement, const KernelVariants& variants,
          std::span<const KernelObject> objects, WeightsFile& weights)
      : network_(model.network),
        partition_(model.partition),
        placement_(placement),
        variants_(variants),
        objects_(objects),
        weights_(weights) {}

  Result<ExecutionPlan> run() {
    find_lifetimes();
    memory_ = plan_memory(tensors_);
    plan_.arena_bytes = memory_.bytes;
    for (std::size_t call = 0; call < partition_.calls.size(); ++call) {
      if (variants_.of_call[call]) {
        TILECAST_CHECK(add_step(partition_.calls[call], *variants_.of_call[call]));
      } else {
        plan_.in_place.push_back(call);
      }
    }
    for (const NetworkId input : network_.inputs) {
      const NetworkNode& node = network_.node(input);
      plan_.inputs.push_back({node.name, node.type, memory_.offsets[tensor_of_.at(input)]});
    }
    for (std::size_t i = 0; i < network_.outputs.size(); ++i) TILECAST_CHECK(add_output(i));
    plan_.lookups = lookups_.regions();
    return std::move(plan_);
  }

 private:
  NetworkId storage(NetworkId id) const { return storage_of(network_, id); }
  // The value in whose memory this one lies.
  NetworkId owner(NetworkId id) const {
    const auto part = placement_.parts.find(storage(id));
    return part == placement_.parts.end() ? storage(id) : part->second.tensor;
  }
  int end() const { return static_cast<int>(partition_.calls.size()); }

  std::size_t add_tensor(std::int64_t bytes, int first, int last) {
    tensors_.push_back({bytes, first, last});
    return tensors_.size() - 1;
  }

  // One tensor for each input, each result of a call that is no part of another, and each output that needs a copy.
  void find_lifetimes() {
    for (const NetworkId input : network_.inputs) {
      tensor_of_[input] = add_tensor(network_.node(input).type.bytes(), 0, end());
    }
    for (int step = 0; step < end(); ++step) {
      if (!variants_.of_call[static_cast<std::size_t>(step)]) continue;
      const TaskCall& call = partition_.calls[static_cast<std::size_t>(step)];
      write(owner(call.output), step);
      for (const NetworkId input : call.inputs) {
        if (const auto read = tensor_of_.find(owner(input)); read != tensor_of_.end()) extend(read->second, step);
      }
    }
    std::vector<NetworkId> given;
    for (const NetworkOutput& output : network_.outputs) {
      const NetworkId root = storage(output.value);
      const NetworkNode& node = network_.node(root);
      const bool own = !node.is_input() && !node.is_constant();
      if (own && std::find(given.begin(), given.end(), root) == given.end() && tensor_of_.contains(root)) {
        given.push_back(root);
        extend(tensor_of_[root], end());
        output_tensors_.push_back(tensor_of_[root]);
      } else {
        output_tensors_.push_back(add_tensor(node.type.bytes(), end(), end()));
      }
    }
  }

  // A tensor lives from the first step that writes a part of it.
  void write(NetworkId tensor, int step) {
    if (const auto written = tensor_of_.find(tensor); written != tensor_of_.end()) {
      extend(written->second, step);
    } else {
      tensor_of_[tensor] = add_tensor(network_.node(tensor).type.bytes(), step, step);
    }
  }

  void extend(std::size_t tensor, int step) { tensors_[tensor].last = std::max(tensors_[tensor].last, step); }

  Result<Location> locate(NetworkId value, const ConstantLayout& layout) {
    const NetworkId root = storage(value);
    const NetworkNode& node = network_.node(root);
    if (node.is_constant()) {
      NetworkNode view = node;
      view.type = network_.node(value).type;
      TILECAST_TRY(const std::int64_t offset, weights_.add(view, layout));
      return Location{true, offset};
    }
    const Place place = place_of(network_, placement_, value);
    const auto tensor = tensor_of_.find(place.tensor);
    if (tensor == tensor_of_.end()) return Error{fmt::format("{} is read but nothing computes it", node.name)};
    if (!layout.is_plain()) return Error{fmt::format("{} is no constant, but its layout was chosen", node.name)};
    return Location{false, memory_.offsets[tensor->second] + place.offset * data_type_size(node.type.dtype)};
  }

  Status check_argument(const TaskCall& call, NetworkId value, const ArgumentSpec& spec) const {
    const TensorType& type = network_.node(value).type;
    const std::vector<std::int64_t> extents(type.shape.rbegin(), type.shape.rend());
    if (type.dtype == spec.type && extents == spec.extents) return Unit{};
    return Error{fmt::format("call {}: {} is {} {}, which its kernel does not take", call.name,
                             network_.node(value).name, data_type_name(type.dtype), shape_to_string(type.shape))};
  }

  Status add_step(const TaskCall& call, std::size_t number) {
    const KernelObject& kernel = objects_[number];
    const auto& strides = variants_.kernels[number].strides;
    const auto strides_of = [&](std::size_t i) { return strides.empty() ? std::vector<std::int64_t>{} : strides[i]; };
    if (kernel.inputs.size() != call.inputs.size()) {
      return Error{
          fmt::format("call {}: {} arguments for a kernel of {}", call.name, call.inputs.size(), kernel.inputs.size())};
    }
    const OpGraph& graph = partition_.tasks[call.task].task.graph;
    PlanStep step{.name = call.name, .kernel = number};
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
      const ArgumentSpec& spec = kernel.inputs[i];
      TILECAST_CHECK(check_argument(call, call.inputs[i], spec));
      TILECAST_TRY(const Location location, locate(call.inputs[i], spec.layout));
      if (location.in_weights) lookups_.add(location.offset, graph, static_cast<ValueId>(i));
      step.arguments.push_back({location, spec.type, laid_out_extents(spec.layout, spec.extents), strides_of(i)});
    }
    TILECAST_CHECK(check_argument(call, call.output, kernel.output));
    TILECAST_TRY(const Location location, locate(call.output, {}));
    step.arguments.push_back({location, kernel.output.type, kernel.output.extents, strides_of(call.inputs.size())});
    plan_.steps.push_back(std::move(step));
    return Unit{};
  }

  Status add_output(std::size_t index) {
    const NetworkOutput& output = network_.outputs[index];
    const TensorType& type = network_.node(output.value).type;
    const std::int64_t offset = memory_.offsets[output_tensors_[index]];
    TILECAST_TRY(const Location from, locate(output.value, {}));
    if (from.in_weights) lookups_.add_whole(from.offset, type.bytes());
    if (from.in_weights || from.offset != offset) plan_.copies.push_back({from, offset, type.bytes()});
    plan_.outputs.push_back({output.name, type, offset});
    return Unit{};
  }

  const Network& network_;
  const Partition& partition_;
  const ConcatPlacement& placement_;
  const KernelVariants& variants_;
  std::span<const KernelObject> objects_;
  WeightsFile& weights_;
  std::vector<TensorLifetime> tensors_;
  std::map<NetworkId, std::size_t> tensor_of_;  // by the value whose memory it is
  std::vector<std::size_t> output_tensors_;
  MemoryPlan memory_;
  TableLookups lookups_;
  ExecutionPlan plan_;
};

}  // namespace

Result<ExecutionPlan> make_execution_plan(const ImportedModel& model, const ConcatPlacement& placement,
                                          const KernelVariants& variants, std::span<const KernelObject> objects,
                                          WeightsFile& weights) {
  return Planner(model, placement, variants, objects, weights).run();
}

}  // namespace tilecast
