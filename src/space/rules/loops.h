// What several rules do to loops.
#pragma once

#include <string>
#include <vector>

#include "space/schedule_builder.h"

namespace tilecast::rules {

// The extents of a loop of the builder's current state.
std::int64_t loop_extent(const ScheduleBuilder& builder, const Name& stage, const Name& loop);

// How many times as much as there is of a stage would be computed if it were in the body of the loop at this position
// of the host's nest, or why it cannot be there.
Result<double, Illegal> redundancy(const State& state, StageId stage, StageId host, std::size_t position);

// "c" + ".r"; the base is cut when the result would not fit a Name.
Name loop_name(const Name& base, std::string_view suffix);

// Splits unless the factor covers the loop (then `inner` is the loop itself and there is no outer one).
struct SplitLoops {
  std::optional<Name> outer;
  Name inner;
};
SplitLoops split_loop(ScheduleBuilder& builder, const Name& stage, const Name& loop, std::int64_t factor,
                      std::string_view outer_suffix, std::string_view inner_suffix);

// A transposition's vectors gather from as many lines as they have lanes: its loop over neighbours in memory belongs
// inside of all others, so that each line is used up before the next ones come. Says whether `loops` has it.
bool move_to_back(std::vector<Name>& loops, const Name& loop);

// Fuses the first `count` of `loops` (outermost first, adjacent) into one; returns the loops that are left.
std::vector<Name> fuse_prefix(ScheduleBuilder& builder, const Name& stage, std::vector<Name> loops, std::size_t count);

// Chooses how many of the outermost loops to fuse, fuses them and makes the result parallel. Returns what is left of
// `loops`, the parallel one first. Does nothing with one thread or when all loops together have one iteration.
std::vector<Name> parallelize(ScheduleBuilder& builder, const Name& stage, std::vector<Name> loops);

// The loops of axes whose cases are told apart (space/cases.h): each is split where it has more values than cases.
// Takes those loops of `loops` out, replaces them by the outer part if there is one, and returns the inner parts, to be
// unrolled.
std::vector<Name> split_cases(ScheduleBuilder& builder, StageId stage, std::vector<Name>& loops);

// Chooses the number of vector lanes for a loop of this extent: 1 when it is not worth a vector.
std::int64_t choose_lanes(ScheduleBuilder& builder, const Name& stage, std::int64_t extent);

// The share of time that `threads` threads are busy when they share `chunks` equal pieces of work.
double parallel_balance(std::int64_t chunks, int threads);

}  // namespace tilecast::rules
