#include "space/rules/register_tile.h"

#include <algorithm>
#include <cmath>

#include "space/rules/loops.h"

namespace tilecast::rules {
namespace {

// Registers that operands and addresses need beside the accumulators.
constexpr int kOperandRegisters = 4;
// A multiply-add takes this many cycles before its result can be used: fewer accumulators leave the unit idle.
constexpr double kLatencyHidden = 8;
// With fewer rows that share vectors than this, rows that do not are better than none.
constexpr std::int64_t kFewRows = 4;

double waste(std::int64_t extent, std::int64_t tile) {
  return static_cast<double>((extent + tile - 1) / tile * tile) / static_cast<double>(extent);
}

// What a step takes beside its multiply-adds, in multiply-adds: a vector comes from the second cache, as a rule, since
// tiles are too many for the first one; a scalar comes from the first.
struct StepCosts {
  int registers = 0;
  double vector_load = 2;
  double scalar_load = 0.2;
  int scalar_registers = 0;
  double spilled_register = 4;  // stored and loaded again
};

// AVX-512 and NEON, which have 32 registers, multiply by a scalar in memory or in a lane; with 16, a scalar is spread
// over a register by an instruction of its own.
StepCosts step_costs(const Hardware& hardware) {
  StepCosts costs{.registers = hardware.vector_registers};
  if (hardware.vector_registers > 16) return costs;
  costs.scalar_load = 1.5;
  costs.scalar_registers = 1;
  return costs;
}

// Share of the time that the multipliers work with `vectors` x `rows` accumulators: a step loads `vectors` vectors and
// broadcasts `rows` scalars for vectors * rows multiply-adds. Its vectors stay in registers where several rows use
// them.
double efficiency(const StepCosts& costs, std::int64_t vectors, std::int64_t rows) {
  const std::int64_t accumulators = vectors * rows;
  const std::int64_t needed = accumulators + (rows > 1 ? vectors : 1) + costs.scalar_registers;
  const auto spilled = static_cast<double>(std::max<std::int64_t>(0, needed - costs.registers));
  const double extra = costs.vector_load * static_cast<double>(vectors) +
                       costs.scalar_load * static_cast<double>(rows) + costs.spilled_register * spilled;
  return static_cast<double>(accumulators) / (std::max(static_cast<double>(accumulators), kLatencyHidden) + extra);
}

std::int64_t choose_vectors(ScheduleBuilder& builder, const Name& stage, std::int64_t extent, std::int64_t lanes,
                            std::int64_t rows_available, std::int64_t budget) {
  const StepCosts costs = step_costs(builder.hardware());
  std::vector<Option> options;
  for (const std::int64_t vectors : {1, 2, 3, 4, 6, 8}) {
    if (vectors > 1 && (vectors * lanes > extent || vectors > budget)) break;
    const std::int64_t rows = std::clamp<std::int64_t>(budget / vectors, 1, rows_available);
    const double quality = efficiency(costs, vectors, rows) / waste(extent, vectors * lanes);
    options.push_back({static_cast<std::int32_t>(vectors), std::pow(quality, 4) + 1e-3});
  }
  return builder.choose(stage, "vectors", 0, options);
}

std::int64_t choose_rows(ScheduleBuilder& builder, const Name& stage, int axis, std::int64_t extent,
                         std::int64_t vectors, std::int64_t rows_so_far, std::int64_t rows_later, std::int64_t budget) {
  const StepCosts costs = step_costs(builder.hardware());
  std::vector<Option> options;
  for (std::int64_t rows = 1; rows <= extent && vectors * rows_so_far * rows <= budget; ++rows) {
    const std::int64_t room = std::max<std::int64_t>(1, budget / (vectors * rows_so_far * rows));
    const std::int64_t later = std::min(rows_later, room);
    const double reach = efficiency(costs, vectors, rows_so_far * rows * later);
    // What a later axis may add is less sure than what this one adds.
    const double now = efficiency(costs, vectors, rows_so_far * rows);
    const double quality = (0.25 * reach + 0.75 * now) / waste(extent, rows);
    options.push_back({static_cast<std::int32_t>(rows), std::pow(quality, 6) + 1e-4});
  }
  return builder.choose(stage, "rows", axis, options);
}

}  // namespace

RegisterTile choose_register_tile(ScheduleBuilder& builder, const Name& stage, const std::vector<std::int64_t>& extents,
                                  const std::vector<bool>& reused) {
  const std::int64_t budget = std::max(1, builder.hardware().vector_registers - kOperandRegisters);
  RegisterTile tile;
  tile.lanes = choose_lanes(builder, stage, extents[0]);
  std::int64_t shared = 1;
  for (std::size_t d = 1; d < extents.size(); ++d) shared *= reused[d] ? extents[d] : 1;
  const auto is_row = [&](std::size_t d) { return reused[d] || shared < kFewRows; };
  std::int64_t rows_available = 1;
  for (std::size_t d = 1; d < extents.size(); ++d) rows_available *= is_row(d) ? extents[d] : 1;
  const std::int64_t vectors = choose_vectors(builder, stage, extents[0], tile.lanes, rows_available, budget);
  tile.extents = {tile.lanes * vectors};
  std::int64_t rows = 1;
  for (std::size_t d = 1; d < extents.size(); ++d) {
    if (!is_row(d)) {
      tile.extents.push_back(1);
      continue;
    }
    rows_available /= extents[d];
    const std::int64_t chosen =
        choose_rows(builder, stage, static_cast<int>(d), extents[d], vectors, rows, rows_available, budget);
    tile.extents.push_back(chosen);
    rows *= chosen;
  }
  return tile;
}

}  // namespace tilecast::rules
