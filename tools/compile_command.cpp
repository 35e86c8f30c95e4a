// tilecast compile: a model as a directory that runs without Tilecast.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "base/hardware.h"
#include "base/stopwatch.h"
#include "commands.h"
#include "model_source.h"
#include "record/record_log.h"
#include "runtime/package/package.h"
#include "runtime/package/weights_limit.h"

namespace tilecast::tools {
namespace {

struct CompileArguments {
  ModelSource source;
  std::filesystem::path records;
  std::filesystem::path output;
  int threads = 2;
  std::optional<double> weights_limit;  // MB
  std::uint64_t seed = 0;
};

using RecordsByTask = std::map<std::string, std::vector<MeasureRecord>>;

Result<RecordsByTask> read_records(const CompileArguments& arguments, const Hardware& hardware) {
  if (arguments.records.empty()) return RecordsByTask{};
  TILECAST_TRY(const RecordSet set, read_record_log(arguments.records));
  if (set.skipped_lines > 0) {
    fmt::print(stderr, "tilecast: {} lines skipped, the first: {}\n", set.skipped_lines, set.first_skipped);
  }
  return records_by_task(set, arguments.threads, hardware.fingerprint);
}

Result<std::vector<KernelSchedule>> choose(const CompileArguments& arguments, const ImportedModel& model,
                                           const RecordsByTask& records, const Hardware& hardware) {
  if (!arguments.weights_limit) {
    return choose_schedules(model.partition, fastest_records(records), hardware, arguments.threads);
  }
  const auto bytes = static_cast<std::int64_t>(*arguments.weights_limit * 1e6);
  return choose_schedules_within(bytes, model, records, hardware, arguments.threads);
}

Status compile(const CompileArguments& arguments) {
  const auto start = std::chrono::steady_clock::now();
  TILECAST_TRY(const ImportedModel model, read_model(arguments.source, arguments.seed));
  const Hardware hardware = probe_hardware();
  TILECAST_TRY(const RecordsByTask records, read_records(arguments, hardware));
  TILECAST_TRY(const std::vector<KernelSchedule> schedules, choose(arguments, model, records, hardware));
  const auto untuned = std::count_if(schedules.begin(), schedules.end(), [](const auto& s) { return !s.seconds; });
  if (untuned > 0) {
    fmt::print("{} of {} tasks have no record with {} threads: they get the default schedule\n", untuned,
               schedules.size(), arguments.threads);
  }
  const PackageOptions options{
      .name = arguments.source.file.stem().string(), .threads = arguments.threads, .builders = hardware.cores};
  TILECAST_TRY(const PackageSummary summary, write_package(model, schedules, options, arguments.output));
  const std::string in_place =
      summary.in_place > 0 ? fmt::format(" ({} concatenations in place)", summary.in_place) : std::string();
  fmt::print("{}: {} kernels, {} calls{}, {:.1f} MB of weights, {:.1f} MB an instance; compiled in {:.1f} s\n",
             arguments.output.string(), summary.kernels, summary.calls, in_place,
             static_cast<double>(summary.weights_bytes) / 1e6, static_cast<double>(summary.arena_bytes) / 1e6,
             seconds_since(start));
  return Unit{};
}

}  // namespace

void add_compile_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<CompileArguments>();
  CLI::App* command = app.add_subcommand(
      "compile", "Write a model as a directory: a shared object, a C header, weights; it runs without Tilecast.");
  add_model_arguments(*command, arguments->source);
  command->add_option("--records", arguments->records,
                      "a record log; tasks without a record get a default schedule, as all do without a log");
  command->add_option("-o,--output", arguments->output, "the directory to write; a model there is replaced")
      ->required();
  command->add_option("--threads", arguments->threads, "take records that were measured with so many threads")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option(
          "--weights-limit", arguments->weights_limit,
          "MB that the weights may take: where they take more, slower programs with smaller weights are taken (direct "
          "convolutions in place of Winograd's), as few as possible: of the log, or default schedules without one")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", arguments->seed, "of the random constants of a suite's subgraphs")
      ->capture_default_str();
  command->callback([arguments, &exit_code] {
    const Status status = compile(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
