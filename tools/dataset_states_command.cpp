// tilecast dataset states: what a transition model learns to foresee, the program's text after each action.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "record/dataset_file.h"
#include "task_records.h"
#include "worldmodel/state_texts.h"
#include "worldmodel/tokenizer.h"

namespace tilecast::tools {
namespace {

struct StatesArguments {
  std::vector<std::filesystem::path> files;
  std::filesystem::path output;
  std::vector<std::string> splits;
  std::size_t most_programs = std::numeric_limits<std::size_t>::max();
  bool json = false;
};

struct StatesSummary {
  std::size_t programs = 0;
  std::size_t unknown_tokens = 0;
  std::vector<std::size_t> tokens;  // of each text
};

void count_tokens(const std::vector<std::string>& texts, StatesSummary& summary) {
  for (const std::string& text : texts) {
    const std::vector<Token> tokens = tokenize(text);
    summary.tokens.push_back(tokens.size());
    summary.unknown_tokens += static_cast<std::size_t>(
        std::count_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.word == unknown_word(); }));
  }
}

nlohmann::json line_of(const TaskRecords& group, const MeasureRecord& record, const std::vector<std::string>& texts) {
  std::vector<std::string> actions;
  for (const Action& action : record.trajectory) actions.push_back(to_text(action));
  return {{"type", "states"},
          {"text_version", kProgramTextVersion},
          {"task", group.task.task.key},
          {"hardware", record.hardware},
          {"threads", record.threads},
          {"seconds", record.seconds()},
          {"actions", actions},
          {"texts", texts}};
}

// The most that any of this share of the texts has.
std::size_t quantile(const std::vector<std::size_t>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void report(StatesSummary summary, const StatesArguments& arguments) {
  std::sort(summary.tokens.begin(), summary.tokens.end());
  const std::vector<std::size_t>& tokens = summary.tokens;
  fmt::print(
      "{} programs, {} texts in {}; tokens a text: median {}, 90 % up to {}, 99 % up to {}, at most {}; {} unknown\n",
      summary.programs, tokens.size(), arguments.output.string(), quantile(tokens, 0.5), quantile(tokens, 0.9),
      quantile(tokens, 0.99), tokens.back(), summary.unknown_tokens);
  if (!arguments.json) return;
  fmt::print("{}\n", nlohmann::json{{"programs", summary.programs},
                                    {"texts", tokens.size()},
                                    {"tokens_median", quantile(tokens, 0.5)},
                                    {"tokens_90", quantile(tokens, 0.9)},
                                    {"tokens_99", quantile(tokens, 0.99)},
                                    {"tokens_most", tokens.back()},
                                    {"unknown_tokens", summary.unknown_tokens}}
                         .dump());
}

// One program of each group after the other, so that the first N are of as many tasks as there are.
Result<StatesSummary> write_states(const std::vector<TaskRecords>& groups, const StatesArguments& arguments) {
  std::ofstream stream(arguments.output);
  StatesSummary summary;
  bool more = true;
  for (std::size_t i = 0; more; ++i) {
    more = false;
    for (const TaskRecords& group : groups) {
      if (i >= group.records.size() || summary.programs >= arguments.most_programs) continue;
      more = true;
      const auto texts = state_texts(group.task.initial, group.records[i].trajectory);
      if (!texts.ok()) {
        return Error{fmt::format("a record of task {} does not replay: {}", group.task.task.key, texts.error().reason)};
      }
      stream << line_of(group, group.records[i], *texts).dump() << '\n';
      if (!stream) return Error{fmt::format("cannot write {}: {}", arguments.output.string(), std::strerror(errno))};
      ++summary.programs;
      count_tokens(*texts, summary);
    }
  }
  stream.close();
  if (!stream) return Error{fmt::format("cannot write {}: {}", arguments.output.string(), std::strerror(errno))};
  return summary;
}

Status run_states(const StatesArguments& arguments) {
  TILECAST_TRY(const Dataset dataset, read_datasets(arguments.files));
  TILECAST_TRY(
      const std::vector<TaskRecords> groups,
      group_records(dataset.records, dataset.hardware, dataset.machine_states, [&](const MeasureRecord& record) {
        const DatasetTask& task = dataset.tasks.at(record.task_key);
        const auto& splits = arguments.splits;
        const bool wanted =
            splits.empty() || std::find(splits.begin(), splits.end(), split_name(task.split)) != splits.end();
        return wanted ? &task.task : nullptr;
      }));
  if (groups.empty()) {
    return Error{fmt::format("{} has no measured programs of these splits", arguments.files.front().string())};
  }
  TILECAST_TRY(StatesSummary summary, write_states(groups, arguments));
  report(std::move(summary), arguments);
  return Unit{};
}

}  // namespace

void add_dataset_states_command(CLI::App& dataset, int& exit_code) {
  const auto arguments = std::make_shared<StatesArguments>();
  CLI::App* command =
      dataset.add_subcommand("states", "Write each program's text before the first action and after each.");
  command->add_option("FILE", arguments->files, "packed records")->required();
  command->add_option("-o,--output", arguments->output, "JSON lines, a program each; replaced")->required();
  command->add_option("--split", arguments->splits, "only tasks of these splits, separated by commas")
      ->check(CLI::IsMember({"train", "validation", "held-out"}))
      ->delimiter(',');
  command->add_option("--most-programs", arguments->most_programs, "only so many, of as many tasks as possible")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", arguments->json, "end with one JSON object");
  command->callback([arguments, &exit_code] {
    const Status status = run_states(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
