// A task with its program extracted: what scoring, sampling and measuring a task's candidates have in common.
#pragma once

#include "ir/task.h"
#include "schedule/state.h"

namespace tilecast {

struct TaskContext {
  Task task;
  State initial;  // the unscheduled program
};

}  // namespace tilecast
