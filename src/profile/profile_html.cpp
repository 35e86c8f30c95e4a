#include "profile/profile_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "profile/profile_table.h"

namespace tilecast {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --text: #1b1f24; --faint: #59636e; --line: #d1d9e0; --back: #fff;
  --bar: #b6d4fb; --work: #2f6fd0; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #9aa4af; --line: #3d444d; --back: #0f1318;
  --bar: #2b476b; --work: #6ea8fe; } }
body { font: 14px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 2rem auto;
  max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { color: var(--faint); margin: .3rem 0; }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: 3px 10px; align-items: center; }
.bars .value { text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: block; height: 1.1em; background: var(--bar); min-width: 1px; border-radius: 2px; }
.bar i { display: block; height: 100%; background: var(--work); border-radius: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th, td { text-align: left; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.nodes { white-space: normal; color: var(--faint); font-size: .85em; }
.number { text-align: right; }
)";

struct Cell {
  std::string text;
  const char* style = "";  // a class of the style sheet
};

std::string table_row(const char* element, const std::vector<Cell>& cells) {
  std::string row = "<tr>";
  for (const Cell& cell : cells) {
    const std::string style = *cell.style == '\0' ? "" : fmt::format(" class=\"{}\"", cell.style);
    row += fmt::format("<{0}{1}>{2}</{0}>", element, style, html_escaped(cell.text));
  }
  return row + "</tr>\n";
}

std::vector<Cell> figures(const Profile& profile, const ProfileRow& row) {
  return {{fmt::format("{:.1f}", row.seconds * 1e6), "number"},
          {fmt::format("{:.1f} %", 100 * profile.share(row)), "number"},
          {fmt::format("{:.1f}", row.gflops()), "number"},
          {fmt::format("{:.1f} %", 100 * profile.share_of_peak(row)), "number"},
          {fmt::format("{:.1f}", row.gbs()), "number"}};
}

std::vector<Cell> figure_titles() {
  return {{"µs", "number"}, {"share", "number"}, {"GFLOP/s", "number"}, {"of peak", "number"}, {"GB/s", "number"}};
}

std::vector<Cell> joined(std::vector<Cell> first, const std::vector<Cell>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::string hover(const Profile& profile, const ProfileRow& row) {
  return fmt::format(
      "{}: {} -> {}\n{}, {:.1f} µs, {:.1f} % of all calls\n{:.1f} GFLOP/s, {:.1f} % of peak, {:.1f} GB/s\n{} "
      "schedule",
      row.name, operators_text(row.operators), shape_to_string(row.shape),
      row.calls == 1 ? "1 call" : fmt::format("{} calls", row.calls), row.seconds * 1e6, 100 * profile.share(row),
      row.gflops(), 100 * profile.share_of_peak(row), row.gbs(), row.tuned ? "tuned" : "default");
}

// The slowest row's bar has the full width.
std::string bars(const Profile& profile) {
  double longest = 0;
  for (const ProfileRow& row : profile.rows) longest = std::max(longest, row.seconds);
  std::string text = "<div class=\"bars\">\n";
  for (const ProfileRow& row : profile.rows) {
    const double width = longest > 0 ? 100 * row.seconds / longest : 0;
    const double work = 100 * std::min(1.0, profile.share_of_peak(row));
    text += fmt::format(
        "<span>{0}</span><span title=\"{1}\"><span class=\"bar\" style=\"width:{2:.2f}%\"><i "
        "style=\"width:{3:.1f}%\"></i></span></span><span class=\"value\">{4:.1f} %</span>\n",
        html_escaped(row.name), html_escaped(hover(profile, row)), width, work, 100 * profile.share(row));
  }
  return text + "</div>\n";
}

std::string task_table(const Profile& tasks) {
  std::string text = "<div class=\"scroll\"><table>\n";
  text += table_row("th",
                    joined({{"task"}, {"calls", "number"}, {"operators"}, {"result"}, {"schedule"}}, figure_titles()));
  for (const ProfileRow& row : tasks.rows) {
    text += table_row("td", joined({{row.name},
                                    {fmt::format("{}", row.calls), "number"},
                                    {operators_text(row.operators)},
                                    {shape_to_string(row.shape)},
                                    {row.tuned ? "tuned" : "default"}},
                                   figures(tasks, row)));
  }
  return text + "</table></div>\n";
}

std::string call_table(const Profile& calls) {
  std::string text = "<div class=\"scroll\"><table>\n";
  text +=
      table_row("th", joined(joined({{"call"}, {"task"}, {"result"}}, figure_titles()), {{"operators of the model"}}));
  for (const ProfileRow& row : calls.rows) {
    const std::string nodes = fmt::format("{}", fmt::join(row.nodes, ", "));
    text += table_row("td", joined(joined({{row.name}, {row.task}, {shape_to_string(row.shape)}}, figures(calls, row)),
                                   {{nodes, "nodes"}}));
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string html_escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string profile_html(const Profile& calls) {
  const Profile tasks = by_time(by_task(calls));
  const std::string name = html_escaped(calls.model);
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{} - profile</title>\n<style>{}</style>\n</head>\n<body>\n",
      name, kStyle);
  page += fmt::format("<h1>{}</h1>\n", name);
  page += fmt::format("<p>{}</p>\n", html_escaped(profile_totals(calls)));
  page +=
      "<h2>Tasks</h2>\n<p>A bar is a task's time, all of its calls together; its dark part is the time that the same "
      "work would take at the measured peak.</p>\n";
  page += bars(tasks) + "<p></p>\n" + task_table(tasks);
  page += "<h2>Calls, in the order of execution</h2>\n" + call_table(calls);
  return page + "</body>\n</html>\n";
}

}  // namespace tilecast
