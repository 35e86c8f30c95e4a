#include "space/generator.h"

#include <algorithm>

#include "space/rules/rules.h"
#include "space/schedule_builder.h"

namespace tilecast {
namespace {

bool has(const std::vector<StageRole>& roles, StageRole role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool can_fuse(const State& state, const std::vector<StageRole>& roles) {
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == StageRole::kTiledReduction && fusable_consumer(state, static_cast<StageId>(i), roles)) return true;
  }
  return false;
}

// With at most this many results a thread, parts of a long reduction keep more threads, or more accumulators, at work.
constexpr double kFewResults = 256;
constexpr double kManyTerms = 512;

bool is_skinny(const Stage& stage, int threads) {
  return stage_elements(stage) <= kFewResults * threads && term_count(stage) >= kManyTerms;
}

// The tiled reductions with few results of many terms.
std::vector<StageId> skinny_reductions(const ComputeDag& dag, const std::vector<StageRole>& roles, int threads) {
  std::vector<StageId> skinny;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] == StageRole::kTiledReduction && is_skinny(dag.stages[i], threads)) {
      skinny.push_back(static_cast<StageId>(i));
    }
  }
  return skinny;
}

// The first reduction whose results are combined case by case, and where.
std::optional<std::pair<StageId, StageId>> hosted_reduction(const State& state, const std::vector<StageRole>& roles) {
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] != StageRole::kTiledReduction) continue;
    const auto id = static_cast<StageId>(i);
    if (const auto consumer = case_consumer(state, id, roles)) return std::pair(id, *consumer);
  }
  return std::nullopt;
}

// A constant's element has to come from memory when the task runs once, amid others; in that time a core computes about
// this many terms of a reduction.
constexpr double kTermsAConstant = 12;

double constants(const ComputeDag& dag) {
  double count = 0;
  for (const DagInput& input : dag.inputs) {
    if (input.is_constant) count += static_cast<double>(element_count(input.extents));
  }
  return count;
}

double work(const ComputeDag& dag) {
  double terms = kTermsAConstant * constants(dag);
  for (const Stage& stage : dag.stages) {
    if (stage.is_reduction()) terms += stage_elements(stage) * term_count(stage);
  }
  return terms;
}

// Computed block by block in the nest that combines its results, a reduction reads all of its constants once a block;
// in a nest of its own, once. Up to so many times the size of a core's second cache the former is as a rule faster,
// since the results stay in the cache. (Of ResNet-50's and ResNet3D-18's convolutions those with constants of 0.6 and
// 0.9 times that size were faster in blocks, those with 2.3 times, 3.5 times and more in nests of their own.)
constexpr double kCachesOfConstants = 1.5;

// Stages that no rule has scheduled, readers before what they read.
std::vector<StageId> untouched_stages(const State& state) {
  std::vector<StageId> stages;
  const std::vector<StageId> order = state.topological_order();
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (rules::is_untouched(state.stage(*it))) stages.push_back(*it);
  }
  return stages;
}

}  // namespace

Generator::Generator(const TaskContext& context, Hardware hardware, int threads)
    : context_(context), hardware_(std::move(hardware)), threads_(threads) {
  const auto& alternatives = context.initial.program().alternatives;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    State state = context.initial;
    if (i > 0) {
      Result<State, Illegal> chosen = tilecast::apply(state, ChooseAlgorithm{alternatives[i].algorithm});
      if (!chosen) continue;
      state = *std::move(chosen);
    }
    const std::vector<StageRole> roles = stage_roles(state);
    algorithms_.push_back({.name = alternatives[i].algorithm,
                           .initial = state,
                           .roles = roles,
                           .hosted = hosted_reduction(state, roles),
                           .chain_end = chain_end(state, roles),
                           .skinny = skinny_reductions(state.dag(), roles, threads),
                           .work = work(state.dag()),
                           .constant_bytes = sizeof(float) * constants(state.dag())});
  }
  std::stable_sort(algorithms_.begin(), algorithms_.end(),
                   [](const Algorithm& a, const Algorithm& b) { return a.work < b.work; });
}

