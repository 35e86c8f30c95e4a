// Directives: the Halide scheduling calls that a State stands for, as plain data. The code generator executes them and
// `tilecast show` prints them as C++, so that what is shown is what is compiled.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/name.h"
#include "schedule/state.h"

namespace tilecast::directive {

// Which definition of a Func: its only or initial one, or the update that reduces.
enum class Definition : std::uint8_t { kPure, kUpdate };
enum class Tail : std::uint8_t { kGuardWithIf, kRoundUp };

struct CacheWrite {
  Name stage, copy;
};  // Func copy = stage.in();
struct CacheRead {
  Name buffer, reader, cache;
};  // Func cache = buffer.in(reader);
struct Rfactor {
  Name stage, loop, partial, axis;
};  // Func partial = stage.update().rfactor({{loop, axis}});
struct Split {
  Name stage;
  Definition definition;
  Name loop, outer, inner;
  std::int64_t factor;
  bool reduction;
  Tail tail;
};
struct Fuse {
  Name stage;
  Definition definition;
  Name outer, inner, fused;
  bool reduction;
};
struct Reorder {
  Name stage;
  Definition definition;
  std::vector<Name> loops;
};  // innermost first, as Halide wants it
struct Annotate {
  Name stage;
  Definition definition;
  Name loop;
  Annotation annotation;
};
struct ComputeAt {
  Name stage, host;
  Definition host_definition;
  Name loop;
};
struct ComputeRoot {
  Name stage;
};
struct StoreIn {
  Name stage;
  Storage storage;
};
struct BoundExtent {
  Name stage, axis;
  std::int64_t extent;
};

}  // namespace tilecast::directive

namespace tilecast {

using Directive = std::variant<directive::CacheWrite, directive::CacheRead, directive::Rfactor, directive::Split,
                               directive::Fuse, directive::Reorder, directive::Annotate, directive::ComputeAt,
                               directive::ComputeRoot, directive::StoreIn, directive::BoundExtent>;

// In the order in which Halide must be told.
std::vector<Directive> to_directives(const State& state);

// The same as Halide C++ (one statement a line), with packed layouts and the algorithm as comments.
std::string to_halide_cpp(const State& state);

}  // namespace tilecast
