// Texts that mean the same as a program text (schedule/state.h): the second views of contrastive training, which
// teach an encoder what makes no difference.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"

namespace tilecast {

struct AugmentationShares {
  double reordered = 1;     // of the texts, those whose statements are put in another order
  double unit_loops = 0.1;  // of the loops, those around which one is put that runs once
  double renamed = 0.5;     // of the texts, those whose names are exchanged
};

// All of the below, each with its share. The result is a program text but for the order of statements and names.
std::string augmented(std::string_view text, const AugmentationShares& shares, Random& random);

// Statements side by side in a random order that keeps the order of those that depend on each other. They are the
// declarations of inputs; inlined stages; nests, be it of the program or in the body of one loop; and the temporaries
// of one expression, each among their like. One depends on another when either mentions, itself or through inlined
// stages, what the other computes. Loops and temporaries are numbered in order of appearance, as in every program text.
std::string with_reordered_statements(std::string_view text, Random& random);

// With loops that run once around this share of the loops, so that the length changes: a contrastive model whose pairs
// are always equally long learns to tell texts by their lengths. Numbered as above.
std::string with_unit_loops(std::string_view text, double share, Random& random);

// The names of the text exchanged at random: those of inputs, stages, loops, axes and temporaries each among
// themselves.
std::string with_exchanged_names(std::string_view text, Random& random);

}  // namespace tilecast
