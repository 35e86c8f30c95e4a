#include "evaluator/analytic_model.h"

#include <algorithm>
#include <cmath>

namespace tilecast {
namespace {

// Of a current server core. Errors in them move all candidates of a task alike.
constexpr double kFmaLatency = 4;
constexpr double kFmaPorts = 2;
constexpr double kLoadPorts = 2;
constexpr double kMathCycles = 12;  // exp, erf … on a vector
constexpr double kDivideCycles = 8;
constexpr double kBytesPerCycle[3] = {64, 24, 8};  // into L1 from L2, into L2 from L3, from memory, per core
constexpr double kParallelCycles = 6000;           // starting a parallel loop
constexpr double kLoopCycles = 2;
constexpr double kSpillCycles = 1;

struct NestShape {
  double iterations = 1;  // of the whole nest
  double vector_lanes = 1;
  double unrolled = 1;  // copies of the body
  double parallel = 1;  // iterations of parallel loops
  std::size_t parallel_count = 0;
  double serial_outside_parallel = 1;
  std::size_t body_level = 0;  // the loops at positions >= this are vectorized or unrolled
};

NestShape shape_of(const StatementNest& nest) {
  NestShape shape;
  double outside = 1;
  for (std::size_t p = 0; p < nest.loops.size(); ++p) {
    const NestLoop& loop = nest.loops[p];
    const auto extent = static_cast<double>(loop.extent);
    shape.iterations *= extent;
    if (loop.annotation == Annotation::kVectorized) shape.vector_lanes *= extent;
    if (loop.annotation == Annotation::kUnrolled) shape.unrolled *= extent;
    if (loop.annotation == Annotation::kParallel) {
      if (shape.parallel_count++ == 0) shape.serial_outside_parallel = outside;
      shape.parallel *= extent;
    }
    outside *= extent;
    const bool in_body = loop.annotation == Annotation::kVectorized || loop.annotation == Annotation::kUnrolled;
    if (!in_body) shape.body_level = p + 1;
  }
  return shape;
}

// Bytes that the loops at positions >= level touch, by whole cache lines of the innermost dimension.
double working_set(const StatementNest& nest, std::size_t level, double line) {
  double bytes = 0;
  for (const BufferUse& use : nest.uses) {
    const auto box = nest.box(use, level);
    const double row = box.empty() ? 1 : static_cast<double>(std::max<std::int64_t>(box[0], 1));
    const double row_bytes = std::max(row * use.element_bytes, std::min(line, 64.0) * 0.5);
    bytes += box_elements(box) / row * row_bytes;
  }
  return bytes;
}

// Cycles to fill a cache of `size` bytes: the working set of the outermost level that fits, each time that it changes.
double traffic_cycles(const StatementNest& nest, double size, double bytes_per_cycle, double line) {
  double outside = 1;
  for (std::size_t level = 0; level < nest.levels(); ++level) {
    const double bytes = working_set(nest, level, line);
    if (bytes <= size || level + 1 == nest.levels()) return outside * bytes / bytes_per_cycle;
    outside *= static_cast<double>(nest.loops[level].extent);
  }
  return 0;
}

// Vector instructions of one body (all unrolled copies and lanes) that read memory.
double body_loads(const StatementNest& nest, const NestShape& shape, double lanes) {
  double loads = 0;
  for (const BufferUse& use : nest.uses) {
    if (use.is_write) continue;
    const auto box = nest.box(use, shape.body_level);
    const double elements = box_elements(box) * std::max(1.0, use.loads);
    const double row = box.empty() ? 1 : static_cast<double>(std::max<std::int64_t>(box[0], 1));
    const bool wide = row >= lanes;
    loads += wide ? elements / lanes : elements;
  }
  return loads;
}

}  // namespace

double StatementCost::total() const {
  const double bound = std::max({compute, traffic[0], traffic[1], traffic[2]});
  const double rest = compute + traffic[0] + traffic[1] + traffic[2] - bound;
  // The others overlap with the bound for the most part.
  return (bound + 0.2 * rest) / balance + overhead;
}

StatementCost estimate_cost(const StatementNest& nest, const Hardware& hardware, int threads) {
  const NestShape shape = shape_of(nest);
  const double lanes = std::max(1.0, static_cast<double>(hardware.vector_bytes) / 4);
  const auto line = static_cast<double>(hardware.cache_line_bytes);
  const double used_lanes = std::min(shape.vector_lanes, lanes);
  const double bodies = shape.iterations / (shape.vector_lanes * shape.unrolled);
  const double body_vectors = shape.vector_lanes * shape.unrolled / used_lanes;

  StatementCost cost;
  cost.redundancy = std::max(1.0, shape.iterations / std::max(1.0, nest.domain_points));
  cost.register_vectors = box_elements(nest.box(nest.uses.front(), shape.body_level)) / used_lanes;
  const OpCounts& ops = nest.counts;
  const double simple = ops.float_fma + ops.float_add + ops.float_mul + ops.float_compare + ops.select;
  const double instructions = simple / kFmaPorts + ops.float_math * kMathCycles + ops.float_div * kDivideCycles;
  const bool reduces = std::any_of(nest.loops.begin() + static_cast<std::ptrdiff_t>(nest.own_begin), nest.loops.end(),
                                   [](const NestLoop& l) { return l.kind == LoopKind::kReduction && l.extent > 1; });
  double body = body_vectors * std::max(instructions, 0.5);
  if (reduces) {
    // A chain of dependent additions for each accumulator: few of them wait for each other.
    const double chain = body_vectors / std::max(1.0, cost.register_vectors) * kFmaLatency;
    body = std::max(body, chain);
    const double spilled = std::max(0.0, cost.register_vectors - (hardware.vector_registers - 3));
    body += spilled * kSpillCycles * 2;
  }
  body = std::max(body, body_loads(nest, shape, used_lanes) / kLoadPorts);
  cost.compute = bodies * (body + kLoopCycles);
  const double sizes[3] = {static_cast<double>(hardware.l1_bytes) * 0.75, static_cast<double>(hardware.l2_bytes) * 0.6,
                           static_cast<double>(hardware.l3_bytes) * 0.5 / std::max(1, threads)};
  for (std::size_t c = 0; c < 3; ++c) cost.traffic[c] = traffic_cycles(nest, sizes[c], kBytesPerCycle[c], line);

  double workers = 1;
  if (shape.parallel_count > 0 && threads > 1) {
    const double rounds = std::ceil(shape.parallel / threads);
    workers = std::max(1.0, shape.parallel / rounds);
    cost.overhead = shape.serial_outside_parallel * kParallelCycles;
  }
  cost.balance = workers / std::max(1, threads);
  cost.compute /= threads;
  for (double& cycles : cost.traffic) cycles /= threads;
  return cost;
}

}  // namespace tilecast
