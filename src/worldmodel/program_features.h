// What a trajectory amounts to, as one row of numbers: the nests of the stages that do most of the work, as an
// ActionTracker knows them after the last action. No State is built, no bound inferred.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <variant>

#include "worldmodel/action_features.h"

namespace tilecast {

// Counts and extents are given as log2(1 + x); what a nest does not have is 0.
struct NestSummary {
  // The stage itself.
  float operations = 0;  // all of them
  float from_output = 0;
  float is_copy = 0;  // 1 or 0
  float elements = 0;
  float terms = 0;            // that are combined into an element
  float term_operations = 0;  // of one term
  float term_loads = 0;

  // Where it is computed.
  float inside_another = 0;  // 1 or 0
  float times = 0;           // how often its nest runs
  float host_inside = 0;     // iterations of the host's loops inside the one at which it is computed
  float region = 0;          // elements of one run
  float storage = 0;         // its number
  float excess = 0;          // log2 of what all runs compute over what is needed
  float tails = 0;           // splits that do not divide; not as a logarithm

  // What is computed by the innermost, annotated loops.
  float vector_extent = 0;
  float vector_axis = 0;  // 1 + its axis, innermost first; 0: none, or over several
  float unrolled_spatial = 0;
  float unrolled_reduction = 0;
  std::array<float, 4> tile{};  // vectorized and unrolled, along each of the innermost spatial axes
  float unroll_limit = 0;

  // Order of the loops.
  float spatial_inside_reduction = 0;     // iterations of spatial loops inside the outermost reduction loop
  float reduction_inside_spatial = 0;     // of reduction loops inside the innermost spatial loop that is not annotated
  std::array<float, 4> serial{};          // extents of the innermost loops that are not annotated, innermost first
  std::array<float, 4> serial_reduces{};  // 1 or 0
  std::array<float, 3> block{};           // iterations inside the outermost loop of each of the innermost spatial axes
  float reduction_block = 0;              // the same of reduction loops
  float loops = 0;                        // not as a logarithm

  // Parallelism: its own, or that of the stage that it is computed in.
  float parallel = 0;
  float inside_parallel = 0;  // iterations of its nest for each of the parallel loop's
};

struct ProgramFeatures {
  static constexpr std::size_t kNests = 4;
  std::array<NestSummary, kNests> nests{};  // those with most operations first; inlined stages have none

  std::array<float, std::variant_size_v<Action>> kinds{};  // actions of each kind, not as a logarithm
  float actions = 0;                                       // not as a logarithm
  float algorithm = 0;                                     // its number
  float stages = 0;                                        // that are not inlined; not as a logarithm
  float inlined = 0;                                       // that are; not as a logarithm
  float inlined_operations = 0;
  float other_operations = 0;  // of stages that are not among the nests above
  float largest_parallel = 0;
  float pack_parts = 0;                // of all packed inputs; not as a logarithm
  std::array<float, 3> pack_extent{};  // of the innermost parts of the first
};
inline constexpr std::size_t kProgramFeatureCount = sizeof(ProgramFeatures) / sizeof(float);

// All of them in order.
inline std::array<float, kProgramFeatureCount> values_of(const ProgramFeatures& features) {
  return std::bit_cast<std::array<float, kProgramFeatureCount>>(features);
}

// Of the program that the actions followed so far lead to.
ProgramFeatures program_features(const ActionTracker& tracker);

}  // namespace tilecast
