// tilecast profile: where the time of a compiled model goes.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "commands.h"
#include "model_inputs.h"
#include "profile/profile.h"
#include "profile/profile_html.h"
#include "profile/profile_table.h"

namespace tilecast::tools {
namespace {

namespace fs = std::filesystem;

struct ProfileArguments {
  fs::path directory;
  ModelInputs inputs{.random = true};
  int repeat = 20;
  int threads = 2;
  std::string order = "time";
  std::string by = "call";
  fs::path html;
  bool json = false;
};

Status run_profile(const ProfileArguments& arguments) {
  TILECAST_TRY(const LoadedPackage package, LoadedPackage::open(arguments.directory));
  TILECAST_TRY(const Manifest manifest, read_manifest(arguments.directory));
  TILECAST_TRY(PackageInstance instance, PackageInstance::create(package, arguments.threads));
  TILECAST_CHECK(set_inputs(arguments.inputs, package, instance));
  TILECAST_TRY(const Profile calls, profile_model(manifest, package, instance, arguments.threads, arguments.repeat,
                                                  measure_peaks(arguments.threads)));
  const bool tasks = arguments.by == "task";
  Profile shown = tasks ? by_task(calls) : calls;
  if (arguments.order == "time") shown = by_time(std::move(shown));
  fmt::print("{}\n{}", profile_table(shown, tasks ? ProfileUnit::kTask : ProfileUnit::kCall), profile_totals(shown));
  if (!arguments.html.empty()) {
    TILECAST_CHECK(write_text(arguments.html, profile_html(calls)));
    fmt::print("{} written\n", arguments.html.string());
  }
  if (arguments.json) fmt::print("{}\n", to_json(shown).dump());
  return Unit{};
}

}  // namespace

void add_profile_command(CLI::App& app, int& exit_code) {
  const auto arguments = std::make_shared<ProfileArguments>();
  CLI::App* command = app.add_subcommand(
      "profile", "Print where the time of a model that `tilecast compile` wrote goes: every call of a kernel.");
  command->add_option("DIR", arguments->directory, "the model's directory")->required();
  add_input_arguments(*command, arguments->inputs);
  command->add_option("--repeat", arguments->repeat, "timed runs; the table has medians")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads that run it")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--order", arguments->order, "of the rows: the slowest first, or as they are executed")
      ->check(CLI::IsMember({"time", "execution"}))
      ->capture_default_str();
  command->add_option("--by", arguments->by, "a row for each call, or for all calls of a task together")
      ->check(CLI::IsMember({"call", "task"}))
      ->capture_default_str();
  command->add_option("--html", arguments->html, "also write a page with bars and tables");
  command->add_flag("--json", arguments->json, "end with one JSON object: the rows, and totals");
  command->callback([arguments, &exit_code] {
    const Status status = run_profile(*arguments);
    if (!status.ok()) exit_code = report_error(status.error().message);
  });
}

}  // namespace tilecast::tools
