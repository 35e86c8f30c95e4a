#include "ir/compute_dag.h"

#include <fmt/format.h>

#include <set>

namespace tilecast {

double point_count(std::span<const Axis> axes) {
  double count = 1;
  for (const Axis& axis : axes) count *= static_cast<double>(axis.extent);
  return count;
}

namespace {

Status check_name(std::set<std::string>& names, const Name& name) {
  if (name.empty()) return Error{"a stage or input has no name"};
  if (!names.insert(name.str()).second) return Error{fmt::format("two stages or inputs are called '{}'", name.view())};
  return Unit{};
}

std::size_t rank_of(const ComputeDag& dag, BufferId buffer) {
  return dag.is_input(buffer) ? dag.inputs[static_cast<std::size_t>(buffer)].extents.size()
                              : dag.stage_of(buffer).spatial.size();
}

Status check_stage(const ComputeDag& dag, std::size_t index) {
  const Stage& stage = dag.stages[index];
  for (const auto* axes : {&stage.spatial, &stage.reduction}) {
    for (const Axis& axis : *axes) {
      if (axis.extent < 1) {
        return Error{
            fmt::format("axis '{}' of stage '{}' has extent {}", axis.name.view(), stage.name.view(), axis.extent)};
      }
    }
  }
  if (stage.is_reduction() == stage.reduction.empty()) {
    return Error{
        fmt::format("stage '{}' has reduction axes or a combining operation, but not both", stage.name.view())};
  }
  if (stage.value.nodes.empty()) return Error{fmt::format("stage '{}' computes nothing", stage.name.view())};
  for (const Access& access : stage.accesses) {
    if (access.buffer < 0 || access.buffer >= dag.buffer_of_stage(index)) {
      return Error{
          fmt::format("stage '{}' reads buffer {}, which is not computed before it", stage.name.view(), access.buffer)};
    }
    if (access.dims.size() != rank_of(dag, access.buffer)) {
      return Error{fmt::format("stage '{}' reads buffer {} with {} indices", stage.name.view(), access.buffer,
                               access.dims.size())};
    }
  }
  return Unit{};
}

}  // namespace

Status validate(const ComputeDag& dag) {
  std::set<std::string> names;
  for (const DagInput& input : dag.inputs) TILECAST_CHECK(check_name(names, input.name));
  for (const Stage& stage : dag.stages) TILECAST_CHECK(check_name(names, stage.name));
  if (dag.stages.empty()) return Error{"the program has no stage"};
  for (std::size_t i = 0; i < dag.stages.size(); ++i) TILECAST_CHECK(check_stage(dag, i));
  return Unit{};
}

}  // namespace tilecast
