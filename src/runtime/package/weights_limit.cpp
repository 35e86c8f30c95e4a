#include "runtime/package/weights_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "codegen/codegen.h"
#include "record/record_log.h"
#include "runtime/package/memory_plan.h"

namespace tilecast {
namespace {

// How many different constants the calls of a task read as each input of its graph.
std::vector<std::int64_t> constants_of(const ImportedModel& model, std::size_t task) {
  const OpGraph& graph = model.partition.tasks[task].task.graph;
  std::vector<std::set<NetworkId>> constants(graph.inputs.size());
  for (const TaskCall& call : model.partition.calls) {
    if (call.task != task) continue;
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
      const NetworkId root = storage_of(model.network, call.inputs[i]);
      if (model.network.node(root).is_constant()) constants[i].insert(root);
    }
  }
  std::vector<std::int64_t> counts;
  for (const auto& ids : constants) counts.push_back(static_cast<std::int64_t>(ids.size()));
  return counts;
}

// What a task's constants take in the layouts of a program.
class TaskWeights {
 public:
  static Result<TaskWeights> create(const ImportedModel& model, std::size_t task) {
    TILECAST_TRY(TaskContext context, make_task_context(model.partition.tasks[task].task));
    return TaskWeights(std::move(context), constants_of(model, task));
  }

  Result<std::int64_t> bytes(const Trajectory& trajectory) const {
    const auto state = replay(context_.initial, trajectory);
    if (!state.ok()) return Error{fmt::format("task {}: {}", context_.task.name, state.error().reason)};
    std::int64_t total = 0;
    for (std::size_t i = 0; i < constants_.size(); ++i) {
      const TensorType& type = context_.task.graph.inputs[i].type;
      const std::vector<std::int64_t> extents(type.shape.rbegin(), type.shape.rend());
      const std::vector<std::int64_t> laid_out =
          laid_out_extents(state->constant_layout(static_cast<BufferId>(i)), extents);
      const std::int64_t elements =
          std::accumulate(laid_out.begin(), laid_out.end(), std::int64_t{1}, std::multiplies<>());
      total += constants_[i] * aligned_bytes(elements * data_type_size(type.dtype));
    }
    return total;
  }

  const TaskContext& context() const { return context_; }

 private:
  TaskWeights(TaskContext context, std::vector<std::int64_t> constants)
      : context_(std::move(context)), constants_(std::move(constants)) {}

  TaskContext context_;
  std::vector<std::int64_t> constants_;
};

// A way to compute a task: what its weights take, and what all its calls take of a run.
struct Choice {
  KernelSchedule schedule;
  std::int64_t bytes = 0;
  double seconds = 0;
};

// From the fastest to the smallest: each is smaller than the one before it, and slower.
using Choices = std::vector<Choice>;

bool faster(const Choice& a, const Choice& b) {
  return a.seconds < b.seconds;
}

Choices without_worse_ones(Choices choices) {
  std::stable_sort(choices.begin(), choices.end(), faster);
  Choices best;
  for (Choice& choice : choices) {
    if (best.empty() || choice.bytes < best.back().bytes) best.push_back(std::move(choice));
  }
  return best;
}

Result<Choices> measured_choices(const ImportedModel& model, std::size_t task, std::span<const MeasureRecord> records) {
  TILECAST_TRY(const TaskWeights weights, TaskWeights::create(model, task));
  Choices choices;
  const double calls = model.partition.tasks[task].weight;
  for (const MeasureRecord& record : records) {
    TILECAST_TRY(const std::int64_t bytes, weights.bytes(record.trajectory));
    choices.push_back({{record.trajectory, record.seconds()}, bytes, calls * record.seconds()});
  }
  return choices;
}

// The algorithms of a task in the order of what they cost. Where the rules find nothing there is one program all the
// same.
std::vector<AlgorithmWork> algorithms_of(const TaskContext& context, const Hardware& hardware, int threads) {
  std::vector<AlgorithmWork> algorithms = Space::create(context, hardware, threads)->algorithms();
  if (algorithms.empty()) algorithms.push_back({context.initial.algorithm()});
  return algorithms;
}

// The default schedule of each algorithm of a task, in the order of what they cost. Their seconds are terms.
struct DefaultChoices {
  std::vector<Name> algorithms;
  Choices choices;
};

Result<DefaultChoices> default_choices(const ImportedModel& model, std::size_t task, const Hardware& hardware,
                                       int threads) {
  TILECAST_TRY(const TaskWeights weights, TaskWeights::create(model, task));
  const TaskContext& context = weights.context();
  DefaultChoices result;
  for (const AlgorithmWork& algorithm : algorithms_of(context, hardware, threads)) {
    const auto space = Space::create(context, hardware, threads, {algorithm.algorithm});
    Trajectory trajectory = space->default_candidate().trajectory;
    TILECAST_TRY(const std::int64_t bytes, weights.bytes(trajectory));
    result.algorithms.push_back(algorithm.algorithm);
    result.choices.push_back(
        {{std::move(trajectory), {}}, bytes, model.partition.tasks[task].weight * algorithm.terms});
  }
  return result;
}

// What all calls of a task compute at least.
Result<double> least_terms(const ImportedModel& model, std::size_t task, const Hardware& hardware, int threads) {
  TILECAST_TRY(const TaskContext context, make_task_context(model.partition.tasks[task].task));
  return model.partition.tasks[task].weight * algorithms_of(context, hardware, threads).front().terms;
}

struct Step {
  std::size_t task = 0;
  std::size_t choice = 0;
};

// The step from the present choices to a smaller one that costs the least time for a byte; its task is choices.size()
// where there is none.
Step cheapest_step(const std::vector<Choices>& choices, std::span<const std::size_t> present) {
  Step cheapest{choices.size(), 0};
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t t = 0; t < choices.size(); ++t) {
    const Choice& now = choices[t][present[t]];
    for (std::size_t c = present[t] + 1; c < choices[t].size(); ++c) {
      const Choice& next = choices[t][c];
      const double cost = (next.seconds - now.seconds) / static_cast<double>(now.bytes - next.bytes);
      if (cost >= least) continue;
      least = cost;
      cheapest = {t, c};
    }
  }
  return cheapest;
}

