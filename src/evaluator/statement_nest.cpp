#include "evaluator/statement_nest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tilecast {
namespace {

constexpr std::size_t kMaxTerms = 8;
constexpr std::size_t kMaxInlinedRank = 12;
constexpr std::size_t kNoNest = std::numeric_limits<std::size_t>::max();

// An axis of a stage as a function of the statement's axes.
struct AxisFunction {
  std::array<ReadTerm, kMaxTerms> terms;
  std::size_t count = 0;
  double spread = 0;
  std::int64_t limit = 0;
  bool affine = true;

  void add(std::int32_t axis, double coefficient) {
    for (std::size_t i = 0; i < count; ++i) {
      if (terms[i].axis == axis) {
        terms[i].coefficient += coefficient;
        return;
      }
    }
    if (count == kMaxTerms) {
      affine = false;
      return;
    }
    terms[count++] = {axis, coefficient};
  }
};
using AxisFunctions = std::array<AxisFunction, kMaxInlinedRank>;

std::int64_t dimension_extent(const State& state, BufferId buffer, std::size_t d) {
  if (state.is_input(buffer)) return state.dag().inputs[static_cast<std::size_t>(buffer)].extents[d];
  // A stage inside another computes (and stores) its region only, rounded up: never more than that is touched.
  const StageState& s = state.stage(state.stage_of(buffer));
  return std::max(s.vars[d].extent, s.def->spatial[d].extent);
}

// index(axes) after axes are replaced by functions of the statement's axes; empty `axes`: they are the statement's own.
AxisFunction compose(const IndexMap& map, const AxisFunctions* axes, std::int64_t extent) {
  AxisFunction result;
  result.affine = map.affine;
  result.limit = map.modulus > 0 ? std::min(extent, map.modulus) : extent;
  result.spread = static_cast<double>(map.max_offset - map.min_offset);
  for (const AffineTerm& term : map.terms) {
    const auto coefficient = static_cast<double>(term.coefficient);
    if (axes == nullptr) {
      result.add(term.axis, coefficient);
      continue;
    }
    const AxisFunction& inner = (*axes)[static_cast<std::size_t>(term.axis)];
    result.affine = result.affine && inner.affine;
    result.spread += std::abs(coefficient) * inner.spread;
    for (std::size_t i = 0; i < inner.count; ++i)
      result.add(inner.terms[i].axis, coefficient * inner.terms[i].coefficient);
  }
  if (map.divisor > 1) {
    const double divisor = static_cast<double>(map.divisor);
    for (std::size_t i = 0; i < result.count; ++i) result.terms[i].coefficient /= divisor;
    result.spread /= divisor;
  }
  return result;
}

void add_counts(OpCounts& sum, const OpCounts& counts, std::int32_t times) {
  sum.float_add += times * counts.float_add;
  sum.float_mul += times * counts.float_mul;
  sum.float_fma += times * counts.float_fma;
  sum.float_div += times * counts.float_div;
  sum.float_compare += times * counts.float_compare;
  sum.float_math += times * counts.float_math;
  sum.int_add += times * counts.int_add;
  sum.int_mul += times * counts.int_mul;
  sum.int_div += times * counts.int_div;
  sum.int_compare += times * counts.int_compare;
  sum.select += times * counts.select;
  sum.cast += times * counts.cast;
  sum.loads += times * counts.loads;
}

DataType buffer_type(const State& state, BufferId buffer) {
  if (state.is_input(buffer)) return state.dag().inputs[static_cast<std::size_t>(buffer)].type;
  return state.stage(state.stage_of(buffer)).def->type;
}

// Collects what a statement reads, through inlined producers.
class ReadCollector {
 public:
  ReadCollector(const State& state, StatementNest& nest) : state_(state), nest_(nest) {}

  void collect(const StageState& reader, const AxisFunctions* axes, double times) {
    add_counts(nest_.counts, reader.def->counts, static_cast<std::int32_t>(std::lround(times)));
    for (const Access& access : reader.def->accesses) {
      const BufferId buffer = reader.source(access.buffer);
      if (!state_.is_input(buffer)) {
        const StageState& producer = state_.stage(state_.stage_of(buffer));
        if (producer.location.placement == Placement::kInlined && access.dims.size() <= kMaxInlinedRank) {
          AxisFunctions functions;
          for (std::size_t d = 0; d < access.dims.size(); ++d) {
            functions[d] = compose(access.dims[d], axes, dimension_extent(state_, buffer, d));
          }
          collect(producer, &functions, times * access.loads);
          continue;
        }
      }
      add_use(access, buffer, axes, times * access.loads);
    }
  }

