// ComputeDAG: the unscheduled program as plain data. Stages, their axes, what they compute and how they read each
// other.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/name.h"
#include "base/result.h"
#include "ir/constant_form.h"
#include "ir/expr.h"
#include "ir/tensor_type.h"

namespace tilecast {

struct Axis {
  Name name;
  std::int64_t min = 0;
  std::int64_t extent = 1;
  bool operator==(const Axis&) const = default;
};

// How many points the axes run over together; 1 for none.
double point_count(std::span<const Axis> axes);

enum class ReductionOp : std::uint8_t { kNone, kSum, kMax, kMin, kProduct };

// How one dimension of a read buffer depends on the reader's axes:
//   index = floor((sum_i coefficient_i * axis_i + offset) / divisor) mod modulus, offset in [min_offset, max_offset],
// then clamped into the buffer. divisor = 1 and modulus = 0 mean "none". Where `affine` is false (data-dependent, or of
// another form) any element of the dimension may be read.
struct AffineTerm {
  std::int32_t axis = 0;  // spatial axes first, then reduction axes
  std::int64_t coefficient = 1;
  bool operator==(const AffineTerm&) const = default;
};
struct IndexMap {
  std::vector<AffineTerm> terms;  // ordered by axis, coefficients non-zero
  std::int64_t min_offset = 0;
  std::int64_t max_offset = 0;
  std::int64_t divisor = 1;
  std::int64_t modulus = 0;
  bool affine = true;
  bool operator==(const IndexMap&) const = default;
};

// Buffers are numbered: 0 … inputs-1 the DAG's inputs, then the stages in order.
using BufferId = std::int32_t;

// All reads of one buffer by one stage, merged when their maps differ in offsets only; otherwise one Access each.
struct Access {
  BufferId buffer = 0;
  std::vector<IndexMap> dims;  // innermost first, as many as the buffer has dimensions
  std::int32_t loads = 1;      // how many distinct loads in the expression it stands for
  bool operator==(const Access&) const = default;
};

// Scalar operations for one evaluation of an expression (index arithmetic not counted).
struct OpCounts {
  std::int32_t float_add = 0, float_mul = 0, float_fma = 0, float_div = 0, float_compare = 0, float_math = 0;
  std::int32_t int_add = 0, int_mul = 0, int_div = 0, int_compare = 0, select = 0, cast = 0, loads = 0;
  bool operator==(const OpCounts&) const = default;

  // A multiply-add is two.
  double float_operations() const {
    return 2.0 * float_fma + float_add + float_mul + float_div + float_compare + float_math;
  }
};

// One Halide Func: pure (no reduction), or an initial value followed by one update that reduces over `reduction` axes
// into every element. Axes are innermost first, as in Halide.
struct Stage {
  Name name;
  DataType type = DataType::kFloat32;
  std::vector<Axis> spatial;    // innermost first; one per dimension of the stage's buffer
  std::vector<Axis> reduction;  // innermost first; empty for a pure stage
  ReductionOp reduction_op = ReductionOp::kNone;
  Expr value;                    // pure: the element. Reduction: the term that is combined into the element
  double init = 0;               // reduction: the initial value
  std::vector<Access> accesses;  // of `value`
  OpCounts counts;               // of `value`, with the combining operation of a reduction
  bool operator==(const Stage&) const = default;

  bool is_reduction() const { return reduction_op != ReductionOp::kNone; }
};

struct DagInput {
  Name name;
  DataType type = DataType::kFloat32;
  std::vector<std::int64_t> extents;  // innermost first, in the form below
  bool is_constant = false;
  ConstantForm form = ConstantForm::kPlain;  // of a constant: how its data is prepared
  bool operator==(const DagInput&) const = default;
};

// Stages are in topological order; the last one is the output.
struct ComputeDag {
  std::vector<DagInput> inputs;
  std::vector<Stage> stages;
  bool operator==(const ComputeDag&) const = default;

  bool is_input(BufferId id) const { return id < static_cast<BufferId>(inputs.size()); }
  const Stage& stage_of(BufferId id) const { return stages[static_cast<std::size_t>(id) - inputs.size()]; }
  BufferId buffer_of_stage(std::size_t stage) const { return static_cast<BufferId>(inputs.size() + stage); }
};

// The same computation by different algorithms (direct, Winograd, …). All read the same inputs, constants perhaps in
// another form, and write the same output. There is always at least one; the first is the default and reads all
// constants as they are.
struct Program {
  struct Alternative {
    Name algorithm;
    std::shared_ptr<const ComputeDag> dag;
  };
  std::vector<Alternative> alternatives;
};

// Names unique, buffers earlier than their readers, access ranks that fit, positive extents.
Status validate(const ComputeDag& dag);

// Fills in `accesses` and `counts` of a stage from its expression.
void analyze_stage(Stage& stage);

}  // namespace tilecast
