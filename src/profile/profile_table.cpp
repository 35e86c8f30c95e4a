#include "profile/profile_table.h"

#include <fmt/format.h>

#include "profile/text_table.h"

namespace tilecast {
namespace {

constexpr std::size_t kNameWidth = 40;
constexpr std::size_t kOperatorsWidth = 40;

}  // namespace

std::string operators_text(const std::vector<std::string>& operators) {
  std::string text;
  for (std::size_t i = 0; i < operators.size();) {
    std::size_t end = i + 1;
    while (end < operators.size() && operators[end] == operators[i]) ++end;
    text += (text.empty() ? "" : " ") + operators[i];
    if (end - i > 1) text += fmt::format("×{}", end - i);
    i = end;
  }
  return text;
}

std::string profile_table(const Profile& profile, ProfileUnit unit) {
  using enum TextTable::Align;
  const bool tasks = unit == ProfileUnit::kTask;
  std::vector<TextTable::Column> columns{{tasks ? "task" : "call", kLeft}};
  columns.push_back(tasks ? TextTable::Column{"calls"} : TextTable::Column{"task", kLeft});
  columns.insert(columns.end(),
                 {{"operators", kLeft}, {"result", kLeft}, {"µs"}, {"share"}, {"GFLOP/s"}, {"of peak"}, {"GB/s"}});
  TextTable table(std::move(columns));
  for (const ProfileRow& row : profile.rows) {
    table.add({shortened(row.name, kNameWidth), tasks ? fmt::format("{}", row.calls) : shortened(row.task, kNameWidth),
               shortened(operators_text(row.operators), kOperatorsWidth), shape_to_string(row.shape),
               fmt::format("{:.1f}", row.seconds * 1e6), fmt::format("{:.1f} %", 100 * profile.share(row)),
               fmt::format("{:.1f}", row.gflops()), fmt::format("{:.1f} %", 100 * profile.share_of_peak(row)),
               fmt::format("{:.1f}", row.gbs())});
  }
  return table.text();
}

std::string profile_totals(const Profile& profile) {
  int calls = 0;
  for (const ProfileRow& row : profile.rows) calls += row.calls;
  const double gflops = profile.flops() / profile.run_seconds / 1e9;
  return fmt::format(
      "{} calls {:.4f} ms, between them {:.4f} ms, whole run {:.4f} ms; medians of {} runs, {} threads\n"
      "whole run {:.1f} GFLOP/s, {:.1f} % of the measured peak of {:.1f}; reading memory was measured with {:.1f} "
      "GB/s\n",
      calls, profile.calls_seconds() * 1e3, profile.overhead_seconds * 1e3, profile.run_seconds * 1e3, profile.runs,
      profile.threads, gflops, 100 * gflops / profile.peak_gflops, profile.peak_gflops, profile.bandwidth_gbs);
}

}  // namespace tilecast
