#include "transfer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>

#include "frontend/main_operator.h"

namespace tilecast::tools {
namespace {

bool has_operator(const Transfer& transfer, const TaskRecords& group) {
  return main_operator(group.task.task.graph) == transfer.without_operator;
}

bool is_below(const Transfer& transfer, const TaskRecords& group) {
  return group.task.task.flops < transfer.train_flops_below;
}

}  // namespace

Status check_operator(const std::string& name, const Dataset& dataset) {
  std::set<std::string> known;
  for (const auto& [key, task] : dataset.tasks) known.insert(main_operator(task.task.graph));
  if (known.contains(name)) return Unit{};
  return Error{
      fmt::format("--without-operator: no task has the main operator {}; there are {}", name, fmt::join(known, ", "))};
}

void add_transfer_options(CLI::App& command, Transfer& transfer) {
  command.add_option("--without-operator", transfer.without_operator,
                     "learn from no task with this main operator (as --by operator prints them), and rank only those");
  command
      .add_option("--train-flops-below", transfer.train_flops_below,
                  "learn only from tasks with less work than so many operations, and rank only the others")
      ->check(CLI::PositiveNumber);
}

bool may_learn(const Transfer& transfer, const TaskRecords& group) {
  return (transfer.without_operator.empty() || !has_operator(transfer, group)) && is_below(transfer, group);
}

bool is_ranked(const Transfer& transfer, const TaskRecords& group) {
  return (transfer.without_operator.empty() || has_operator(transfer, group)) &&
         (!std::isfinite(transfer.train_flops_below) || !is_below(transfer, group));
}

std::string to_text(const Transfer& transfer) {
  std::string text;
  if (!transfer.without_operator.empty()) text += fmt::format(", without {}", transfer.without_operator);
  if (std::isfinite(transfer.train_flops_below)) text += fmt::format(", below {:g} FLOP", transfer.train_flops_below);
  return text;
}

Status keep_apart(const Transfer& transfer, const Dataset& dataset, std::vector<TaskRecords>& training,
                  std::vector<TaskRecords>& judged) {
  if (!transfer.without_operator.empty()) TILECAST_CHECK(check_operator(transfer.without_operator, dataset));
  const bool learns = !training.empty();
  std::erase_if(training, [&](const TaskRecords& group) { return !may_learn(transfer, group); });
  std::erase_if(judged, [&](const TaskRecords& group) { return !is_ranked(transfer, group); });
  if (learns && training.empty()) return Error{"no measured programs are left to learn from" + to_text(transfer)};
  if (judged.empty()) {
    return Error{"the split has no measured programs to rank beside what may be learnt from" + to_text(transfer)};
  }
  return Unit{};
}

}  // namespace tilecast::tools