const Generator::Algorithm& Generator::algorithm(const Name& name) const {
  return *std::find_if(algorithms_.begin(), algorithms_.end(), [&](const Algorithm& a) { return a.name == name; });
}

std::vector<AlgorithmWork> Generator::algorithms() const {
  std::vector<AlgorithmWork> result;
  for (const Algorithm& a : algorithms_) result.push_back({a.name, a.work});
  return result;
}

std::vector<Sketch> Generator::sketches() const {
  std::vector<Sketch> sketches;
  for (const Algorithm& a : algorithms_) {
    for (const Sketch& sketch : sketches_of(a)) sketches.push_back(sketch);
  }
  return sketches;
}

std::vector<Sketch> Generator::sketches_of(const Algorithm& a) const {
  if (!has(a.roles, StageRole::kTiledReduction)) return {{a.name}};
  if (a.hosted) {
    const bool by_blocks = a.constant_bytes <= kCachesOfConstants * static_cast<double>(hardware_.l2_bytes);
    return {{.algorithm = a.name, .hosted = true, .weight = by_blocks ? 6.0 : 1.0},
            {.algorithm = a.name, .weight = by_blocks ? 1.0 : 6.0}};
  }
  std::vector<Sketch> sketches;
  if (a.chain_end) sketches.push_back({.algorithm = a.name, .chained = true, .weight = 6});
  const bool fusable = can_fuse(a.initial, a.roles);
  if (fusable) {
    sketches.push_back({.algorithm = a.name, .fused = true, .weight = 6});
    sketches.push_back({.algorithm = a.name, .fused = true, .blocked = true, .weight = 2});
  }
  sketches.push_back({.algorithm = a.name, .weight = fusable ? 0.5 : 6});
  sketches.push_back({.algorithm = a.name, .blocked = true, .weight = fusable ? 0.5 : 2});
  if (!a.skinny.empty()) sketches.push_back({.algorithm = a.name, .split = true, .weight = 4});
  return sketches;
}

Generated Generator::generate(const Sketch& sketch, DecisionSource& decisions) const {
  const Algorithm& a = algorithm(sketch.algorithm);
  ScheduleBuilder builder(a.initial, decisions, hardware_, threads_);
  rules::inline_cheap_stages(builder, a.roles);
  for (std::size_t i = a.roles.size(); i-- > 0;) {
    if (a.roles[i] == StageRole::kRowReduction) rules::factor_row_reduction(builder, static_cast<StageId>(i));
  }
  rules::TileOptions options{.fused = sketch.fused, .blocked = sketch.blocked};
  if (sketch.hosted) options.host = rules::schedule_case_nest(builder, a.hosted->second);
  if (sketch.chained) rules::schedule_chain(builder, *a.chain_end, a.roles);
  for (std::size_t i = a.roles.size(); i-- > 0 && !sketch.chained;) {
    if (a.roles[i] != StageRole::kTiledReduction) continue;
    std::optional<StageId> stage = static_cast<StageId>(i);
    if (sketch.split && std::find(a.skinny.begin(), a.skinny.end(), *stage) != a.skinny.end()) {
      stage = rules::split_reduction(builder, *stage);
    }
    if (stage) rules::tile_reduction(builder, *stage, a.roles, options);
  }
  if (!builder.failed()) {
    const StageId output = builder.state().output();
    if (rules::is_untouched(builder.state().stage(output))) rules::schedule_root_nest(builder, output);
    for (const StageId id : untouched_stages(builder.state())) {
      if (id != output) rules::place_stage(builder, id);
    }
  }
  Generated result{builder.take_trajectory(), builder.illegal()};
  if (sketch.algorithm != context_.initial.algorithm()) {
    result.trajectory.insert(result.trajectory.begin(), ChooseAlgorithm{sketch.algorithm});
  }
  return result;
}

}  // namespace tilecast
