// Action: one scheduling step. A small comparable value; loops and stages are named at creation and never renumbered,
// so an action stays valid when an earlier decision (a tile size, say) changes.
//
// Each kind is documented by before -> after. What a kind demands and does to a State stands in actions/<kind>.cpp; the
// Halide directives follow from the State (directives.h).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/name.h"
#include "base/result.h"

namespace tilecast {

// Why an action cannot be applied, for a person.
struct Illegal {
  std::string reason;
  bool operator==(const Illegal&) const = default;
};

//   for x in 0..30:            for xo in 0..4:
//     s[x] = …          ->       for xi in 0..8:
//                                  if xo*8 + xi < 30: s[xo*8 + xi] = …
// The tail need not divide. A stage computed inside another is rounded up instead of guarded: it computes 32 elements.
struct Split {
  Name stage, loop, outer, inner;
  std::int64_t factor = 1;  // extent of `inner`; 1 <= factor <= extent of `loop`
  bool operator==(const Split&) const = default;
};

//   for y in 0..4:             for f in 0..32:
//     for x in 0..8:    ->       s[f % 8, f / 8] = …
//       s[x, y] = …
// `inner` must be the loop directly inside `outer`, both spatial or both reduction.
struct Fuse {
  Name stage, outer, inner, fused;
  bool operator==(const Fuse&) const = default;
};

//   for y: for x: for c: …   -> reorder {c, y}    for c: for x: for y: …
// Outermost first. Loops that are not listed keep their place; the listed ones share the places that they held
// together.
struct Reorder {
  Name stage;
  std::vector<Name> loops;
  bool operator==(const Reorder&) const = default;
};

//   for c in 0..16: s[c] = …   ->   s[0:16] = …          (innermost spatial loop, at most 64 lanes)
inline constexpr std::int64_t kMaxVectorLanes = 64;
struct Vectorize {
  Name stage, loop;
  bool operator==(const Vectorize&) const = default;
};

//   for k in 0..4: s += a[k]   ->   s += a[0]; s += a[1]; s += a[2]; s += a[3]
struct Unroll {
  Name stage, loop;
  bool operator==(const Unroll&) const = default;
};

//   for y: …   ->   parallel for y: …        (spatial loop, no other parallel loop around or inside)
struct Parallel {
  Name stage, loop;
  bool operator==(const Parallel&) const = default;
};

//   for y: for x: p[x, y] = …            for y:
//   for y: for x: c[x, y] = f(p)   ->      for x: p[x] = …      (only what this y needs)
//                                          for x: c[x, y] = f(p)
struct ComputeAt {
  Name stage, host, loop;
  bool operator==(const ComputeAt&) const = default;
};

// Back to a nest of its own, before its readers (where every stage starts).
struct ComputeRoot {
  Name stage;
  bool operator==(const ComputeRoot&) const = default;
};

//   p[x] = a[x] + 1; c[x] = p[x] * 2   ->   c[x] = (a[x] + 1) * 2         (pure stages only)
struct Inline {
  Name stage;
  bool operator==(const Inline&) const = default;
};

//   for x: for k: s[x] += …   ->   for x: for k: s[x] += …        (s: an accumulator, to be computed inside `copy`)
//                                  for x: copy[x] = s[x]          (copy: read by all who read s, or the output)
struct CacheWrite {
  Name stage, copy;
  bool operator==(const CacheWrite&) const = default;
};

//   for x: c[x] = b[x] + b[x+1]   ->   for x: cache[x] = b[x]
//                                      for x: c[x] = cache[x] + cache[x+1]
// `buffer` is an input or a stage that `reader` reads.
struct CacheRead {
  Name buffer, reader, cache;
  bool operator==(const CacheRead&) const = default;
};

//   for x: for ko: for ki: s[x] += a[ko, ki]   ->   for x: for v: for ki: partial[x, v] += a[v, ki]
//                                                   for x: for ko: s[x] += partial[x, ko]
// `loop` is a reduction loop of `stage`, on whose nest only splits of reduction loops were done so far. `axis` is the
// name of the new outermost spatial axis of `partial`.
struct Rfactor {
  Name stage, loop, partial, axis;
  bool operator==(const Rfactor&) const = default;
};

enum class Storage : std::uint8_t { kAuto, kHeap, kStack, kRegister };

// Where the elements of a stage live.
struct StoreIn {
  Name stage;
  Storage storage = Storage::kAuto;
  bool operator==(const StoreIn&) const = default;
};

// One part of a packed layout: `extent` consecutive values of (what is left of) dimension `dim`.
struct PackPart {
  std::int32_t dim = 0;  // of the input, innermost first
  std::int64_t extent = 1;
  auto operator<=>(const PackPart&) const = default;
};

//   w[co, ci], 64 x 100   ->   pack {co:16, ci:100, co:4}   ->   P[co / 16][ci][co % 16]
// The layout of a constant input, made ahead of time, outside the timed code. `parts` innermost first; the parts of one
// dimension, innermost first, multiply to at least its extent (the rest is padding, filled with zeros).
struct Pack {
  Name input;
  std::vector<PackPart> parts;
  bool operator==(const Pack&) const = default;
};

//   Unrolls the innermost serial loops of the stage as long as the unrolled body has at most `max_steps` copies.
struct UnrollLimit {
  Name stage;
  std::int64_t max_steps = 0;
  bool operator==(const UnrollLimit&) const = default;
};

// Which of the program's algorithms is scheduled; the first action or absent (then the first alternative).
struct ChooseAlgorithm {
  Name algorithm;
  bool operator==(const ChooseAlgorithm&) const = default;
};

// The position in this list is the kind's number in records: append only.
using Action = std::variant<Split, Fuse, Reorder, Vectorize, Unroll, Parallel, ComputeAt, ComputeRoot, Inline,
                            CacheWrite, CacheRead, Rfactor, StoreIn, Pack, UnrollLimit, ChooseAlgorithm>;

// Version of the action set, written in records; raised when a kind changes its meaning (never when one is appended).
inline constexpr int kActionVersion = 1;

using Trajectory = std::vector<Action>;

// "split", "fuse", …
std::string_view action_kind_name(const Action& action);
// One line: "split(conv, x, xo, xi, 8)".
std::string to_text(const Action& action);
std::string to_text(const Trajectory& trajectory);  // one action a line

// An array: the kind's name, then its fields in order: ["split","conv","x","xo","xi",8].
nlohmann::json to_json(const Action& action);
nlohmann::json to_json(const Trajectory& trajectory);
Result<Action> action_from_json(const nlohmann::json& json);
Result<Trajectory> trajectory_from_json(const nlohmann::json& json);

// A stable hash of the actions in order.
std::uint64_t trajectory_hash(const Trajectory& trajectory);

}  // namespace tilecast
