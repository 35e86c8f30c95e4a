#include "space/schedule_builder.h"

namespace tilecast {

bool ScheduleBuilder::apply(Action action) {
  if (failed()) return false;
  Result<State, Illegal> next = tilecast::apply(std::move(state_), action);
  if (!next) {
    illegal_ = std::move(next).error();
    return false;
  }
  state_ = *std::move(next);
  trajectory_.push_back(std::move(action));
  return true;
}

bool ScheduleBuilder::try_apply(Action action) {
  if (failed()) return false;
  Result<State, Illegal> next = tilecast::apply(state_, action);
  if (!next) return false;
  state_ = *std::move(next);
  trajectory_.push_back(std::move(action));
  return true;
}

}  // namespace tilecast
