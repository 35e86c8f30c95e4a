// What role each stage of a program plays for the rules: found once per algorithm from the unscheduled State.
#pragma once

#include <vector>

#include "schedule/state.h"

namespace tilecast {

enum class StageRole : std::uint8_t {
  kInline,  // pure and cheap, or only another view: computed inside its readers' expressions
  kPlain,   // pure, worth (or in need of) a nest of its own: padding read by a convolution, an expensive function
  kTiledReduction,  // a reduction whose innermost dimension can be vectorized, or whose inputs are reused
  kRowReduction,    // a reduction along contiguous memory without reuse: softmax, layer norm
};

// How many elements a stage has.
double stage_elements(const Stage& stage);

// How many elements a buffer has, an input's or a stage's.
double buffer_elements(const State& state, BufferId buffer);

// Whether another value of one of the stage's axes may read another element: always, if indices are not affine.
bool varies_along(const Access& access, std::size_t axis);

// How many terms each element of a reduction adds up (or otherwise combines); 1 for a stage that is none.
double term_count(const Stage& stage);

// Whether each step of a reduction reads neighbours in memory from everything, as the window of one channel does (a
// depthwise convolution, pooling). It shares no vector with other rows, but elements with the windows next to it.
bool is_window(const Stage& stage);

// The axis along whose values a copy reads neighbours in memory, when that is not the innermost one: a transposition.
std::optional<std::size_t> transposed_axis(const Stage& stage);

// One entry a stage of the DAG.
std::vector<StageRole> stage_roles(const State& state);

// The stage whose nest a reduction can be computed in: the only one that reads it (through inlined stages by affine
// indices), pure, not one that tells cases apart. Empty when there is none.
std::optional<StageId> fusable_consumer(const State& state, StageId reduction, const std::vector<StageRole>& roles);

// The last tiled reduction, where it is the output, element by element, and there are earlier ones: those can be
// computed in blocks of its rows.
std::optional<StageId> chain_end(const State& state, const std::vector<StageRole>& roles);

// The stage that a reduction's results are combined in case by case (space/cases.h): the one that reads it, through
// inlined stages. Empty when there is none.
std::optional<StageId> case_consumer(const State& state, StageId reduction, const std::vector<StageRole>& roles);

}  // namespace tilecast