 private:
  void add_use(const Access& access, BufferId buffer, const AxisFunctions* axes, double loads) {
    BufferUse use;
    use.buffer = buffer;
    use.loads = loads;
    use.element_bytes = data_type_size(buffer_type(state_, buffer));
    use.first_dimension = static_cast<std::uint32_t>(nest_.dimensions.size());
    use.rank = static_cast<std::uint32_t>(access.dims.size());
    for (std::size_t d = 0; d < access.dims.size(); ++d) {
      const AxisFunction function = compose(access.dims[d], axes, dimension_extent(state_, buffer, d));
      nest_.dimensions.push_back({static_cast<std::uint32_t>(nest_.terms.size()),
                                  static_cast<std::uint32_t>(function.count), function.spread, function.limit,
                                  function.affine});
      nest_.terms.insert(nest_.terms.end(), function.terms.begin(),
                         function.terms.begin() + static_cast<std::ptrdiff_t>(function.count));
    }
    nest_.uses.push_back(use);
  }

  const State& state_;
  StatementNest& nest_;
};

std::int64_t box_extent(const StatementNest& nest, const ReadDimension& dimension, std::span<const std::int64_t> axes) {
  if (!dimension.affine) return std::max<std::int64_t>(dimension.limit, 1);
  double reach = dimension.spread;
  double values = dimension.spread + 1;
  for (std::uint32_t t = 0; t < dimension.terms; ++t) {
    const ReadTerm& term = nest.terms[dimension.first_term + t];
    const auto extent = static_cast<double>(axes[static_cast<std::size_t>(term.axis)]);
    reach += std::abs(term.coefficient) * (extent - 1);
    values *= extent;
  }
  // A strided read leaves gaps in its box: no more values than there are evaluations.
  const auto extent = static_cast<std::int64_t>(std::min(std::floor(reach + 1e-9) + 1, values));
  return std::clamp<std::int64_t>(extent, 1, std::max<std::int64_t>(dimension.limit, 1));
}

void add_layout(const State& state, const BufferUse& use, std::vector<LayoutPart>& layout) {
  double stride = 1;
  const auto add = [&](std::int32_t dim, std::int64_t extent) {
    layout.push_back({dim, extent, stride});
    stride *= static_cast<double>(extent);
  };
  if (const PackedInput* packed = state.packed_input(use.buffer)) {
    for (const PackPart& part : packed->parts) add(part.dim, part.extent);
    return;
  }
  for (std::uint32_t d = 0; d < use.rank; ++d) {
    std::int64_t extent = 0;
    if (state.is_input(use.buffer)) {
      extent = state.dag().inputs[static_cast<std::size_t>(use.buffer)].extents[d];
    } else {
      extent = state.stage(state.stage_of(use.buffer)).vars[d].extent;
    }
    add(static_cast<std::int32_t>(d), extent);
  }
}

}  // namespace

double StatementNest::iterations() const {
  double iterations = 1;
  for (const NestLoop& loop : loops) iterations *= static_cast<double>(loop.extent);
  return iterations;
}

double box_elements(std::span<const std::int64_t> box) {
  double count = 1;
  for (const std::int64_t extent : box) count *= static_cast<double>(std::max<std::int64_t>(extent, 1));
  return count;
}

std::span<const StatementNest> NestAnalyzer::analyze(const State& state) {
  count_ = 0;
  nest_index_.assign(state.stage_count(), kNoNest);
  const std::vector<StageId> order = state.topological_order();
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (state.stage(*it).location.placement == Placement::kInlined) continue;
    StatementNest& nest = start(state, *it);
    add_outer_loops(state, nest);
    add_own_extents(state, nest);
    add_uses(state, nest);
    add_boxes(nest);
  }
  return {nests_.data(), count_};
}

StatementNest* NestAnalyzer::nest_of(StageId id) {
  const std::size_t index = nest_index_[static_cast<std::size_t>(id)];
  return index == kNoNest ? nullptr : &nests_[index];
}

StatementNest& NestAnalyzer::start(const State& state, StageId id) {
  if (count_ == nests_.size()) nests_.emplace_back();
  nest_index_[static_cast<std::size_t>(id)] = count_;
  StatementNest& nest = nests_[count_++];
  nest.stage = id;
  nest.state = &state.stage(id);
  nest.spatial_count = nest.state->def->spatial.size();
  nest.axis_count = nest.spatial_count + nest.state->def->reduction.size();
  nest.loops.clear();
  nest.axis_extents.clear();
  nest.uses.clear();
  nest.dimensions.clear();
  nest.terms.clear();
  nest.boxes.clear();
  nest.layout.clear();
  nest.first_part.clear();
  nest.counts = {};
  nest.domain_points = 1;
  nest.domain_points = point_count(nest.state->def->spatial) * point_count(nest.state->def->reduction);
  return nest;
}

