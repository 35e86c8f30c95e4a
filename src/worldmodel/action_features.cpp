#include "worldmodel/action_features.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/statistics.h"
#include "worldmodel/tokenizer.h"

namespace tilecast {
namespace {

template <class Loops>
double iterations(const Loops& loops) {
  return std::accumulate(loops.begin(), loops.end(), 1.0,
                         [](double product, const auto& loop) { return product * static_cast<double>(loop.extent); });
}

}  // namespace

ActionTracker::ActionTracker(const Program& program) : program_(&program) {
  start(*program.alternatives.front().dag);
}

void ActionTracker::start(const ComputeDag& dag) {
  stages_.clear();
  // Room for copies, which cache_write and others make.
  stages_.reserve(dag.stages.size() + 4);
  for (const tilecast::Stage& def : dag.stages) stages_.push_back(unscheduled(def, def.name));
}

ActionTracker::Stage ActionTracker::unscheduled(const tilecast::Stage& def, const Name& name) {
  Stage stage{&def, name, {}};
  stage.loops.reserve(2 * (def.spatial.size() + def.reduction.size()) + 2);
  for (std::size_t i = def.spatial.size(); i-- > 0;) {
    stage.loops.push_back({def.spatial[i].name, def.spatial[i].extent, static_cast<std::int16_t>(i), false});
  }
  for (std::size_t i = def.reduction.size(); i-- > 0;) {
    const auto axis = static_cast<std::int16_t>(def.spatial.size() + i);
    stage.loops.push_back({def.reduction[i].name, def.reduction[i].extent, axis, true});
  }
  return stage;
}

// What is copied of a stage: its elements, without the reduction.
ActionTracker::Stage ActionTracker::copy_of(const Stage& stage, const Name& name) {
  Stage copy = unscheduled(*stage.def, name);
  std::erase_if(copy.loops, [](const Loop& loop) { return loop.reduces; });
  copy.is_copy = true;
  return copy;
}

ActionTracker::Stage* ActionTracker::find_stage(const Name& name) {
  const auto found = std::find_if(stages_.begin(), stages_.end(), [&](const Stage& s) { return s.name == name; });
  return found == stages_.end() ? nullptr : &*found;
}

ActionTracker::Loop* ActionTracker::find_loop(Stage& stage, const Name& name) {
  const auto found =
      std::find_if(stage.loops.begin(), stage.loops.end(), [&](const Loop& loop) { return loop.name == name; });
  return found == stage.loops.end() ? nullptr : &*found;
}

void ActionTracker::describe_stage(const Stage& stage, ActionFeatures& features) const {
  features.stage_from_output = static_cast<float>(&stages_.back() - &stage);
  features.stage_reduces = stage.def->is_reduction() ? 1.0F : 0.0F;
  features.stage_elements = log_count(point_count(stage.def->spatial));
  features.stage_reduction = log_count(point_count(stage.def->reduction));
  features.stage_operations = log_count(stage.def->counts.float_operations());
  features.stage_loads = log_count(stage.def->counts.loads);
  features.vectorized = log_count(static_cast<double>(stage.vectorized));
  features.unrolled = log_count(static_cast<double>(stage.unrolled));
  features.parallel = log_count(static_cast<double>(stage.parallel));
}

void ActionTracker::describe_loop(const Stage& stage, const Loop& loop, ActionFeatures& features) {
  const auto position = static_cast<std::size_t>(&loop - stage.loops.data());
  features.loop_extent = log_count(static_cast<double>(loop.extent));
  features.loop_reduces = loop.reduces ? 1.0F : 0.0F;
  features.loop_axis = static_cast<float>(loop.axis + 1);
  features.loops_inside = static_cast<float>(stage.loops.size() - 1 - position);
  features.iterations_inside = log_count(iterations(std::span(stage.loops).subspan(position + 1)));
  features.iterations_outside = log_count(iterations(std::span(stage.loops).first(position)));
}

ActionFeatures ActionTracker::follow(const Action& action) {
  ActionFeatures features;
  features.kind[action.index()] = 1;
  features.step = static_cast<float>(steps_++);
  ++kind_counts_[action.index()];
  std::visit([&](const auto& a) { follow_kind(a, features); }, action);
  return features;
}

void ActionTracker::follow_kind(const Split& action, ActionFeatures& features) {
  features.number = number_features(static_cast<double>(action.factor));
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  Loop* loop = find_loop(*stage, action.loop);
  if (loop == nullptr) return;
  describe_loop(*stage, *loop, features);
  const std::int64_t factor = std::max<std::int64_t>(action.factor, 1);
  const std::int64_t outer = (loop->extent + factor - 1) / factor;
  features.outer_extent = log_count(static_cast<double>(outer));
  if (loop->extent % factor != 0) {
    features.tail = 1;
    ++stage->tails;
  }
  const Loop inner{action.inner, factor, loop->axis, loop->reduces, Annotation::kNone};
  loop->name = action.outer;
  loop->extent = outer;
  stage->loops.insert(stage->loops.begin() + (loop - stage->loops.data()) + 1, inner);
}

void ActionTracker::follow_kind(const Fuse& action, ActionFeatures& features) {
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  Loop* outer = find_loop(*stage, action.outer);
  const Loop* inner = find_loop(*stage, action.inner);
  if (outer == nullptr || inner == nullptr) return;
  describe_loop(*stage, *outer, features);
  outer->name = action.fused;
  outer->extent *= inner->extent;
  if (outer->axis != inner->axis) outer->axis = -1;
  features.number = number_features(static_cast<double>(outer->extent));
  stage->loops.erase(stage->loops.begin() + (inner - stage->loops.data()));
}

void ActionTracker::follow_kind(const Reorder& action, ActionFeatures& features) {
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  std::vector<Loop> listed;
  for (const Name& name : action.loops) {
    if (const Loop* loop = find_loop(*stage, name)) listed.push_back(*loop);
  }
  std::size_t next = 0;
  for (Loop& loop : stage->loops) {
    const bool moves = std::find(action.loops.begin(), action.loops.end(), loop.name) != action.loops.end();
    if (moves && next < listed.size()) loop = listed[next++];
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(features.inner_extent.size(), stage->loops.size()); ++i) {
    const Loop& loop = stage->loops[stage->loops.size() - 1 - i];
    features.inner_extent[i] = log_count(static_cast<double>(loop.extent));
    features.inner_reduces[i] = loop.reduces ? 1.0F : 0.0F;
  }
}

void ActionTracker::follow_annotation(const Name& stage_name, const Name& loop_name, Annotation annotation,
                                      std::int64_t Stage::*product, ActionFeatures& features) {
  Stage* stage = find_stage(stage_name);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  Loop* loop = find_loop(*stage, loop_name);
  if (loop == nullptr) return;
  describe_loop(*stage, *loop, features);
  features.number = number_features(static_cast<double>(loop->extent));
  loop->annotation = annotation;
  stage->*product *= loop->extent;
}

void ActionTracker::follow_kind(const Vectorize& action, ActionFeatures& features) {
  follow_annotation(action.stage, action.loop, Annotation::kVectorized, &Stage::vectorized, features);
}

void ActionTracker::follow_kind(const Unroll& action, ActionFeatures& features) {
  follow_annotation(action.stage, action.loop, Annotation::kUnrolled, &Stage::unrolled, features);
}

void ActionTracker::follow_kind(const Parallel& action, ActionFeatures& features) {
  follow_annotation(action.stage, action.loop, Annotation::kParallel, &Stage::parallel, features);
}

void ActionTracker::follow_kind(const ComputeAt& action, ActionFeatures& features) {
  Stage* stage = find_stage(action.stage);
  Stage* host = find_stage(action.host);
  if (stage == nullptr || host == nullptr) return;
  describe_stage(*stage, features);
  features.host_from_output = static_cast<float>(&stages_.back() - host);
  const Loop* at = find_loop(*host, action.loop);
  if (at == nullptr) return;
  const auto depth = static_cast<std::size_t>(at - host->loops.data()) + 1;
  const auto inside = std::span(host->loops).subspan(depth);
  stage->placement = Placement::kAt;
  stage->host = host - stages_.data();
  stage->times = iterations(std::span(host->loops).first(depth));
  stage->host_inside = iterations(inside);
  features.host_inside = log_count(stage->host_inside);
  features.host_outside = log_count(stage->times);
  double region = 1;
  for (Loop& loop : stage->loops) {
    if (loop.reduces) continue;
    std::int64_t needed = 1;
    for (const Loop& host_loop : inside) {
      if (host_loop.axis == loop.axis && !host_loop.reduces) needed *= host_loop.extent;
    }
    loop.extent = std::min(loop.extent, needed);
    region *= static_cast<double>(loop.extent);
  }
  features.region_elements = log_count(region);
}

void ActionTracker::follow_kind(const ComputeRoot& action, ActionFeatures& features) {
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  stage->placement = Placement::kRoot;
  stage->times = 1;
}

void ActionTracker::follow_kind(const Inline& action, ActionFeatures& features) {
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  stage->placement = Placement::kInlined;
}

void ActionTracker::follow_kind(const CacheWrite& action, ActionFeatures& features) {
  const Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  stages_.push_back(copy_of(*stage, action.copy));
}

// What is copied may be an input, which has no loops here: the copy's own are not followed.
void ActionTracker::follow_kind(const CacheRead& action, ActionFeatures& features) {
  if (const Stage* reader = find_stage(action.reader)) describe_stage(*reader, features);
  if (const Stage* source = find_stage(action.buffer)) stages_.push_back(copy_of(*source, action.cache));
}

void ActionTracker::follow_kind(const Rfactor& action, ActionFeatures& features) {
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  Loop* loop = find_loop(*stage, action.loop);
  if (loop == nullptr) return;
  describe_loop(*stage, *loop, features);
  features.number = number_features(static_cast<double>(loop->extent));
  const Loop factored = *loop;
  Stage partial = *stage;
  partial.name = action.partial;
  std::erase_if(partial.loops, [&](const Loop& l) { return l.name == action.loop; });
  partial.loops.insert(partial.loops.begin(), {action.axis, factored.extent, -1, false, Annotation::kNone});
  std::erase_if(stage->loops, [&](const Loop& l) { return l.reduces && l.name != action.loop; });
  stages_.push_back(std::move(partial));
}

void ActionTracker::follow_kind(const StoreIn& action, ActionFeatures& features) {
  features.number = number_features(static_cast<double>(action.storage));
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  stage->storage = action.storage;
}

void ActionTracker::follow_kind(const Pack& action, ActionFeatures& features) {
  packs_.push_back(action.parts);
  features.parts = static_cast<float>(action.parts.size());
  for (std::size_t i = 0; i < std::min(features.part_extent.size(), action.parts.size()); ++i) {
    features.part_extent[i] = log_count(static_cast<double>(action.parts[i].extent));
  }
}

void ActionTracker::follow_kind(const UnrollLimit& action, ActionFeatures& features) {
  features.number = number_features(static_cast<double>(action.max_steps));
  Stage* stage = find_stage(action.stage);
  if (stage == nullptr) return;
  describe_stage(*stage, features);
  stage->unroll_limit = action.max_steps;
}

void ActionTracker::follow_kind(const ChooseAlgorithm& action, ActionFeatures& features) {
  const auto& alternatives = program_->alternatives;
  const auto found = std::find_if(alternatives.begin(), alternatives.end(),
                                  [&](const auto& alternative) { return alternative.algorithm == action.algorithm; });
  if (found == alternatives.end()) return;
  algorithm_ = static_cast<std::size_t>(found - alternatives.begin());
  features.number = number_features(static_cast<double>(algorithm_));
  start(*found->dag);
}

std::vector<float> action_rows(const Program& program, std::span<const Action> trajectory) {
  std::vector<float> rows;
  rows.reserve(trajectory.size() * kActionFeatureCount);
  ActionTracker tracker(program);
  for (const Action& action : trajectory) {
    const auto values = tracker.follow(action).values();
    rows.insert(rows.end(), values.begin(), values.end());
  }
  return rows;
}

}  // namespace tilecast
