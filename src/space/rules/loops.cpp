#include "space/rules/loops.h"

#include <algorithm>
#include <cmath>

#include "schedule/region.h"
#include "space/cases.h"
#include "space/structure.h"

namespace tilecast::rules {

std::int64_t loop_extent(const ScheduleBuilder& builder, const Name& stage, const Name& loop) {
  const StageState& s = builder.stage(stage);
  const std::optional<VarId> var = s.find_loop(loop);
  return var ? s.vars[static_cast<std::size_t>(*var)].extent : 1;
}

Result<double, Illegal> redundancy(const State& state, StageId stage, StageId host, std::size_t position) {
  const StageState& h = state.stage(host);
  auto region = required_region(state, stage, host, h.loops[position]);
  if (!region) return region.error();
  double computed = 1;
  for (std::size_t p = 0; p <= position; ++p) computed *= static_cast<double>(h.loop_at(p).extent);
  for (const std::int64_t extent : *region) computed *= static_cast<double>(extent);
  return computed / stage_elements(*state.stage(stage).def);
}

Name loop_name(const Name& base, std::string_view suffix) {
  std::string text = base.str().substr(0, Name::kCapacity - suffix.size());
  text += suffix;
  return Name(text);
}

SplitLoops split_loop(ScheduleBuilder& builder, const Name& stage, const Name& loop, std::int64_t factor,
                      std::string_view outer_suffix, std::string_view inner_suffix) {
  if (loop_extent(builder, stage, loop) <= factor) return {std::nullopt, loop};
  const Name outer = loop_name(loop, outer_suffix);
  const Name inner = loop_name(loop, inner_suffix);
  builder.apply(Split{stage, loop, outer, inner, factor});
  return {outer, inner};
}

bool move_to_back(std::vector<Name>& loops, const Name& loop) {
  const auto it = std::find(loops.begin(), loops.end(), loop);
  if (it == loops.end()) return false;
  std::rotate(it, it + 1, loops.end());
  return true;
}

std::vector<Name> fuse_prefix(ScheduleBuilder& builder, const Name& stage, std::vector<Name> loops, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    const Name fused = i + 1 == count ? Name("par") : Name("par" + std::to_string(i));
    builder.apply(Fuse{stage, loops[0], loops[1], fused});
    loops.erase(loops.begin());
    loops[0] = fused;
  }
  return loops;
}

double parallel_balance(std::int64_t chunks, int threads) {
  const double rounds = std::ceil(static_cast<double>(chunks) / threads);
  return static_cast<double>(chunks) / (rounds * threads);
}

std::vector<Name> parallelize(ScheduleBuilder& builder, const Name& stage, std::vector<Name> loops) {
  if (builder.threads() < 2) return loops;
  // Loops with one iteration in front do not count; they stay in place and are fused along.
  std::vector<Option> options;
  std::int64_t chunks = 1;
  for (std::size_t count = 1; count <= loops.size(); ++count) {
    const std::int64_t extent = loop_extent(builder, stage, loops[count - 1]);
    chunks *= extent;
    if (chunks == 1 || (extent == 1 && !options.empty())) continue;
    const double enough = chunks >= builder.threads() ? 1.0 : 0.01;
    options.push_back(
        {static_cast<std::int32_t>(count),
         enough * std::pow(parallel_balance(chunks, builder.threads()), 6) / static_cast<double>(1 + options.size())});
  }
  if (options.empty() || builder.failed()) return loops;
  const auto count = static_cast<std::size_t>(builder.choose(stage, "parallel", 0, options));
  loops = fuse_prefix(builder, stage, std::move(loops), count);
  builder.apply(Parallel{stage, loops.front()});
  return loops;
}

std::vector<Name> split_cases(ScheduleBuilder& builder, StageId stage, std::vector<Name>& loops) {
  const StageState before = builder.state().stage(stage);
  std::vector<Name> inner;
  for (std::size_t axis = before.spatial_count(); axis-- > 0;) {
    const auto loop = std::find(loops.begin(), loops.end(), before.vars[axis].name);
    const std::int64_t cases = case_count(builder.state(), stage, axis);
    if (loop == loops.end() || cases == 1) continue;
    const SplitLoops split = split_loop(builder, before.name(), *loop, cases, ".o", ".r");
    inner.push_back(split.inner);
    if (split.outer) {
      *loop = *split.outer;
    } else {
      loops.erase(loop);
    }
  }
  return inner;
}

std::int64_t choose_lanes(ScheduleBuilder& builder, const Name& stage, std::int64_t extent) {
  const std::int64_t widest = builder.vector_lanes();
  std::vector<Option> options;
  for (std::int64_t lanes = widest; lanes >= 4; lanes /= 2) {
    if (lanes > extent) continue;
    const double waste = static_cast<double>((extent + lanes - 1) / lanes * lanes) / static_cast<double>(extent);
    options.push_back({static_cast<std::int32_t>(lanes),
                       std::pow(static_cast<double>(lanes) / static_cast<double>(widest) / waste, 4)});
  }
  const bool ragged = extent % 4 != 0;
  if (extent > 1 && extent < widest && (ragged || options.empty())) {
    options.push_back({static_cast<std::int32_t>(extent), 0.3});
  }
  if (options.empty()) return 1;
  return builder.choose(stage, "lanes", 0, options);
}

}  // namespace tilecast::rules
