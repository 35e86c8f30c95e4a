#include "schedule/region.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "schedule/coverage.h"

namespace tilecast {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  const std::int64_t q = a / b;
  return (a % b != 0 && ((a < 0) != (b < 0))) ? q - 1 : q;
}

Interval constant_interval(std::int64_t low, std::int64_t high) {
  Interval interval;
  interval.low = low;
  interval.high = high;
  return interval;
}

Interval unknown_interval(std::int64_t extent) {
  Interval interval = constant_interval(0, extent - 1);
  interval.known = false;
  interval.align = 1;
  return interval;
}

void add_term(std::vector<AffineTerm>& terms, std::int32_t axis, std::int64_t coefficient) {
  const auto it = std::lower_bound(terms.begin(), terms.end(), axis,
                                   [](const AffineTerm& term, std::int32_t a) { return term.axis < a; });
  if (it != terms.end() && it->axis == axis) {
    it->coefficient += coefficient;
    if (it->coefficient == 0) terms.erase(it);
  } else {
    terms.insert(it, {axis, coefficient});
  }
}

// Adds coefficient * b to a.
void accumulate(Interval& a, const Interval& b, std::int64_t coefficient) {
  if (coefficient >= 0) {
    a.low += coefficient * b.low;
    a.high += coefficient * b.high;
  } else {
    a.low += coefficient * b.high;
    a.high += coefficient * b.low;
  }
  a.align = std::gcd(a.align, std::abs(coefficient) * b.align);
  if (!b.known || b.divisor != 1) a.known = false;
  for (const AffineTerm& term : b.position) add_term(a.position, term.axis, coefficient * term.coefficient);
}

Interval divide(Interval interval, std::int64_t divisor) {
  if (interval.align % divisor == 0) {
    interval.low = floor_div(interval.low, divisor);
    interval.high = floor_div(interval.high, divisor);
    interval.align /= divisor;
    interval.divisor *= divisor;
    if (interval.position.empty()) interval.divisor = 1;
    return interval;
  }
  // An interval of n values touches at most this many multiples, wherever it starts.
  return unknown_interval((interval.extent() - 1 + divisor - 1) / divisor + 1);
}

Interval modulo(const Interval& interval, std::int64_t modulus) {
  if (interval.known && interval.align % modulus == 0 && interval.low >= 0 && interval.high < modulus) {
    return constant_interval(interval.low, interval.high);
  }
  return constant_interval(0, modulus - 1);
}

struct Dimension {
  std::int64_t min = 0;
  std::int64_t extent = 1;
};

Dimension buffer_dimension(const State& state, BufferId buffer, std::size_t d) {
  if (state.is_input(buffer)) return {0, state.dag().inputs[static_cast<std::size_t>(buffer)].extents[d]};
  const Axis& axis = state.stage(state.stage_of(buffer)).def->spatial[d];
  return {axis.min, axis.extent};
}

Interval map_index(const IndexMap& map, const std::vector<Interval>& axes, Dimension dimension) {
  if (!map.affine) return constant_interval(dimension.min, dimension.min + dimension.extent - 1);
  Interval interval = constant_interval(map.min_offset, map.max_offset);
  for (const AffineTerm& term : map.terms)
    accumulate(interval, axes[static_cast<std::size_t>(term.axis)], term.coefficient);
  if (map.divisor != 1) interval = divide(std::move(interval), map.divisor);
  if (map.modulus != 0) interval = modulo(interval, map.modulus);
  return interval;
}

void mark_axes(const Expr& value, std::int32_t node, std::vector<bool>& marked) {
  const ExprNode& n = value.nodes[static_cast<std::size_t>(node)];
  if (n.op == ExprOp::kAxis) marked[static_cast<std::size_t>(n.int_value)] = true;
  for (const std::int32_t operand : n.operands) mark_axes(value, operand, marked);
}

