// Judging what a judge has not learnt from by its sort: tasks of one operator, or larger ones.
#pragma once

#include <CLI/CLI.hpp>
#include <limits>
#include <string>
#include <vector>

#include "evaluator/evaluator.h"
#include "record/dataset.h"

namespace tilecast::tools {

// Both together: learns from tasks that have another operator and less work, ranks those that have this operator and as
// much work.
struct Transfer {
  std::string without_operator;                                        // as main_operator says; empty: none
  double train_flops_below = std::numeric_limits<double>::infinity();  // of a task
};
void add_transfer_options(CLI::App& command, Transfer& transfer);

// Fails when no task of the dataset has this main operator, and says which there are.
Status check_operator(const std::string& name, const Dataset& dataset);

// Whether a judge may learn from these records, and whether it ranks them: never both, unless nothing is left out.
bool may_learn(const Transfer& transfer, const TaskRecords& group);
bool is_ranked(const Transfer& transfer, const TaskRecords& group);

// What is left out, for a person: ", without conv, below 1e+08 FLOP"; empty where nothing is.
std::string to_text(const Transfer& transfer);

// Keeps of `training` what may be learnt, of `judged` what is ranked. Fails as check_operator does, and when nothing is
// left of either; `training` may be empty from the start.
Status keep_apart(const Transfer& transfer, const Dataset& dataset, std::vector<TaskRecords>& training,
                  std::vector<TaskRecords>& judged);

}  // namespace tilecast::tools
