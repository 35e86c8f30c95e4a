#include "measure/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/interpreter.h"
#include "measure/input_data.h"

namespace tilecast {
namespace {

constexpr std::int64_t kLanes = 16;
constexpr std::size_t kPoints = 16;

// What a float32 holds of a number that was computed in double precision.
double as_stored(DataType type, double value) {
  const bool overflows = type == DataType::kFloat32 && std::abs(value) > std::numeric_limits<float>::max();
  return overflows ? std::copysign(std::numeric_limits<double>::infinity(), value) : value;
}

void append_if_legal(State& state, Trajectory& trajectory, const Action& action) {
  if (auto next = tilecast::apply(state, action); next.ok()) {
    state = *std::move(next);
    trajectory.push_back(action);
  }
}

}  // namespace

Trajectory reference_trajectory(const State& initial) {
  State state = initial;
  Trajectory trajectory;
  for (std::size_t i = 0; i < initial.stage_count(); ++i) {
    const Stage& stage = *initial.stage(static_cast<StageId>(i)).def;
    if (stage.spatial.empty()) continue;
    const Axis& inner = stage.spatial.front();
    if (inner.extent >= kLanes) {
      const Name lanes(std::string(inner.name.str()) + "v");
      const Name outer(std::string(inner.name.str()) + "o");
      append_if_legal(state, trajectory, Split{stage.name, inner.name, outer, lanes, kLanes});
      append_if_legal(state, trajectory, Vectorize{stage.name, lanes});
    }
    if (stage.spatial.size() > 1) append_if_legal(state, trajectory, Parallel{stage.name, stage.spatial.back().name});
  }
  return trajectory;
}

Status check_reference(const TaskContext& context, const std::vector<std::byte>& output, double tolerance) {
  const ComputeDag& dag = context.initial.dag();
  std::vector<std::vector<double>> inputs;
  for (std::size_t i = 0; i < dag.inputs.size(); ++i) {
    inputs.push_back(to_numbers(dag.inputs[i].type,
                                random_input_bytes(dag.inputs[i].type, element_count(dag.inputs[i].extents), i)));
  }
  const std::vector<double> got = to_numbers(dag.stages.back().type, output);
  std::vector<std::int64_t> points;
  const std::size_t count = got.size();
  for (std::size_t p = 0; p < std::min(kPoints, count); ++p) {
    points.push_back(static_cast<std::int64_t>(count * p / std::min(kPoints, count)));
  }
  points.push_back(static_cast<std::int64_t>(count) - 1);
  std::vector<double> want = interpret(dag, inputs, points);
  for (double& w : want) w = as_stored(dag.stages.back().type, w);
  double largest = 1e-6;
  for (const double w : want) largest = std::isfinite(w) ? std::max(largest, std::abs(w)) : largest;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double value = got[static_cast<std::size_t>(points[i])];
    if (std::isnan(value) && std::isnan(want[i])) continue;
    if (value == want[i] || std::abs(value - want[i]) <= tolerance * largest) continue;
    return Error{fmt::format("task {}: element {} of the reference is {}, it should be {}", context.task.name,
                             points[i], value, want[i])};
  }
  return Unit{};
}

}  // namespace tilecast
