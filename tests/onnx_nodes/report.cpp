#include "report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>
#include <utility>
#include <vector>

namespace tilecast::testing {
namespace {

constexpr std::array kKinds = {OutcomeKind::kPass, OutcomeKind::kUnsupported, OutcomeKind::kOutside,
                               OutcomeKind::kFail};

std::size_t count_of(const NodeOutcomes& outcomes, OutcomeKind kind) {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(), [kind](const auto& entry) { return entry.second.kind == kind; }));
}

std::size_t count_without_kernel(const NodeOutcomes& outcomes) {
  return static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(), [](const auto& entry) {
    return entry.second.passes() && entry.second.kernels == 0;
  }));
}

// Inside of a table's cell.
std::string cell(const std::string& text) {
  static const std::regex bar("\\|");
  return std::regex_replace(text, bar, "\\|");
}

// Without the names of single values, so that equal reasons are counted together.
std::string general_reason(const std::string& reason) {
  static const std::regex quoted("'[^']*'");
  return std::regex_replace(reason, quoted, "'…'");
}

std::string counts_table(const NodeOutcomes& outcomes) {
  std::string text = "| outcome | tests | |\n|---|---:|---|\n";
  const std::array<std::string, 4> meanings = {
      fmt::format("every output has the type, shape and values that ONNX wants; {} of them without a kernel of their "
                  "own, since all is known when the model is read, or a view",
                  count_without_kernel(outcomes)),
      "refused with one line when the model is read", "the same, for what Tilecast does not take at all",
      "wrong, or it does not compile, or it crashes"};
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    text += fmt::format("| {} | {} | {} |\n", outcome_name(kKinds[i]), count_of(outcomes, kKinds[i]), meanings[i]);
  }
  return text + fmt::format("| all | {} | |\n", outcomes.size());
}

std::string reasons_table(const NodeOutcomes& outcomes) {
  std::map<std::pair<OutcomeKind, std::string>, std::size_t> counts;
  for (const auto& [name, outcome] : outcomes) {
    if (!outcome.passes()) ++counts[{outcome.kind, general_reason(outcome.reason)}];
  }
  std::vector<std::pair<std::pair<OutcomeKind, std::string>, std::size_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text = "| tests | outcome | reason |\n|---:|---|---|\n";
  for (const auto& [reason, count] : rows) {
    text += fmt::format("| {} | {} | {} |\n", count, outcome_name(reason.first), cell(reason.second));
  }
  return text;
}

std::string failures_table(const NodeOutcomes& outcomes) {
  std::string text = "| test | operator | opset | outcome | reason |\n|---|---|---:|---|---|\n";
  for (const auto& [name, outcome] : outcomes) {
    if (outcome.passes()) continue;
    text += fmt::format("| {} | {} | {} | {} | {} |\n", name, outcome.op,
                        outcome.opset > 0 ? std::to_string(outcome.opset) : "", outcome_name(outcome.kind),
                        cell(outcome.reason));
  }
  return text;
}

// One row an operator; a star marks the tests without a kernel.
std::string passes_table(const NodeOutcomes& outcomes) {
  struct Row {
    std::vector<std::string> tests;
    std::set<std::string> constant_inputs;
  };
  std::map<std::string, Row> rows;
  for (const auto& [name, outcome] : outcomes) {
    if (!outcome.passes()) continue;
    Row& row = rows[outcome.op];
    row.tests.push_back(name.substr(name.starts_with("test_") ? 5 : 0) + (outcome.kernels == 0 ? "\\*" : ""));
    row.constant_inputs.insert(outcome.constant_inputs.begin(), outcome.constant_inputs.end());
  }
  std::string text = "| operator | tests | constant inputs | names |\n|---|---:|---|---|\n";
  for (const auto& [op, row] : rows) {
    text += fmt::format("| {} | {} | {} | {} |\n", op, row.tests.size(), fmt::join(row.constant_inputs, ", "),
                        fmt::join(row.tests, ", "));
  }
  return text;
}

}  // namespace

std::filesystem::path expected_file() {
  return std::filesystem::path(TILECAST_SOURCE_DIR) / "tests/onnx_nodes/expected.txt";
}

std::filesystem::path document_file() {
  return std::filesystem::path(TILECAST_SOURCE_DIR) / "docs/onnx_node_tests.md";
}

std::string expected_text(const NodeOutcomes& outcomes) {
  std::string text = "# The node tests of ONNX that pass. Written by build/onnx_node_tests.\n";
  for (const auto& [name, outcome] : outcomes) {
    if (outcome.passes()) text += name + "\n";
  }
  return text;
}

Result<std::set<std::string>> read_expected(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) return Error{fmt::format("cannot read {}: write it with build/onnx_node_tests", file.string())};
  std::set<std::string> names;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && !line.starts_with('#')) names.insert(line);
  }
  return names;
}

std::string counts_text(const NodeOutcomes& outcomes) {
  std::vector<std::string> parts;
  for (const OutcomeKind kind : kKinds)
    parts.push_back(fmt::format("{} {}", count_of(outcomes, kind), outcome_name(kind)));
  return fmt::format("{} tests: {}", outcomes.size(), fmt::join(parts, ", "));
}

std::string document_text(const NodeOutcomes& outcomes) {
  std::string text =
      "<!-- Written by build/onnx_node_tests; do not edit. -->\n"
      "# ONNX's node tests\n\n"
      "Each of ONNX's operators has tests: a model of one node (or of the function that it stands for), inputs, and "
      "the\n"
      "outputs that they must give. These are all of Debian's `libonnx-testdata` (ONNX 1.12), each imported, compiled\n"
      "with default schedules by `tilecast compile`'s code, and run on two threads. Numbers may differ by 1e-3 of the\n"
      "wanted value plus 1e-7, as in ONNX's own runner; whole numbers and truth values not at all.\n\n"
      "    build/onnx_node_tests                     # all of them; writes this file and "
      "tests/onnx_nodes/expected.txt\n"
      "    build/onnx_node_tests --only test_conv_   # the outcome of some\n\n"
      "`make test` runs all of them, too, and compares with `expected.txt`: a test that no longer passes, one that "
      "gives\n"
      "a wrong result, and one that passes and is not listed there are failures.\n\n"
      "Shapes are fixed before a Tilecast model runs. Where a test gives as an input what decides a shape or the "
      "code,\n"
      "that input became a constant of the model, with the test's value: the column *constant inputs* names them. A "
      "star\n"
      "marks tests whose outputs need no kernel.\n\n";
  text += "## Counts\n\n" + counts_table(outcomes);
  text += "\n## Reasons\n\n" + reasons_table(outcomes);
  text += "\n## Tests that pass\n\n" + passes_table(outcomes);
  text += "\n## Tests that do not pass\n\n" + failures_table(outcomes);
  return text;
}

}  // namespace tilecast::testing
