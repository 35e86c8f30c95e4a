#include "ansor_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace tilecast::tools {
namespace {

// GFLOP/s, measured on the machine of data/ansor64.csv.
constexpr double kAnsorPeak = 333;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

// 0 when it is none.
double positive_number(const std::string& text) {
  std::istringstream stream(text);
  double value = 0;
  return stream >> value && stream.eof() && value > 0 ? value : 0;
}

class AnsorTable {
 public:
  Status set_titles(const std::vector<std::string>& titles) {
    for (auto [column, title] : {std::pair(&name_, "name"), {&flops_, "flops"}, {&gflops_, "ansor64_best_gflops"}}) {
      const auto found = std::find(titles.begin(), titles.end(), title);
      if (found == titles.end()) return Error{fmt::format("it has no column {}", title)};
      *column = static_cast<std::size_t>(found - titles.begin());
    }
    return Unit{};
  }

  Status add(const std::vector<std::string>& cells) {
    if (cells.size() <= std::max({name_, flops_, gflops_})) return Error{"too few columns"};
    const AnsorResult result{positive_number(cells[flops_]), positive_number(cells[gflops_]) / kAnsorPeak};
    if (result.flops == 0 || result.share_of_peak == 0) return Error{"flops and GFLOP/s must be positive numbers"};
    results.emplace(cells[name_], result);
    return Unit{};
  }

  std::map<std::string, AnsorResult> results;

 private:
  std::size_t name_ = 0;
  std::size_t flops_ = 0;
  std::size_t gflops_ = 0;
};

}  // namespace

Result<std::map<std::string, AnsorResult>> read_ansor_results(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) return Error{fmt::format("cannot read Ansor's results from {}: name the file", file.string())};
  AnsorTable table;
  bool titles = false;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const Status status = titles ? table.add(cells_of(line)) : table.set_titles(cells_of(line));
    if (!status.ok()) return Error{fmt::format("{}:{}: {}", file.string(), number, status.error().message)};
    titles = true;
  }
  return std::move(table.results);
}

}  // namespace tilecast::tools
