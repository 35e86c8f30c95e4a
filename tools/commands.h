// The subcommands of `tilecast`. Each adds itself to the program and says how it went through `exit_code`.
#pragma once

#include <CLI/CLI.hpp>

namespace tilecast::tools {

void add_tasks_command(CLI::App& app, int& exit_code);
void add_tune_command(CLI::App& app, int& exit_code);
void add_show_command(CLI::App& app, int& exit_code);
void add_bench_command(CLI::App& app, int& exit_code);
void add_bench_evaluators_command(CLI::App& bench, int& exit_code);     // of add_bench_command
void add_bench_models_command(CLI::App& bench, int& exit_code);         // of add_bench_command
void add_bench_ranking_command(CLI::App& bench, int& exit_code);        // of add_bench_command
void add_bench_search_command(CLI::App& bench, int& exit_code);         // of add_bench_command
void add_bench_search_models_command(CLI::App& bench, int& exit_code);  // of add_bench_command
void add_collect_command(CLI::App& app, int& exit_code);
void add_train_command(CLI::App& app);
void add_eval_command(CLI::App& app, int& exit_code);
void add_eval_rollouts_command(CLI::App& eval, int& exit_code);  // of add_eval_command
void add_dataset_command(CLI::App& app, int& exit_code);
void add_dataset_states_command(CLI::App& dataset, int& exit_code);  // of add_dataset_command
void add_compile_command(CLI::App& app, int& exit_code);
void add_run_command(CLI::App& app, int& exit_code);
void add_profile_command(CLI::App& app, int& exit_code);
void add_probe_command(CLI::App& app, int& exit_code);
void add_operators_command(CLI::App& app, int& exit_code);

// Prints "tilecast: message" on standard error; returns 1, the exit code of every failure.
int report_error(const std::string& message);

}  // namespace tilecast::tools