// How many times as far as the reader's own elements need, an index that is not affine may go: tiles that were rounded
// up compute more elements than there are, and those read beyond the buffer's end (a group of channels too many).
std::int64_t overrun_factor(const Stage& reader, const Access& access, std::size_t d,
                            const std::vector<Interval>& axes) {
  std::vector<bool> marked(axes.size(), false);
  for (const ExprNode& node : reader.value.nodes) {
    if (node.op == ExprOp::kLoad && node.int_value == access.buffer) mark_axes(reader.value, node.operands[d], marked);
  }
  std::int64_t factor = 1;
  for (std::size_t i = 0; i < reader.spatial.size(); ++i) {
    const std::int64_t own = reader.spatial[i].extent;
    if (marked[i]) factor = std::max(factor, (axes[i].extent() + own - 1) / own);
  }
  return factor;
}

void merge(Interval& a, const Interval& b, Dimension dimension) {
  if (a.known && b.known && a.position == b.position && a.divisor == b.divisor) {
    a.low = std::min(a.low, b.low);
    a.high = std::max(a.high, b.high);
    a.align = std::gcd(a.align, b.align);
    return;
  }
  // Two boxes whose distance is not known: only the whole dimension (with what either may overrun) is sure to hold
  // both.
  const std::int64_t longest = std::max({a.extent(), b.extent(), dimension.extent});
  a = constant_interval(dimension.min, dimension.min + longest - 1);
}

// The host's own axes, seen from inside the scope.
std::vector<Interval> host_axes(const State& state, const Scope& scope, bool round_up) {
  const StageState& host = state.stage(scope.host);
  CoverArray covers;
  cover_vars(host, scope.depth, round_up || state.rounds_up(scope.host), covers);
  const std::size_t spatial = host.def->spatial.size();
  std::vector<Interval> axes(spatial + host.def->reduction.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Axis& axis = i < spatial ? host.def->spatial[i] : host.def->reduction[i - spatial];
    // A stage inside another starts where its region does: only that the positions of its axes move together is known.
    const bool moves = i < spatial && host.location.placement == Placement::kAt;
    if (covers[i].full && !moves) {
      axes[i] = constant_interval(axis.min, axis.min + covers[i].extent - 1);
    } else {
      axes[i] = constant_interval(0, covers[i].extent - 1);
      axes[i].position = {{static_cast<std::int32_t>(i), 1}};
      axes[i].align = moves || axis.min != 0 ? 1 : std::max<std::int64_t>(covers[i].align, 1);
    }
  }
  return axes;
}

class BoxFinder {
 public:
  BoxFinder(const State& state, const Scope& scope)
      : state_(state),
        scope_(scope),
        host_axes_(host_axes(state, scope, scope.round_up)),
        rounded_axes_(host_axes(state, scope, true)) {}

  std::vector<Interval> box(BufferId buffer) { return box(buffer, false); }

  bool outside() const { return outside_; }

 private:
  // What is computed inside of the host's tiles is computed for whole tiles, those at the end included (`whole_tiles`);
  // the host's own reads are guarded.
  std::vector<Interval> box(BufferId buffer, bool whole_tiles) {
    std::vector<Interval> result;
    for (const StageId reader : state_.readers(buffer)) {
      const std::vector<Interval> axes = reader_axes(reader, whole_tiles);
      if (axes.empty()) continue;
      const StageState& r = state_.stage(reader);
      for (const Access& access : r.def->accesses) {
        if (r.source(access.buffer) != buffer) continue;
        const bool first = result.empty();
        for (std::size_t d = 0; d < access.dims.size(); ++d) {
          Dimension dimension = buffer_dimension(state_, buffer, d);
          if (!access.dims[d].affine) dimension.extent *= overrun_factor(*r.def, access, d, axes);
          Interval interval = map_index(access.dims[d], axes, dimension);
          if (first) {
            result.push_back(std::move(interval));
          } else {
            merge(result[d], interval, dimension);
          }
        }
      }
    }
    return result;
  }

  // Whether the stage is computed within the scope's loops.
  bool is_inside(StageId id) const {
    while (true) {
      const Location location = state_.stage(id).location;
      if (location.placement != Placement::kAt) return false;
      if (location.host == scope_.host) return *state_.stage(scope_.host).position(location.loop) + 1 >= scope_.depth;
      id = location.host;
    }
  }