// Where the last step gave up more than was needed, what fits of it is taken back.
void take_back(std::int64_t spare, const std::vector<Choices>& choices, std::vector<std::size_t>& present) {
  for (std::size_t t = 0; t < choices.size(); ++t) {
    const std::int64_t now = choices[t][present[t]].bytes;
    const auto fits = [&](const Choice& choice) { return choice.bytes - now <= spare; };
    const auto first = std::find_if(choices[t].begin(), choices[t].end(), fits);
    spare -= first->bytes - now;
    present[t] = static_cast<std::size_t>(first - choices[t].begin());
  }
}

// One of each task's choices.
Result<std::vector<Choice>> fit(std::int64_t limit, std::vector<Choices> choices) {
  std::int64_t bytes = 0;
  for (Choices& of_task : choices) {
    of_task = without_worse_ones(std::move(of_task));
    bytes += of_task.front().bytes;
  }
  std::vector<std::size_t> present(choices.size(), 0);
  while (bytes > limit) {
    const Step step = cheapest_step(choices, present);
    if (step.task == choices.size()) {
      return Error{fmt::format(
          "the weights take {:.4g} MB with the smallest programs that are known, more than the {:.4g} MB allowed: "
          "allow more, or tune with more trials",
          static_cast<double>(bytes) / 1e6, static_cast<double>(limit) / 1e6)};
    }
    bytes += choices[step.task][step.choice].bytes - choices[step.task][present[step.task]].bytes;
    present[step.task] = step.choice;
  }
  take_back(limit - bytes, choices, present);
  std::vector<Choice> chosen;
  for (std::size_t t = 0; t < choices.size(); ++t) chosen.push_back(choices[t][present[t]]);
  return chosen;
}

}  // namespace

Result<std::int64_t> weights_bytes(const ImportedModel& model, std::span<const KernelSchedule> schedules) {
  std::int64_t total = 0;
  for (std::size_t t = 0; t < schedules.size(); ++t) {
    TILECAST_TRY(const TaskWeights weights, TaskWeights::create(model, t));
    TILECAST_TRY(const std::int64_t bytes, weights.bytes(schedules[t].trajectory));
    total += bytes;
  }
  return total;
}

Result<std::vector<KernelSchedule>> choose_schedules_within(
    std::int64_t limit, const ImportedModel& model, const std::map<std::string, std::vector<MeasureRecord>>& records,
    const Hardware& hardware, int threads) {
  std::vector<Choices> choices;
  std::vector<std::size_t> unmeasured;
  double measured_seconds = 0;
  double measured_terms = 0;
  for (std::size_t t = 0; t < model.partition.tasks.size(); ++t) {
    const auto found = records.find(model.partition.tasks[t].task.key);
    if (found == records.end()) {
      unmeasured.push_back(t);
      TILECAST_TRY(DefaultChoices defaults, default_choices(model, t, hardware, threads));
      choices.push_back(std::move(defaults.choices));
      continue;
    }
    TILECAST_TRY(choices.emplace_back(), measured_choices(model, t, found->second));
    measured_seconds += std::min_element(choices.back().begin(), choices.back().end(), faster)->seconds;
    TILECAST_TRY(const double terms, least_terms(model, t, hardware, threads));
    measured_terms += terms;
  }
  const double seconds_a_term = measured_terms > 0 ? measured_seconds / measured_terms : 1;
  for (const std::size_t t : unmeasured) {
    for (Choice& choice : choices[t]) choice.seconds *= seconds_a_term;
  }
  TILECAST_TRY(std::vector<Choice> chosen, fit(limit, std::move(choices)));
  std::vector<KernelSchedule> schedules;
  for (Choice& choice : chosen) schedules.push_back(std::move(choice.schedule));
  return schedules;
}

Result<std::map<std::string, std::vector<Name>>> algorithms_within(std::int64_t limit, const ImportedModel& model,
                                                                   const Hardware& hardware, int threads) {
  std::vector<DefaultChoices> defaults;
  std::vector<Choices> choices;
  for (std::size_t t = 0; t < model.partition.tasks.size(); ++t) {
    TILECAST_TRY(defaults.emplace_back(), default_choices(model, t, hardware, threads));
    choices.push_back(defaults.back().choices);
  }
  TILECAST_TRY(const std::vector<Choice> chosen, fit(limit, std::move(choices)));
  std::map<std::string, std::vector<Name>> algorithms;
  for (std::size_t t = 0; t < chosen.size(); ++t) {
    std::vector<Name>& allowed = algorithms[model.partition.tasks[t].task.key];
    for (std::size_t i = 0; i < defaults[t].algorithms.size(); ++i) {
      if (defaults[t].choices[i].bytes <= chosen[t].bytes) allowed.push_back(defaults[t].algorithms[i]);
    }
  }
  return algorithms;
}

}  // namespace tilecast
