#include "display.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tilecast::tools {
namespace {

constexpr auto kRedrawInterval = std::chrono::milliseconds(200);

std::string milliseconds_or_dash(double seconds) {
  return std::isfinite(seconds) ? fmt::format("{:.4f}", seconds * 1e3) : "-";
}

}  // namespace

Display::Display(double peak_gflops, Budget budget, bool quiet)
    : peak_gflops_(peak_gflops), budget_(budget), quiet_(quiet), terminal_(::isatty(STDOUT_FILENO) != 0) {}

void Display::update(const TuneProgress& progress) {
  if (quiet_) return;
  if (terminal_) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_drawn_ < kRedrawInterval) return;
    last_drawn_ = now;
    const std::string text = table(progress);
    if (drawn_lines_ > 0) fmt::print("\x1b[{}A\x1b[J", drawn_lines_);
    fmt::print("{}", text);
    drawn_lines_ = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    std::fflush(stdout);
    return;
  }
  // A line for each improvement.
  const TaskProgress& task = progress.tasks[progress.current];
  if (progress.current == last_task_ && task.best_seconds >= last_reported_) return;
  last_task_ = progress.current;
  last_reported_ = task.best_seconds;
  if (!std::isfinite(task.best_seconds)) return;
  fmt::print("{:7.1f} s  {}: trial {}, {:.4f} ms, {:.1f} GFLOP/s, {:.1f} % of peak\n", progress.seconds, task.name,
             task.trials, task.best_seconds * 1e3, task.gflops(), 100 * task.gflops() / peak_gflops_);
  std::fflush(stdout);
}

void Display::finish(const TuneProgress& progress) {
  if (terminal_ && drawn_lines_ > 0) fmt::print("\x1b[{}A\x1b[J", drawn_lines_);
  drawn_lines_ = 0;
  fmt::print("{}", table(progress));
  std::fflush(stdout);
}

std::string Display::table(const TuneProgress& progress) const {
  std::string text = fmt::format("{:<24} {:>7} {:>7} {:>6} {:>10} {:>9} {:>7}\n", "task", "weight", "trials", "errors",
                                 "best ms", "GFLOP/s", "peak");
  for (std::size_t i = 0; i < progress.tasks.size(); ++i) {
    const TaskProgress& task = progress.tasks[i];
    text += fmt::format("{:<24} {:>7g} {:>7} {:>6} {:>10} {:>9.1f} {:>6.1f}%\n", task.name, task.weight, task.trials,
                        task.errors, milliseconds_or_dash(task.best_seconds), task.gflops(),
                        100 * task.gflops() / peak_gflops_);
  }
  text += fmt::format("estimated model latency {} ms; {} trials, {} errors, {:.0f} s{}\n",
                      milliseconds_or_dash(progress.model_seconds), progress.trials, progress.errors, progress.seconds,
                      time_left(progress));
  return text;
}

std::string Display::time_left(const TuneProgress& progress) const {
  if (std::isfinite(budget_.seconds)) {
    return fmt::format(", {:.0f} s left", std::max(0.0, budget_.seconds - progress.seconds));
  }
  if (progress.trials == 0 || budget_.trials <= progress.trials) return "";
  const double rate = progress.seconds / static_cast<double>(progress.trials);
  return fmt::format(", about {:.0f} s left", rate * static_cast<double>(budget_.trials - progress.trials));
}

}  // namespace tilecast::tools
