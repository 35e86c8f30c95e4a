#include "worldmodel/program_features.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "base/statistics.h"

namespace tilecast {
namespace {

using Loop = ActionTracker::Loop;
using TrackedStage = ActionTracker::Stage;

bool is_serial(const Loop& loop) {
  return loop.annotation == Annotation::kNone;
}
bool is_unrolled_or_vector(const Loop& loop) {
  return loop.annotation == Annotation::kUnrolled || loop.annotation == Annotation::kVectorized;
}

template <class Wanted>
double iterations_where(std::span<const Loop> loops, const Wanted& wanted) {
  double product = 1;
  for (const Loop& loop : loops) {
    if (wanted(loop)) product *= static_cast<double>(loop.extent);
  }
  return product;
}

double operations_of(const TrackedStage& stage) {
  const double elements = point_count(stage.def->spatial);
  if (stage.is_copy) return elements;
  // A copy or a shift does something, too.
  return elements * point_count(stage.def->reduction) * std::max(stage.def->counts.float_operations(), 1.0);
}

// From a stage to its host, and to the host's host, until one of them is what is looked for or in a nest of its own;
// `runs`: how often the stage's nest runs for each time that the last one does.
struct Climb {
  const TrackedStage* last;
  double runs = 1;
};
template <class Found>
Climb climb(const TrackedStage& stage, std::span<const TrackedStage> stages, const Found& found) {
  Climb result{&stage};
  // A chain of hosts is no longer than there are stages.
  for (std::size_t i = 0; i < stages.size() && result.last->placement == Placement::kAt && !found(*result.last); ++i) {
    result.runs *= result.last->times;
    result.last = &stages[static_cast<std::size_t>(result.last->host)];
  }
  return result;
}

void summarise_stage(const TrackedStage& stage, std::span<const TrackedStage> stages, NestSummary& nest) {
  const double elements = point_count(stage.def->spatial);
  const double terms = stage.is_copy ? 1 : point_count(stage.def->reduction);
  nest.operations = log_count(operations_of(stage));
  nest.from_output = static_cast<float>(&stages.back() - &stage);
  nest.is_copy = stage.is_copy ? 1.0F : 0.0F;
  nest.elements = log_count(elements);
  nest.terms = log_count(terms);
  nest.term_operations = stage.is_copy ? 0.0F : log_count(stage.def->counts.float_operations());
  nest.term_loads = stage.is_copy ? 1.0F : log_count(stage.def->counts.loads);

  const double runs = climb(stage, stages, [](const TrackedStage&) { return false; }).runs;
  nest.inside_another = stage.placement == Placement::kAt ? 1.0F : 0.0F;
  nest.times = log_count(runs);
  nest.host_inside = stage.placement == Placement::kAt ? log_count(stage.host_inside) : 0.0F;
  nest.region = log_count(iterations_where(stage.loops, [](const Loop& loop) { return !loop.reduces; }));
  nest.storage = static_cast<float>(stage.storage);
  const double computed = runs * iterations_where(stage.loops, [](const Loop&) { return true; });
  nest.excess = static_cast<float>(std::log2(std::max(computed, 1.0) / std::max(elements * terms, 1.0)));
  nest.tails = static_cast<float>(stage.tails);
}

void summarise_tile(const TrackedStage& stage, NestSummary& nest) {
  double unrolled_spatial = 1;
  double unrolled_reduction = 1;
  std::array<double, 4> tile{1, 1, 1, 1};
  for (const Loop& loop : stage.loops) {
    if (!is_unrolled_or_vector(loop)) continue;
    const auto extent = static_cast<double>(loop.extent);
    if (loop.annotation == Annotation::kVectorized) {
      nest.vector_extent = log_count(extent);
      nest.vector_axis = static_cast<float>(loop.axis + 1);
    } else {
      (loop.reduces ? unrolled_reduction : unrolled_spatial) *= extent;
    }
    const auto axis = static_cast<std::size_t>(loop.axis);
    if (!loop.reduces && loop.axis >= 0 && axis < tile.size()) tile[axis] *= extent;
  }
  nest.unrolled_spatial = log_count(unrolled_spatial);
  nest.unrolled_reduction = log_count(unrolled_reduction);
  for (std::size_t i = 0; i < tile.size(); ++i) nest.tile[i] = tile[i] > 1 ? log_count(tile[i]) : 0.0F;
  nest.unroll_limit = log_count(static_cast<double>(stage.unroll_limit));
}

void summarise_order(const TrackedStage& stage, NestSummary& nest) {
  const std::span<const Loop> loops = stage.loops;
  const auto first_reduction = std::find_if(loops.begin(), loops.end(), std::mem_fn(&Loop::reduces));
  const auto inside = loops.subspan(static_cast<std::size_t>(first_reduction - loops.begin()));
  nest.spatial_inside_reduction = log_count(iterations_where(inside, [](const Loop& loop) { return !loop.reduces; }));

  std::size_t after_spatial = 0;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    if (!loops[i].reduces && is_serial(loops[i])) after_spatial = i + 1;
  }
  nest.reduction_inside_spatial =
      log_count(iterations_where(loops.subspan(after_spatial), [](const Loop& loop) { return loop.reduces; }));

