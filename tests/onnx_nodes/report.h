// What is committed about the node tests: the set of those that pass, and the document about all of them.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "node_outcome.h"

namespace tilecast::testing {

using NodeOutcomes = std::map<std::string, NodeOutcome>;  // by the test's name

// Of this source tree.
std::filesystem::path expected_file();
std::filesystem::path document_file();

// The names of the tests that pass, one a line.
std::string expected_text(const NodeOutcomes& outcomes);
// Reads what expected_text wrote. Fails when the file cannot be read.
Result<std::set<std::string>> read_expected(const std::filesystem::path& file);

// "124 pass, 5 unsupported, …".
std::string counts_text(const NodeOutcomes& outcomes);
// Markdown: counts, reasons by the number of tests, the tests that do not pass, those that do.
std::string document_text(const NodeOutcomes& outcomes);

}  // namespace tilecast::testing
