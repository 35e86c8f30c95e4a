// All of ONNX's node tests against compiled kernels, and the list of those that must pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "base/temp_directory.h"
#include "node_test.h"
#include "node_worker.h"
#include "report.h"

namespace tilecast::testing {
namespace {

constexpr const char* kRegenerate = "; if this is meant, run build/onnx_node_tests, which writes the list anew";

std::vector<std::string> names() {
  return node_test_names(kNodeTests).ok() ? *node_test_names(kNodeTests) : std::vector<std::string>();
}

class OnnxNode : public ::testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    worker_ = std::make_unique<NodeWorker>();
    const auto expected = read_expected(expected_file());
    ASSERT_TRUE(expected.ok()) << expected.error().message;
    expected_ = *expected;
  }
  static void TearDownTestSuite() { worker_.reset(); }

  static std::unique_ptr<NodeWorker> worker_;
  static std::set<std::string> expected_;
};
std::unique_ptr<NodeWorker> OnnxNode::worker_;
std::set<std::string> OnnxNode::expected_;

TEST_P(OnnxNode, EndsAsListed) {
  const NodeOutcome outcome = worker_->run(std::filesystem::path(kNodeTests) / GetParam());
  ASSERT_NE(outcome.kind, OutcomeKind::kFail) << outcome.reason;
  if (expected_.contains(GetParam())) {
    EXPECT_TRUE(outcome.passes()) << "it no longer passes: " << outcome.reason << kRegenerate;
  } else {
    EXPECT_FALSE(outcome.passes()) << "it passes now" << kRegenerate;
  }
}

INSTANTIATE_TEST_SUITE_P(All, OnnxNode, ::testing::ValuesIn(names()), [](const auto& test) { return test.param; });

// The same test with the data of an input in the place of an output.
TEST(OnnxNodeRun, AWrongResultFails) {
  namespace fs = std::filesystem;
  const auto directory = *TempDirectory::create("onnx_nodes_test");
  const fs::path folder = directory.path() / "test_add";
  fs::copy(fs::path(kNodeTests) / "test_add", folder, fs::copy_options::recursive);
  NodeWorker worker;
  const NodeOutcome right = worker.run(folder);
  EXPECT_TRUE(right.passes()) << right.reason;
  EXPECT_EQ(right.kernels, 1U);
  const fs::path data = folder / "test_data_set_0";
  fs::copy_file(data / "input_0.pb", data / "output_0.pb", fs::copy_options::overwrite_existing);
  const NodeOutcome wrong = worker.run(folder);
  EXPECT_EQ(wrong.kind, OutcomeKind::kFail);
  EXPECT_THAT(wrong.reason, ::testing::HasSubstr("output 'sum': element 0 is"));
  fs::remove(data / "output_0.pb");
  EXPECT_THAT(worker.run(folder).reason, ::testing::HasSubstr("output_0.pb"));
}

TEST(OnnxNodeList, AllOfItIsInstalled) {
  const auto installed = node_test_names(kNodeTests);
  ASSERT_TRUE(installed.ok()) << installed.error().message;
  const auto expected = read_expected(expected_file());
  ASSERT_TRUE(expected.ok()) << expected.error().message;
  EXPECT_GT(expected->size(), 200U);
  for (const std::string& name : *expected) EXPECT_THAT(*installed, ::testing::Contains(name));
}

TEST(OnnxNodeList, DocumentIsOfTheSameRun) {
  const auto expected = read_expected(expected_file());
  ASSERT_TRUE(expected.ok()) << expected.error().message;
  std::ifstream stream(document_file());
  const std::string document{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_THAT(document, ::testing::HasSubstr("| pass | " + std::to_string(expected->size()) + " |"));
  for (const std::string& name : *expected) {
    EXPECT_THAT(document, ::testing::Not(::testing::HasSubstr("| " + name + " |"))) << kRegenerate;
  }
}

}  // namespace
}  // namespace tilecast::testing
