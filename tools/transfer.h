// Judging what a judge has not learnt from by its sort: tasks of one operator, or larger ones.
#pragma once

#include <CLI/CLI.hpp>
#include <limits>
#include <string>
#include <vector>

#include "evaluator/evaluator.h"
#include "record/dataset.h"

namespace tilecast::tools {

struct Transfer {
  std::string without_operator;                                        // as main_operator says; empty: none
  double train_flops_below = std::numeric_limits<double>::infinity();  // of a task
};
void add_transfer_options(CLI::App& command, Transfer& transfer);

// What is left out, for a person: ", without conv, below 1e+08 FLOP"; empty where nothing is.
std::string to_text(const Transfer& transfer);

// Of `training` keeps the tasks that have another operator and less work, of `judged` those that have this operator and
// as much work. Fails when no task of the dataset has the operator (and says which there are), and when nothing is left
// of either; `training` may be empty from the start.
Status keep_apart(const Transfer& transfer, const Dataset& dataset, std::vector<TaskRecords>& training,
                  std::vector<TaskRecords>& judged);

}  // namespace tilecast::tools
