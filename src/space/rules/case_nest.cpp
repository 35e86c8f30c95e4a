#include "space/rules/loops.h"
#include "space/rules/rules.h"

namespace tilecast::rules {
namespace {

// Rows of tiles that one thread takes at a time: few keep what is computed for them in the nearest cache, more let the
// weights be read less often.
std::int64_t choose_rows(ScheduleBuilder& builder, const Name& stage, std::int64_t rows) {
  std::vector<Option> options;
  for (std::int64_t count = 1; count <= rows; ++count) {
    if (rows % count != 0 && count > 4) continue;
    const std::int64_t chunks = (rows + count - 1) / count;
    options.push_back({static_cast<std::int32_t>(count), parallel_balance(chunks, builder.threads())});
  }
  return builder.choose(stage, "rows a block", 0, options);
}

}  // namespace

std::optional<HostLoop> schedule_case_nest(ScheduleBuilder& builder, StageId id) {
  const StageState before = builder.state().stage(id);
  const Name stage = before.name();
  std::vector<Name> rows;
  for (std::size_t d = before.spatial_count(); d-- > 1;) rows.push_back(before.vars[d].name);
  const std::vector<Name> cases = split_cases(builder, id, rows);
  if (rows.size() < 2) {
    builder.reject("there is one row");
    return std::nullopt;
  }
  const Name columns = rows.back();
  rows.pop_back();
  std::vector<Name> inside = {columns};
  const std::int64_t count = choose_rows(builder, stage, loop_extent(builder, stage, rows.back()));
  if (count > 1) {
    const SplitLoops block = split_loop(builder, stage, rows.back(), count, ".b", ".w");
    inside.insert(inside.begin(), block.inner);
    if (block.outer) {
      rows.back() = *block.outer;
    } else {
      rows.pop_back();
    }
  }
  if (rows.empty()) {
    builder.reject("there is one block of rows");
    return std::nullopt;
  }

  const Name innermost = before.vars[0].name;
  const std::int64_t lanes = choose_lanes(builder, stage, before.vars[0].extent);
  std::vector<Name> order = rows;
  order.insert(order.end(), inside.begin(), inside.end());
  SplitLoops vector{std::nullopt, innermost};
  if (lanes > 1) vector = split_loop(builder, stage, innermost, lanes, ".o", ".v");
  if (vector.outer) order.push_back(*vector.outer);
  order.insert(order.end(), cases.begin(), cases.end());
  order.push_back(vector.inner);
  builder.apply(Reorder{stage, order});
  if (lanes > 1) builder.apply(Vectorize{stage, vector.inner});
  for (const Name& loop : cases) builder.apply(Unroll{stage, loop});
  const Name host = fuse_prefix(builder, stage, rows, rows.size()).front();
  if (builder.threads() > 1 && loop_extent(builder, stage, host) > 1) builder.apply(Parallel{stage, host});
  return HostLoop{stage, host};
}

}  // namespace tilecast::rules
