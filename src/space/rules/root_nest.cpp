#include <cmath>

#include "space/rules/loops.h"
#include "space/rules/rules.h"

namespace tilecast::rules {
namespace {

// Rows that one thread takes at a time: few enough that taking them costs nothing against computing them. With several
// loops over rows, a part of the innermost one that divides it: rows of a fused loop could not be told apart by bounds
// inference, which would then compute all of them for each chunk.
std::int64_t choose_chunk(ScheduleBuilder& builder, const Name& stage, std::int64_t rows, std::int64_t innermost) {
  std::vector<Option> options = {{1, 1}};
  for (std::int64_t chunk = 2; chunk <= rows / builder.threads(); chunk *= 2) {
    if (innermost != rows && innermost % chunk != 0) break;
    options.push_back({static_cast<std::int32_t>(chunk),
                       std::pow(parallel_balance((rows + chunk - 1) / chunk, builder.threads()), 4)});
  }
  return builder.choose(stage, "chunk", 0, options);
}

}  // namespace

void schedule_root_nest(ScheduleBuilder& builder, StageId id) {
  const Name stage = builder.state().stage(id).name();
  const StageState before = builder.state().stage(id);
  std::vector<Name> rows;
  for (std::size_t d = before.spatial_count(); d-- > 1;) rows.push_back(before.vars[d].name);
  std::vector<Name> reductions;
  for (std::size_t d = before.def->reduction.size(); d-- > 0;) {
    reductions.push_back(before.vars[before.spatial_count() + d].name);
  }
  if (before.spatial_count() == 0) return;

  const std::vector<Name> cases = split_cases(builder, id, rows);
  const Name innermost = before.vars[0].name;
  const std::int64_t lanes = choose_lanes(builder, stage, before.vars[0].extent);
  SplitLoops vector{innermost, innermost};
  if (lanes > 1) vector = split_loop(builder, stage, innermost, lanes, ".o", ".v");
  std::optional<Name> neighbours;
  if (const auto along = transposed_axis(*before.def); along && lanes > 1 && vector.outer) {
    if (move_to_back(rows, before.vars[*along].name)) {
      neighbours = rows.back();
      rows.back() = *vector.outer;
    }
  }
  if (rows.empty() && lanes > 1 && vector.outer) rows.push_back(*vector.outer);

  std::vector<Name> order = rows;
  if (lanes == 1) {
    order.push_back(innermost);
  } else if (vector.outer && (rows.empty() || *vector.outer != rows.back())) {
    order.push_back(*vector.outer);
  }
  if (neighbours) order.push_back(*neighbours);
  order.insert(order.end(), reductions.begin(), reductions.end());
  order.insert(order.end(), cases.begin(), cases.end());
  if (lanes > 1) order.push_back(vector.inner);
  if (order.size() > 1) builder.apply(Reorder{stage, order});
  if (lanes > 1) builder.apply(Vectorize{stage, vector.inner});
  for (const Name& loop : cases) builder.apply(Unroll{stage, loop});
  if (rows.empty() || builder.threads() < 2) return;

  std::int64_t count = 1;
  for (const Name& row : rows) count *= loop_extent(builder, stage, row);
  if (count == 1) return;
  const std::int64_t chunk = choose_chunk(builder, stage, count, loop_extent(builder, stage, rows.back()));
  if (chunk > 1) {
    builder.apply(Split{stage, rows.back(), "chunk", "row", chunk});
    rows.back() = "chunk";
  }
  const std::vector<Name> fused = fuse_prefix(builder, stage, rows, rows.size());
  builder.apply(Parallel{stage, fused.front()});
}

}  // namespace tilecast::rules
