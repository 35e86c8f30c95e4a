// onnx_node_tests: runs ONNX's node tests and writes what is committed about them.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <thread>

#include "base/text_file.h"
#include "node_test.h"
#include "node_worker.h"
#include "report.h"

namespace tilecast::testing {
namespace {

NodeOutcomes run_all(const std::filesystem::path& directory, const std::vector<std::string>& names, int jobs) {
  std::vector<NodeOutcome> outcomes(names.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    // A process dies with the thread that started it, so each thread has its own.
    NodeWorker worker;
    for (std::size_t i = next++; i < names.size(); i = next++) {
      outcomes[i] = worker.run(directory / names[i]);
      if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{} of {}", i + 1, names.size());
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < jobs; ++t) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
  NodeOutcomes result;
  for (std::size_t i = 0; i < names.size(); ++i) result[names[i]] = std::move(outcomes[i]);
  return result;
}

Status run(const std::string& only, int jobs) {
  TILECAST_TRY(std::vector<std::string> names, node_test_names(kNodeTests));
  std::erase_if(names, [&](const std::string& name) { return name.find(only) == std::string::npos; });
  const NodeOutcomes outcomes = run_all(kNodeTests, names, jobs);
  std::size_t failures = 0;
  for (const auto& [name, outcome] : outcomes) {
    if (outcome.kind == OutcomeKind::kFail) ++failures;
    if (only.empty() && outcome.kind != OutcomeKind::kFail) continue;
    fmt::print("{:<12} {}  {}\n", outcome_name(outcome.kind), name, outcome.reason);
  }
  fmt::print("{}\n", counts_text(outcomes));
  if (only.empty()) {
    TILECAST_CHECK(write_text(expected_file(), expected_text(outcomes)));
    TILECAST_CHECK(write_text(document_file(), document_text(outcomes)));
  }
  if (failures > 0) return Error{fmt::format("{} tests fail", failures)};
  return Unit{};
}

}  // namespace
}  // namespace tilecast::testing

int main(int argc, char** argv) {
  CLI::App app{
      "Imports, compiles and runs ONNX's node tests; writes tests/onnx_nodes/expected.txt and "
      "docs/onnx_node_tests.md."};
  std::string only;
  int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  app.add_option("--only", only, "those with this in their name; prints their outcomes and writes nothing");
  app.add_option("--jobs", jobs, "how many at once")->check(CLI::PositiveNumber)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const tilecast::Status status = tilecast::testing::run(only, jobs);
  if (status.ok()) return 0;
  fmt::print(stderr, "onnx_node_tests: {}\n", status.error().message);
  return 1;
}
