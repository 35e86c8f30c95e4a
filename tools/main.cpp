// tilecast: finds fast native code for tensor programs with few measurements.
#include "commands.h"

int main(int argc, char** argv) {
  using namespace tilecast::tools;
  CLI::App app{"Finds fast native code for tensor programs with few measurements."};
  app.set_version_flag("--version", TILECAST_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  add_tasks_command(app, exit_code);
  add_tune_command(app, exit_code);
  add_show_command(app, exit_code);
  add_bench_command(app, exit_code);
  add_collect_command(app, exit_code);
  add_dataset_command(app, exit_code);
  add_train_command(app);
  add_eval_command(app, exit_code);
  add_compile_command(app, exit_code);
  add_run_command(app, exit_code);
  add_profile_command(app, exit_code);
  add_probe_command(app, exit_code);
  add_operators_command(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