void NestAnalyzer::add_outer_loops(const State& state, StatementNest& nest) {
  nest.own_begin = 0;
  const Location& location = nest.state->location;
  if (location.placement != Placement::kAt) return;
  const StatementNest* host = nest_of(location.host);
  if (host == nullptr) return;
  const std::size_t depth = host->own_begin + *host->state->position(location.loop) + 1;
  nest.loops.assign(host->loops.begin(), host->loops.begin() + static_cast<std::ptrdiff_t>(depth));
  nest.own_begin = depth;

  // Seen from outside, the stage covers what its readers need there.
  const BufferId buffer = state.buffer_of(nest.stage);
  nest.axis_extents.assign(depth * nest.axis_count, 1);
  for (std::size_t i = 0; i + 1 < count_; ++i) {
    const StatementNest& reader = nests_[i];
    for (const BufferUse& use : reader.uses) {
      if (use.is_write || use.buffer != buffer || reader.levels() <= depth) continue;
      for (std::size_t level = 0; level < depth; ++level) {
        const std::span<const std::int64_t> box = reader.box(use, level);
        std::int64_t* extents = nest.axis_extents.data() + level * nest.axis_count;
        for (std::size_t d = 0; d < nest.spatial_count; ++d) extents[d] = std::max(extents[d], box[d]);
      }
    }
  }
  for (std::size_t level = 0; level < depth; ++level) {
    std::int64_t* extents = nest.axis_extents.data() + level * nest.axis_count;
    for (std::size_t r = nest.spatial_count; r < nest.axis_count; ++r) extents[r] = nest.state->vars[r].extent;
  }
}

void NestAnalyzer::add_own_extents(const State& state, StatementNest& nest) {
  const StageState& s = *nest.state;
  for (const VarId v : s.loops) {
    const LoopVar& loop = s.vars[static_cast<std::size_t>(v)];
    nest.loops.push_back({loop.extent, loop.kind, loop.annotation});
  }
  const bool round_up = state.rounds_up(nest.stage);
  for (std::size_t depth = 0; depth <= s.loops.size(); ++depth) {
    cover_vars(s, depth, round_up, covers_);
    for (std::size_t i = 0; i < nest.axis_count; ++i) nest.axis_extents.push_back(covers_[i].extent);
  }
  // What is computed at the place itself is the least that the outer loops see.
  const std::int64_t* own = nest.axis_extents.data() + nest.own_begin * nest.axis_count;
  for (std::size_t level = 0; level < nest.own_begin; ++level) {
    std::int64_t* extents = nest.axis_extents.data() + level * nest.axis_count;
    for (std::size_t i = 0; i < nest.axis_count; ++i) extents[i] = std::max(extents[i], own[i]);
  }
}

void NestAnalyzer::add_uses(const State& state, StatementNest& nest) {
  BufferUse write;
  write.buffer = state.buffer_of(nest.stage);
  write.is_write = true;
  write.element_bytes = data_type_size(nest.state->def->type);
  write.rank = static_cast<std::uint32_t>(nest.spatial_count);
  for (std::size_t d = 0; d < nest.spatial_count; ++d) {
    nest.dimensions.push_back(
        {static_cast<std::uint32_t>(nest.terms.size()), 1, 0, std::numeric_limits<std::int64_t>::max(), true});
    nest.terms.push_back({static_cast<std::int32_t>(d), 1});
  }
  nest.uses.push_back(write);
  ReadCollector(state, nest).collect(*nest.state, nullptr, 1);
  for (const BufferUse& use : nest.uses) {
    nest.first_part.push_back(static_cast<std::uint32_t>(nest.layout.size()));
    add_layout(state, use, nest.layout);
  }
  nest.first_part.push_back(static_cast<std::uint32_t>(nest.layout.size()));
}

void NestAnalyzer::add_boxes(StatementNest& nest) {
  for (BufferUse& use : nest.uses) {
    use.first_box = static_cast<std::uint32_t>(nest.boxes.size());
    for (std::size_t level = 0; level < nest.levels(); ++level) {
      const std::span<const std::int64_t> axes = nest.extents_at(level);
      for (std::uint32_t d = 0; d < use.rank; ++d) {
        nest.boxes.push_back(box_extent(nest, nest.dimensions[use.first_dimension + d], axes));
      }
    }
  }
}

}  // namespace tilecast