  // Intervals of the reader's axes within the scope; empty when it does not run there at all.
  std::vector<Interval> reader_axes(StageId reader, bool whole_tiles) {
    if (reader == scope_.host) return whole_tiles ? rounded_axes_ : host_axes_;
    const StageState& r = state_.stage(reader);
    const bool inlined = r.location.placement == Placement::kInlined;
    if (!inlined && !is_inside(reader)) {
      outside_ = true;
      return {};
    }
    std::vector<Interval> axes = box(state_.buffer_of(reader), whole_tiles || !inlined);
    if (axes.empty()) return axes;
    if (!inlined) widen_to_computed(r, axes);
    for (const Axis& axis : r.def->reduction) axes.push_back(constant_interval(axis.min, axis.min + axis.extent - 1));
    return axes;
  }

  // Splits that do not divide make the stage compute more than its region.
  static void widen_to_computed(const StageState& r, std::vector<Interval>& axes) {
    CoverArray covers;
    cover_vars(r, 0, true, covers);
    for (std::size_t d = 0; d < axes.size(); ++d)
      axes[d].high += std::max<std::int64_t>(covers[d].extent - r.vars[d].extent, 0);
  }

  const State& state_;
  const Scope& scope_;
  std::vector<Interval> host_axes_;
  std::vector<Interval> rounded_axes_;
  bool outside_ = false;
};

}  // namespace

std::vector<Interval> required_box(const State& state, BufferId buffer, const Scope& scope, bool& outside) {
  BoxFinder finder(state, scope);
  std::vector<Interval> box = finder.box(buffer);
  outside = finder.outside();
  return box;
}

Result<std::vector<std::int64_t>, Illegal> required_region(const State& state, StageId stage, StageId host,
                                                           VarId loop) {
  const Scope scope{host, *state.stage(host).position(loop) + 1};
  bool outside = false;
  const std::vector<Interval> box = required_box(state, state.buffer_of(stage), scope, outside);
  if (outside || box.empty()) {
    return Illegal{fmt::format(
        "not all readers of stage '{}' are inside loop '{}' of stage '{}'", state.stage(stage).name().view(),
        state.stage(host).vars[static_cast<std::size_t>(loop)].name.view(), state.stage(host).name().view())};
  }
  std::vector<std::int64_t> extents(box.size());
  for (std::size_t d = 0; d < box.size(); ++d) extents[d] = box[d].extent();
  return extents;
}

std::vector<std::int64_t> State::footprint(BufferId buffer, StageId host, std::size_t depth) const {
  bool outside = false;
  const std::vector<Interval> box = required_box(*this, buffer, {host, depth}, outside);
  const std::size_t rank = is_input(buffer) ? dag_->inputs[static_cast<std::size_t>(buffer)].extents.size()
                                            : stage(stage_of(buffer)).spatial_count();
  std::vector<std::int64_t> extents(rank, 0);
  for (std::size_t d = 0; d < box.size(); ++d) {
    const std::int64_t whole = buffer_dimension(*this, buffer, d).extent;
    extents[d] = is_input(buffer) ? std::min(box[d].extent(), whole) : box[d].extent();
  }
  return extents;
}

std::vector<bool> overrun_dimensions(const State& state, BufferId input) {
  const auto& extents = state.dag().inputs[static_cast<std::size_t>(input)].extents;
  std::vector<bool> overrun(extents.size(), false);
  // A packed layout holds padding beyond the end.
  std::vector<std::int64_t> held = extents;
  if (const PackedInput* packed = state.packed_input(input)) {
    held.assign(extents.size(), 1);
    for (const PackPart& part : packed->parts) held[static_cast<std::size_t>(part.dim)] *= part.extent;
  }
  for (std::size_t i = 0; i < state.stage_count(); ++i) {
    const auto id = static_cast<StageId>(i);
    if (state.stage(id).location.placement != Placement::kRoot) continue;
    bool outside = false;
    const std::vector<Interval> box = required_box(state, input, {id, 0, true}, outside);
    for (std::size_t d = 0; d < box.size(); ++d) {
      overrun[d] = overrun[d] || !box[d].known || box[d].low < 0 || box[d].high >= held[d];
    }
  }
  return overrun;
}

}  // namespace tilecast
