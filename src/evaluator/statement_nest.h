// What a State looks like from its statements: each stage that is computed (not inlined) with all loops around it, its
// hosts' included, and which box of each buffer these loops touch, seen from every depth. Found without lowering.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/compute_dag.h"
#include "schedule/coverage.h"
#include "schedule/state.h"

namespace tilecast {

// A loop around a statement: its own, or one of a stage that it is computed inside of.
struct NestLoop {
  std::int64_t extent = 1;
  LoopKind kind = LoopKind::kSpatial;
  Annotation annotation = Annotation::kNone;
};

// One dimension of a read as a function of the statement's axes: sum_i coefficient_i * axis_i, plus one of `spread` + 1
// offsets. A sum over terms [first_term, first_term + terms) of StatementNest::terms.
struct ReadDimension {
  std::uint32_t first_term = 0;
  std::uint32_t terms = 0;
  double spread = 0;
  std::int64_t limit = 0;  // at most this many values (the buffer's extent, a modulus)
  bool affine = true;      // false: any of the `limit` values
};
struct ReadTerm {
  std::int32_t axis = 0;
  double coefficient = 1;
};

// A buffer that the statement touches: what it reads (itself or through inlined producers), or the buffer it writes.
struct BufferUse {
  BufferId buffer = 0;
  double loads = 1;       // how many times in one evaluation
  bool is_write = false;  // the statement's own buffer; a reduction reads it as well
  int element_bytes = 4;
  std::uint32_t first_dimension = 0;  // into StatementNest::dimensions; of a write: as many as the statement has axes
  std::uint32_t rank = 0;
  std::uint32_t first_box = 0;  // into StatementNest::boxes
};

// One contiguous piece of a layout: `extent` consecutive values of dimension `dim`, `stride` elements apart.
struct LayoutPart {
  std::int32_t dim = 0;
  std::int64_t extent = 1;
  double stride = 1;
};

struct StatementNest {
  StageId stage = -1;
  const StageState* state = nullptr;
  std::vector<NestLoop> loops;  // outermost first
  std::size_t own_begin = 0;    // loops before it belong to hosts
  std::size_t axis_count = 0;
  std::size_t spatial_count = 0;
  // How many values of each axis are run through by the loops at positions >= level: (loops.size() + 1) rows.
  std::vector<std::int64_t> axis_extents;
  // The first use is the write; then reads in the order of the expression, equal ones not merged.
  std::vector<BufferUse> uses;
  std::vector<ReadDimension> dimensions;
  std::vector<ReadTerm> terms;
  std::vector<std::int64_t> boxes;        // for a use: (loops.size() + 1) rows of `rank` extents
  std::vector<LayoutPart> layout;         // of all uses, innermost first
  std::vector<std::uint32_t> first_part;  // of each use, and one more at the end
  OpCounts counts;                        // of one evaluation, inlined producers included
  double domain_points = 1;               // product of the extents of all axes: what the algorithm asks for

  // Of the whole nest, the hosts' loops included.
  double iterations() const;
  std::size_t levels() const { return loops.size() + 1; }
  std::span<const std::int64_t> extents_at(std::size_t level) const {
    return {axis_extents.data() + level * axis_count, axis_count};
  }
  std::span<const std::int64_t> box(const BufferUse& use, std::size_t level) const {
    return {boxes.data() + use.first_box + level * use.rank, use.rank};
  }
  std::span<const LayoutPart> layout_of(std::size_t use) const {
    return {layout.data() + first_part[use], first_part[use + 1] - first_part[use]};
  }
};

// How many elements a box has; empty dimensions count as 1.
double box_elements(std::span<const std::int64_t> box);

// Analyses one State after another, reusing its memory: allocates nothing once it has grown.
class NestAnalyzer {
 public:
  // The computed statements, readers before what they read. Valid until the next call; points into `state`.
  std::span<const StatementNest> analyze(const State& state);

 private:
  StatementNest& start(const State& state, StageId id);
  void add_outer_loops(const State& state, StatementNest& nest);
  void add_own_extents(const State& state, StatementNest& nest);
  void add_uses(const State& state, StatementNest& nest);
  void add_boxes(StatementNest& nest);
  StatementNest* nest_of(StageId id);

  std::vector<StatementNest> nests_;
  std::size_t count_ = 0;
  CoverArray covers_;
  std::vector<std::size_t> nest_index_;  // by stage
};

}  // namespace tilecast