  std::size_t count = 0;
  for (std::size_t i = loops.size(); i-- > 0 && count < nest.serial.size();) {
    if (!is_serial(loops[i])) continue;
    nest.serial[count] = log_count(static_cast<double>(loops[i].extent));
    nest.serial_reduces[count++] = loops[i].reduces ? 1.0F : 0.0F;
  }

  const auto inside_outermost = [&](const auto& wanted) {
    const auto outermost = std::find_if(loops.begin(), loops.end(), wanted);
    if (outermost == loops.end()) return log_count(1);
    return log_count(iterations_where(std::span(outermost + 1, loops.end()), wanted));
  };
  for (std::size_t axis = 0; axis < nest.block.size(); ++axis) {
    nest.block[axis] = inside_outermost(
        [&](const Loop& loop) { return !loop.reduces && loop.axis == static_cast<std::int16_t>(axis); });
  }
  nest.reduction_block = inside_outermost(std::mem_fn(&Loop::reduces));
  nest.loops = static_cast<float>(loops.size());
}

void summarise_parallelism(const TrackedStage& stage, std::span<const TrackedStage> stages, NestSummary& nest) {
  const auto [at, runs] = climb(stage, stages, [](const TrackedStage& host) { return host.parallel > 1; });
  const auto parallel = static_cast<double>(at->parallel);
  nest.parallel = log_count(parallel);
  const double own = iterations_where(stage.loops, [](const Loop& loop) { return !is_unrolled_or_vector(loop); });
  nest.inside_parallel = log_count(runs * own / std::max(parallel, 1.0));
}

NestSummary summarise(const TrackedStage& stage, std::span<const TrackedStage> stages) {
  NestSummary nest;
  summarise_stage(stage, stages, nest);
  summarise_tile(stage, nest);
  summarise_order(stage, nest);
  summarise_parallelism(stage, stages, nest);
  return nest;
}

void describe_packs(const ActionTracker& tracker, ProgramFeatures& features) {
  if (tracker.packs().empty()) return;
  for (const std::vector<PackPart>& parts : tracker.packs()) features.pack_parts += static_cast<float>(parts.size());
  const std::vector<PackPart>& first = tracker.packs().front();
  for (std::size_t i = 0; i < std::min(features.pack_extent.size(), first.size()); ++i) {
    features.pack_extent[i] = log_count(static_cast<double>(first[i].extent));
  }
}

}  // namespace

ProgramFeatures program_features(const ActionTracker& tracker) {
  ProgramFeatures features;
  features.actions = static_cast<float>(tracker.steps());
  features.algorithm = static_cast<float>(tracker.algorithm());
  for (std::size_t kind = 0; kind < features.kinds.size(); ++kind) {
    features.kinds[kind] = static_cast<float>(tracker.kind_counts()[kind]);
  }
  describe_packs(tracker, features);

  const std::span<const TrackedStage> stages = tracker.stages();
  std::vector<std::pair<double, const TrackedStage*>> nests;
  nests.reserve(stages.size());
  double inlined_operations = 0;
  for (const TrackedStage& stage : stages) {
    if (stage.placement != Placement::kInlined) {
      nests.emplace_back(operations_of(stage), &stage);
      continue;
    }
    ++features.inlined;
    inlined_operations += operations_of(stage);
  }
  std::stable_sort(nests.begin(), nests.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  features.stages = static_cast<float>(nests.size());
  features.inlined_operations = log_count(inlined_operations);
  double other_operations = 0;
  for (std::size_t i = 0; i < nests.size(); ++i) {
    features.largest_parallel =
        std::max(features.largest_parallel, log_count(static_cast<double>(nests[i].second->parallel)));
    if (i < features.nests.size()) {
      features.nests[i] = summarise(*nests[i].second, stages);
    } else {
      other_operations += nests[i].first;
    }
  }
  features.other_operations = log_count(other_operations);
  return features;
}

}  // namespace tilecast
