// Builds a trajectory action by action, keeping the State that it leads to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hardware.h"
#include "schedule/state.h"
#include "space/decision.h"

namespace tilecast {

// After the first illegal action nothing more is applied; the rules need not check after each step.
class ScheduleBuilder {
 public:
  ScheduleBuilder(const State& initial, DecisionSource& decisions, const Hardware& hardware, int threads)
      : state_(initial), decisions_(decisions), hardware_(hardware), threads_(threads) {}

  const State& state() const { return state_; }
  const Hardware& hardware() const { return hardware_; }
  int threads() const { return threads_; }
  // Lanes of float32 in the widest vector register.
  std::int64_t vector_lanes() const { return hardware_.vector_bytes / 4; }

  bool failed() const { return illegal_.has_value(); }
  const std::optional<Illegal>& illegal() const { return illegal_; }
  const Trajectory& trajectory() const { return trajectory_; }
  Trajectory take_trajectory() { return std::move(trajectory_); }

  // False when the action is illegal; then the builder has failed.
  bool apply(Action action);
  // The same, but an illegal action leaves the builder as it was.
  bool try_apply(Action action);

  // A rule found that its decisions do not fit together.
  void reject(std::string reason) {
    if (!illegal_) illegal_ = Illegal{std::move(reason)};
  }

  std::int32_t choose(const Name& stage, std::string_view label, int number, std::span<const Option> options) {
    return decisions_.choose({stage, label, number}, options);
  }

  const StageState& stage(const Name& name) const { return state_.stage(*state_.find_stage(name)); }

 private:
  State state_;
  Trajectory trajectory_;
  DecisionSource& decisions_;
  const Hardware& hardware_;
  int threads_;
  std::optional<Illegal> illegal_;
};

}  // namespace tilecast
