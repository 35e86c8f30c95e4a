#include <algorithm>
#include <cmath>

#include "space/rules/loops.h"
#include "space/rules/pack_constants.h"
#include "space/rules/register_tile.h"
#include "space/rules/rules.h"

namespace tilecast::rules {
namespace {

// Statements in an unrolled body beyond which compile time and instruction cache suffer.
constexpr std::int64_t kUnrolledBody = 256;
// A consumer that makes its producer compute more than this many times what it uses is not worth fusing with.
constexpr double kMaxRedundancy = 1.3;

struct TiledConsumer {
  Name name;
  RegisterTile tile;
  std::vector<Name> around;  // loops that the tiles of the reduction are computed in, outermost first
  std::vector<Name> middle;  // loops of the middle tile, inside of `around`
};

Name consumer_of(ScheduleBuilder& builder, StageId reduction, const std::vector<StageRole>& roles, bool fused) {
  const Name name = builder.state().stage(reduction).name();
  if (fused) {
    const std::optional<StageId> consumer = fusable_consumer(builder.state(), reduction, roles);
    if (consumer && is_untouched(builder.state().stage(*consumer))) return builder.state().stage(*consumer).name();
  }
  const Name copy = loop_name(name, ".out");
  builder.apply(CacheWrite{name, copy});
  return copy;
}

std::int64_t choose_middle(ScheduleBuilder& builder, const Name& stage, int axis, std::int64_t tiles,
                           TileOptions settings) {
  if (settings.whole_rows && axis == 0) return tiles;
  std::vector<Option> options = {{1, settings.blocked ? 1.0 : 3.0}};
  for (std::int64_t middle = 2; middle < tiles; middle *= 2)
    options.push_back({static_cast<std::int32_t>(middle), 0.5});
  if (tiles > 1) options.push_back({static_cast<std::int32_t>(tiles), 1});
  return builder.choose(stage, "middle", axis, options);
}

// Moves the first entry (of the innermost axis, the last one so far) to the front when the decision says so.
void choose_order(ScheduleBuilder& builder, const Name& stage, const char* label, std::vector<Name>& loops,
                  bool has_innermost_axis, double to_front) {
  if (loops.size() < 2 || !has_innermost_axis) return;
  const std::vector<Option> options = {{0, 1}, {1, to_front}};
  if (builder.choose(stage, label, 0, options) == 1) std::rotate(loops.begin(), loops.end() - 1, loops.end());
}

// What a reduction reads, in bytes. Where constants vary along other axes than the innermost one, there is a product
// for each value of those: one for each position in a tile of Winograd's algorithm.
struct Operands {
  double constants = 0;      // of one product, along the innermost axis: each block of rows reads them anew
  double rows = 0;           // of one product, the rest: each block along the innermost axis reads it anew
  double all_constants = 0;  // of all products
};

Operands operands_of(const State& state, StageId reduction) {
  const StageState& s = state.stage(reduction);
  const auto is_constant = [&](const Access& access) {
    const BufferId buffer = s.source(access.buffer);
    return varies_along(access, 0) && state.is_input(buffer) &&
           state.dag().inputs[static_cast<std::size_t>(buffer)].is_constant;
  };
  std::vector<bool> apart(s.spatial_count(), false);
  for (const Access& access : s.def->accesses) {
    if (!is_constant(access)) continue;
    for (std::size_t axis = 1; axis < apart.size(); ++axis) apart[axis] = apart[axis] || varies_along(access, axis);
  }
  Operands operands;
  for (const Access& access : s.def->accesses) {
    const double bytes = sizeof(float) * buffer_elements(state, s.source(access.buffer));
    double products = 1;
    for (std::size_t axis = 1; axis < apart.size(); ++axis) {
      if (apart[axis] && varies_along(access, axis)) products *= static_cast<double>(s.def->spatial[axis].extent);
    }
    if (is_constant(access)) {
      operands.constants += bytes / products;
      operands.all_constants += bytes;
    } else if (!varies_along(access, 0)) {
      operands.rows += bytes / products;
    }
  }
  return operands;
}

// Whether blocks along the innermost axis are better outermost, a block's constants being `share` of all. Constants
// that the second cache does not hold are then read once, as are those that fill it while it holds the rows. Of several
// products with constants from beyond that cache, a block's come in while one in the first cache is at work, if few
// rows pass by. A window of one channel shares nothing with other channels, so that padding of a block's channels can
// be computed there.
bool wants_vectors_outermost(const ScheduleBuilder& builder, StageId reduction, double share) {
  if (is_window(*builder.state().stage(reduction).def)) return true;
  const Operands operands = operands_of(builder.state(), reduction);
  const auto first = static_cast<double>(builder.hardware().l1_bytes);
  const auto second = static_cast<double>(builder.hardware().l2_bytes);
  if (operands.constants > second) return true;
  if (operands.constants > second / 2) return operands.rows <= second;
  return operands.all_constants > second && 3 * share * operands.constants <= 2 * first && operands.rows <= second / 8;
}

// Whether rows along each axis of a reduction share the vectors that it loads along its innermost axis.
std::vector<bool> reused_along(const Stage& reduction) {
  std::vector<bool> reused(reduction.spatial.size(), false);
  for (const Access& access : reduction.accesses) {
    if (!varies_along(access, 0)) continue;
    for (std::size_t axis = 0; axis < reused.size(); ++axis) reused[axis] = reused[axis] || !varies_along(access, axis);
  }
  return reused;
}

// The same by the axes of a stage that reads the reduction, perhaps through inlined ones. An axis that is none of the
// reduction's counts as one along which they do, and one that becomes several (a quotient and a rest) if one of them
// is.
std::vector<bool> reused_along(const State& state, StageId consumer, StageId reduction) {
  if (consumer == reduction) return reused_along(*state.stage(reduction).def);
  const StageState& s = state.stage(consumer);
  std::vector<bool> found(s.spatial_count(), false);
  std::vector<bool> reused(s.spatial_count(), false);
  for (const Access& access : s.def->accesses) {
    const BufferId buffer = s.source(access.buffer);
    if (state.is_input(buffer)) continue;
    const StageId read = state.stage_of(buffer);
    if (read != reduction && state.stage(read).location.placement != Placement::kInlined) continue;
    const std::vector<bool> inner = reused_along(state, read, reduction);
    for (std::size_t d = 0; d < access.dims.size(); ++d) {
      for (const AffineTerm& term : access.dims[d].terms) {
        const auto axis = static_cast<std::size_t>(term.axis);
        if (axis >= reused.size()) continue;
        found[axis] = true;
        reused[axis] = reused[axis] || inner[d];
      }
    }
  }
  for (std::size_t axis = 0; axis < reused.size(); ++axis) reused[axis] = reused[axis] || !found[axis];
  return reused;
}

TiledConsumer tile_consumer(ScheduleBuilder& builder, const Name& name, StageId reduction, TileOptions options) {
  const StageState before = builder.stage(name);
  std::vector<std::int64_t> extents;
  for (std::size_t d = 0; d < before.spatial_count(); ++d) extents.push_back(before.vars[d].extent);
  TiledConsumer result;
  result.name = name;
  const std::vector<bool> reused = reused_along(builder.state(), *builder.state().find_stage(name), reduction);
  result.tile = choose_register_tile(builder, name, extents, reused);

  std::vector<Name> outer;
  std::vector<Name> registers;
  std::optional<Name> vector;
  bool outer_has_innermost = false;
  bool middle_has_innermost = false;
  for (std::size_t d = extents.size(); d-- > 0;) {
    SplitLoops split = split_loop(builder, name, before.vars[d].name, result.tile.extents[d], ".o", ".i");
    registers.push_back(split.inner);
    if (!split.outer) continue;
    const std::int64_t tiles = loop_extent(builder, name, *split.outer);
    const std::int64_t middle = choose_middle(builder, name, static_cast<int>(d), tiles, options);
    if (middle == 1) {
      outer.push_back(*split.outer);
      outer_has_innermost |= d == 0;
      continue;
    }
    const SplitLoops tiled = split_loop(builder, name, *split.outer, middle, ".o", ".m");
    result.middle.push_back(tiled.inner);
    middle_has_innermost |= d == 0;
    if (tiled.outer) {
      outer.push_back(*tiled.outer);
      outer_has_innermost |= d == 0;
    }
  }
  if (result.tile.lanes > 1) {
    const SplitLoops split = split_loop(builder, name, registers.back(), result.tile.lanes, ".u", ".v");
    vector = split.inner;
    registers.pop_back();
    if (split.outer) registers.push_back(*split.outer);
  }
  if (options.whole_rows && outer.empty()) builder.reject("there is one block of rows");
  if (outer.empty() && !result.middle.empty()) {
    outer = std::move(result.middle);
    result.middle.clear();
    outer_has_innermost = middle_has_innermost;
  }
  if (outer.empty()) {
    // Everything fits one register tile: a loop of one iteration to compute it in.
    const Name whole = registers.front();
    const Name around = loop_name(whole, ".1");
    const Name inside = loop_name(whole, ".n");
    builder.apply(Split{name, whole, around, inside, loop_extent(builder, name, whole)});
    registers.front() = inside;
    outer.push_back(around);
  }
  const double share = static_cast<double>(result.tile.extents[0]) / static_cast<double>(extents[0]);
  const bool apart = wants_vectors_outermost(builder, reduction, share);
  choose_order(builder, name, "outer order", outer, outer_has_innermost, apart ? 2 : 1);
  choose_order(builder, name, "middle order", result.middle, middle_has_innermost, 1);

  std::vector<Name> order = outer;
  order.insert(order.end(), result.middle.begin(), result.middle.end());
  order.insert(order.end(), registers.begin(), registers.end());
  if (vector) order.push_back(*vector);
  builder.apply(Reorder{name, order});
  if (vector) builder.apply(Vectorize{name, *vector});
  for (const Name& loop : registers) {
    if (loop_extent(builder, name, loop) > 1) builder.apply(Unroll{name, loop});
  }
  result.around = options.host ? outer : parallelize(builder, name, outer);
  return result;
}

// The loops of the reduction axes, outermost first, after the decisions on unrolling and order.
struct ReductionLoops {
  std::optional<Name> block;  // over parts of the main axis, outside of the middle tile
  std::vector<Name> loops;
  std::vector<Name> unrolled;      // the innermost of `loops`
  std::vector<std::size_t> order;  // of the reduction axes, outermost first
};

std::int64_t choose_block(ScheduleBuilder& builder, const Name& stage, std::int64_t extent) {
  std::vector<Option> options = {{0, 0.3}};
  for (std::int64_t block = 16; block < extent && block <= 512; block *= 2) {
    if (extent % block == 0) options.push_back({static_cast<std::int32_t>(block), 1});
  }
  return builder.choose(stage, "block", 0, options);
}

ReductionLoops arrange_reduction(ScheduleBuilder& builder, const Name& stage, std::int64_t body, bool blocked) {
  const StageState s = builder.stage(stage);
  const std::size_t spatial = s.spatial_count();
  const std::size_t count = s.def->reduction.size();
  std::size_t main = 0;
  for (std::size_t r = 1; r < count; ++r) {
    if (s.vars[spatial + r].extent > s.vars[spatial + main].extent) main = r;
  }
  ReductionLoops result;
  Name main_loop = s.vars[spatial + main].name;
  if (blocked) {
    if (const std::int64_t block = choose_block(builder, stage, s.vars[spatial + main].extent); block > 0) {
      const SplitLoops split = split_loop(builder, stage, main_loop, block, ".b", ".k");
      result.block = split.outer;
      main_loop = split.inner;
    }
  }
  const std::int64_t extent = loop_extent(builder, stage, main_loop);
  std::vector<Option> factors;
  for (const std::int64_t factor : {1, 2, 4, 8, 16}) {
    if (extent % factor == 0 && (factor == 1 || body * factor <= kUnrolledBody)) {
      factors.push_back({static_cast<std::int32_t>(factor), factor == 4 ? 2.0 : 1.0});
    }
  }
  const std::int64_t factor = builder.choose(stage, "unroll", 0, factors);
  body *= factor;

  const bool window = is_window(*s.def);
  std::vector<Name> kernel;
  for (std::size_t r = count; r-- > 0;) {
    if (r == main) continue;
    kernel.push_back(s.vars[spatial + r].name);
    result.order.push_back(r);
  }
  // The kernel's loops outside of the channels', or inside. Of a window, the inner ones are unrolled.
  bool main_inside = true;
  if (!kernel.empty()) {
    const std::vector<Option> options = {{0, 2}, {1, window ? 4.0 : 1.0}};
    main_inside = builder.choose(stage, "reduction order", 0, options) == 0;
  }
  const SplitLoops split =
      factor > 1 ? split_loop(builder, stage, main_loop, factor, ".o", ".u") : SplitLoops{main_loop, main_loop};
  std::vector<Name> main_loops;
  if (factor > 1 && split.outer) main_loops.push_back(*split.outer);
  if (factor == 1) main_loops.push_back(main_loop);
  result.loops = kernel;
  result.loops.insert(main_inside ? result.loops.end() : result.loops.begin(), main_loops.begin(), main_loops.end());
  result.order.insert(main_inside ? result.order.end() : result.order.begin(), main);
  if (factor > 1) {
    result.loops.push_back(split.inner);
    result.unrolled.push_back(split.inner);
  }
  // Small kernels are unrolled whole when nothing larger is inside of them.
  for (std::size_t k = kernel.size(); k-- > 0 && (!main_inside || extent == factor);) {
    const std::int64_t taps = loop_extent(builder, stage, kernel[k]);
    if (taps == 1 || body * taps > 2 * kUnrolledBody) break;
    const std::vector<Option> options = {{0, 1}, {1, window ? 2.0 : 1.0}};
    if (builder.choose(stage, "unroll kernel", static_cast<int>(k), options) == 0) break;
    body *= taps;
    result.unrolled.push_back(kernel[k]);
  }
  return result;
}

double product(const std::vector<std::int64_t>& values, std::size_t count) {
  double result = 1;
  for (std::size_t i = 0; i < count; ++i) result *= static_cast<double>(values[i]);
  return result;
}

void check_redundancy(ScheduleBuilder& builder, const Name& reduction, const TiledConsumer& consumer, const Name& at) {
  if (builder.failed()) return;
  const StageId host = *builder.state().find_stage(consumer.name);
  const StageState& s = builder.state().stage(host);
  const std::vector<std::int64_t> used = builder.state().coverage(host, *s.position(*s.find_loop(at)) + 1);
  const std::vector<std::int64_t> computed = builder.state().region(*builder.state().find_stage(reduction));
  if (product(computed, computed.size()) > kMaxRedundancy * product(used, s.spatial_count())) {
    builder.reject("the consumer's tiles do not fit the reduction's");
  }
}

std::int64_t lanes_of(std::int64_t extent, std::int64_t lanes) {
  for (; lanes >= 4; lanes /= 2) {
    if (extent % lanes == 0) return lanes;
  }
  return extent <= kMaxVectorLanes / 2 ? extent : 1;
}

void schedule_accumulators(ScheduleBuilder& builder, const Name& stage, const TiledConsumer& consumer, bool blocked) {
  if (builder.failed()) return;
  const StageState before = builder.stage(stage);
  const std::size_t rank = before.spatial_count();
  std::vector<Name> middle;
  std::vector<Name> registers;
  std::vector<std::int64_t> tile;
  for (std::size_t d = rank; d-- > 0;) {
    const Name axis = before.vars[d].name;
    const std::int64_t extent = before.vars[d].extent;
    const bool tiled = blocked && d < consumer.tile.extents.size() && extent % consumer.tile.extents[d] == 0;
    const SplitLoops split =
        tiled ? split_loop(builder, stage, axis, consumer.tile.extents[d], ".o", ".i") : SplitLoops{std::nullopt, axis};
    if (split.outer) middle.push_back(*split.outer);
    registers.push_back(split.inner);
    tile.insert(tile.begin(), split.outer ? consumer.tile.extents[d] : extent);
  }
  const std::int64_t lanes = lanes_of(tile[0], builder.vector_lanes());
  std::optional<Name> vector;
  if (lanes > 1) {
    const SplitLoops split = split_loop(builder, stage, registers.back(), lanes, ".u", ".v");
    vector = split.inner;
    registers.pop_back();
    if (split.outer) registers.push_back(*split.outer);
  }
  std::int64_t body = 1;
  for (const std::int64_t extent : tile) body *= extent;
  body /= lanes;
  if (body > kUnrolledBody) return builder.reject("the register tile is too large");
  const ReductionLoops reduction = arrange_reduction(builder, stage, body, blocked);

  std::vector<Name> order;
  if (reduction.block) order.push_back(*reduction.block);
  order.insert(order.end(), middle.begin(), middle.end());
  order.insert(order.end(), reduction.loops.begin(), reduction.loops.end());
  order.insert(order.end(), registers.begin(), registers.end());
  if (vector) order.push_back(*vector);
  builder.apply(Reorder{stage, order});
  if (vector) builder.apply(Vectorize{stage, *vector});
  for (const std::vector<Name>& loops : {registers, reduction.unrolled}) {
    for (const Name& loop : loops) {
      if (loop_extent(builder, stage, loop) > 1) builder.apply(Unroll{stage, loop});
    }
  }
  builder.try_apply(StoreIn{stage, Storage::kStack});
  pack_constants(builder, stage, tile[0], reduction.order);
}

}  // namespace

std::optional<HostLoop> tile_reduction(ScheduleBuilder& builder, StageId stage, const std::vector<StageRole>& roles,
                                       TileOptions options) {
  const Name reduction = builder.state().stage(stage).name();
  const Name name = consumer_of(builder, stage, roles, options.fused);
  if (options.host) builder.apply(ComputeAt{name, options.host->stage, options.host->loop});
  if (builder.failed()) return std::nullopt;
  const TiledConsumer consumer = tile_consumer(builder, name, stage, options);
  if (options.blocked && consumer.middle.empty()) builder.reject("there is no tile to block");
  if (builder.failed()) return std::nullopt;
  const bool at_middle = !options.blocked && !consumer.middle.empty();
  const Name at = at_middle ? consumer.middle.back() : consumer.around.back();
  builder.apply(ComputeAt{reduction, name, at});
  check_redundancy(builder, reduction, consumer, at);
  schedule_accumulators(builder, reduction, consumer, options.blocked);
  if (builder.failed()) return std::nullopt;
  return HostLoop{name, consumer.around.back()};
}

}  // namespace tilecast::rules
