// Small programs for tests of schedules, made by hand so that these tests need neither operators nor Halide; and ways
// to look at a State.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schedule/state.h"

namespace tilecast::testing {

// Writes a stage's expression node by node: each call adds one and returns its number; the last one is the value.
class StageMaker {
 public:
  StageMaker(const Name& name, std::vector<Axis> spatial, std::vector<Axis> reduction = {});
  std::int32_t axis(int number);  // spatial axes first, then reduction axes
  std::int32_t whole(std::int64_t value);
  std::int32_t real(double value);
  std::int32_t load(BufferId buffer, std::vector<std::int32_t> index);
  std::int32_t op(ExprOp op, std::int32_t a, std::int32_t b);
  std::int32_t call(const std::string& function, std::int32_t argument);
  // With its accesses and counts. A stage with reduction axes sums.
  Stage make() const;

 private:
  std::int32_t push(ExprNode node);
  Stage stage_;
};

// The program's only algorithm is called "direct".
State state_of(ComputeDag dag);

// pre = 2 in, (width + 2) x height; blur[x, y] = pre[x, y] + pre[x + 1, y] + pre[x + 2, y]; post = blur + 1.
State blur_state(std::int64_t width, std::int64_t height);
// product[n, m] = sum over k of a[k, m] * b[n, k]; relu = max(product, 0). `b` is constant.
State product_state(std::int64_t n, std::int64_t m, std::int64_t k);
// left = in + 1, right = 2 in, sum = left + right, of 8 values.
State diamond_state();
// 8 values by two algorithms: "twice" (one stage, y = 2 in) or "sum" (h = in, y = h + h).
State two_algorithms_state();

// The State after the actions; throws when one is illegal.
State scheduled(const State& initial, const Trajectory& trajectory);
// The State after one action that is legal; a failure of the test when the State before it changes.
State applied(const State& before, const Action& action);
// After `before`, the action is refused for this reason, by apply and by replay, and the State is as it was.
void expect_refused(const State& initial, const Trajectory& before, const Action& action, const std::string& reason);

// A stage's loops, outermost first: "parallel y:6 xo:2 reducing k:3 vectorized xi:4".
std::string nest(const State& state, const Name& stage);
// All that a State holds, names included: equal for equal States only.
std::string describe(const State& state);

}  // namespace tilecast::testing
