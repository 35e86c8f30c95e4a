#include "evaluator/nest_features.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "base/statistics.h"

namespace tilecast {
namespace {

void append_computation(const StatementNest& nest, double iterations, std::vector<float>& row) {
  const OpCounts& ops = nest.counts;
  for (const std::int32_t count :
       {ops.float_add, ops.float_mul, ops.float_fma, ops.float_div, ops.float_compare, ops.float_math, ops.int_add,
        ops.int_mul, ops.int_div, ops.int_compare, ops.select, ops.cast, ops.loads}) {
    row.push_back(log_count(count * iterations));
  }
}

// For each annotation: product of extents, number of loops, extent of the innermost such loop, and where it stands.
void append_annotations(const StatementNest& nest, std::vector<float>& row) {
  for (const Annotation kind : {Annotation::kVectorized, Annotation::kUnrolled, Annotation::kParallel}) {
    double product = 1;
    double innermost = 0;
    float count = 0;
    float position = -1;
    for (std::size_t p = 0; p < nest.loops.size(); ++p) {
      const NestLoop& loop = nest.loops[p];
      if (loop.annotation != kind) continue;
      product *= static_cast<double>(loop.extent);
      innermost = static_cast<double>(loop.extent);
      count += 1;
      // 0: innermost of all; 1: innermost of the reduction loops' side; counted from the inside.
      position = static_cast<float>(nest.loops.size() - 1 - p) + (loop.kind == LoopKind::kReduction ? 0.5F : 0.0F);
    }
    row.insert(row.end(), {log_count(product), count, log_count(innermost), position});
  }
}

// The distance in elements between neighbours along the innermost loop that moves the use; 0 when none does.
double innermost_stride(const StatementNest& nest, std::size_t use_index) {
  const BufferUse& use = nest.uses[use_index];
  const std::size_t last = nest.levels() - 1;
  if (nest.loops.empty()) return 0;
  const auto moved = nest.box(use, last - 1);
  for (const LayoutPart& part : nest.layout_of(use_index)) {
    if (moved[static_cast<std::size_t>(part.dim)] > 1) return part.stride;
  }
  return 0;
}

struct Reuse {
  double count = 1;       // iterations of the innermost loops that touch the same elements
  double iterations = 0;  // between two touches
  double bytes = 0;       // touched in between, by all uses
  float kind = 0;         // 0: none, 1: by a loop around, 2: within the body
};

Reuse reuse_of(const StatementNest& nest, const BufferUse& use) {
  Reuse reuse;
  double inside = 1;
  for (std::size_t p = nest.loops.size(); p-- > 0;) {
    const auto extent = static_cast<double>(nest.loops[p].extent);
    const double grown = box_elements(nest.box(use, p)) / box_elements(nest.box(use, p + 1));
    if (extent > 1 && grown < 1.0 + 1e-9) {
      reuse.count = extent;
      reuse.iterations = inside;
      for (const BufferUse& other : nest.uses)
        reuse.bytes += box_elements(nest.box(other, p + 1)) * other.element_bytes;
      reuse.kind =
          nest.loops[p].annotation == Annotation::kUnrolled || nest.loops[p].annotation == Annotation::kVectorized
              ? 2.0F
              : 1.0F;
      return reuse;
    }
    inside *= extent;
  }
  return reuse;
}

// Cache lines that the whole nest touches: rows of the buffer's contiguous dimension.
double unique_lines(const StatementNest& nest, const BufferUse& use, double line) {
  const auto box = nest.box(use, 0);
  const double row = box.empty() ? 1 : static_cast<double>(std::max<std::int64_t>(box[0], 1));
  return box_elements(box) / row * std::ceil(row * use.element_bytes / line);
}

void append_buffer(const StatementNest& nest, std::size_t index, double iterations, double line,
                   std::vector<float>& row) {
  const BufferUse& use = nest.uses[index];
  const double touched = iterations * std::max(1.0, use.loads);
  const double unique = box_elements(nest.box(use, 0)) * use.element_bytes;
  const double lines = unique_lines(nest, use, line);
  const Reuse reuse = reuse_of(nest, use);
  const double stride = innermost_stride(nest, index);
  row.insert(row.end(), {use.is_write ? 1.0F : 0.0F, log_count(touched * use.element_bytes), log_count(unique),
                         log_count(touched * use.element_bytes / line), log_count(lines), reuse.kind,
                         log_count(reuse.iterations), log_count(reuse.bytes), log_count(reuse.count),
                         log_count(touched * use.element_bytes / reuse.count), log_count(unique / reuse.count),
                         log_count(lines / reuse.count), log_count(stride), log_count(use.loads)});
}

void append_buffers(const StatementNest& nest, double iterations, double line, std::vector<float>& row) {
  std::array<std::size_t, 64> order{};
  const std::size_t count = std::min(nest.uses.size(), order.size());
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  // The write stays first; reads with the most bytes next.
  if (count > 1) {
    std::sort(order.begin() + 1, order.begin() + static_cast<std::ptrdiff_t>(count), [&](std::size_t a, std::size_t b) {
      const auto bytes = [&](std::size_t i) {
        return box_elements(nest.box(nest.uses[i], 0)) * nest.uses[i].element_bytes;
      };
      const double bytes_a = bytes(a);
      const double bytes_b = bytes(b);
      return bytes_a != bytes_b ? bytes_a > bytes_b : a < b;
    });
  }
  for (std::size_t i = 0; i < kBuffersInFeatures; ++i) {
    if (i < count) {
      append_buffer(nest, order[i], iterations, line, row);
    } else {
      row.insert(row.end(), 14, 0.0F);
    }
  }
}

// Operations per byte touched inside of each level, sampled along the nest from inside to outside.
void append_intensity(const StatementNest& nest, std::vector<float>& row) {
  std::array<double, 64> curve{};
  const std::size_t levels = std::min(nest.levels(), curve.size());
  double inside = std::max(nest.counts.float_operations(), 1.0);
  for (std::size_t i = 0; i < levels; ++i) {
    const std::size_t level = nest.levels() - 1 - i;
    double bytes = 0;
    for (const BufferUse& use : nest.uses) bytes += box_elements(nest.box(use, level)) * use.element_bytes;
    curve[i] = inside / std::max(bytes, 1.0);
    if (level > 0) inside *= static_cast<double>(nest.loops[level - 1].extent);
  }
  for (std::size_t k = 0; k < kIntensityPoints; ++k) {
    const double at =
        static_cast<double>(k) * static_cast<double>(levels - 1) / static_cast<double>(kIntensityPoints - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, levels - 1);
    const double value = curve[low] + (at - static_cast<double>(low)) * (curve[high] - curve[low]);
    row.push_back(log_count(value));
  }
}

}  // namespace

void append_features(const StatementNest& nest, const StatementCost& cost, const Hardware& hardware,
                     std::vector<float>& row) {
  [[maybe_unused]] const std::size_t begin = row.size();
  const double iterations = nest.iterations();
  append_computation(nest, iterations, row);
  append_annotations(nest, row);
  append_buffers(nest, iterations, static_cast<double>(hardware.cache_line_bytes), row);
  append_intensity(nest, row);

  double outer = 1;
  for (std::size_t p = 0; p < nest.own_begin; ++p) outer *= static_cast<double>(nest.loops[p].extent);
  const BufferUse& write = nest.uses.front();
  const double allocated = box_elements(nest.box(write, nest.own_begin)) * write.element_bytes;
  row.insert(row.end(), {log_count(allocated), log_count(outer), static_cast<float>(nest.state->storage)});
  row.insert(row.end(), {static_cast<float>(nest.loops.size()), static_cast<float>(nest.own_begin),
                         log_count(iterations), log_count(nest.domain_points)});
  row.insert(row.end(),
             {log_count(cost.compute), log_count(cost.traffic[0]), log_count(cost.traffic[1]),
              log_count(cost.traffic[2]), log_count(cost.overhead), log_count(cost.register_vectors),
              static_cast<float>(cost.balance), static_cast<float>(cost.redundancy), log_count(cost.total())});
  assert(row.size() - begin == kFeatureCount);
}

}  // namespace tilecast
