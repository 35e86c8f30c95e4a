#include "frontend/operator_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OperatorSupport find(const std::string& name) {
  const auto operators = list_operators();
  const auto found = std::find_if(operators.begin(), operators.end(), [&](const auto& op) { return op.name == name; });
  return found != operators.end() ? *found : OperatorSupport{};
}

TEST(OperatorList, SaysWhatTheTableAndOnnxSay) {
  const OperatorSupport softmax = find("Softmax");
  EXPECT_TRUE(softmax.supported);
  EXPECT_THAT(softmax.opsets, ElementsAre(11, 13));
  EXPECT_EQ(softmax.most_inputs, 1U);
  EXPECT_THAT(softmax.refused_attributes, ElementsAre());
  EXPECT_THAT(find("Constant").refused_attributes, ElementsAre("sparse_value", "value_string", "value_strings"));
  const OperatorSupport strings = find("StringNormalizer");
  EXPECT_FALSE(strings.supported);
  EXPECT_THAT(strings.opsets, ElementsAre(10));
  EXPECT_EQ(find("Upsample").name, "") << "it is deprecated since opset 10";
}

TEST(OperatorList, LimitsAreOfSupportedOperators) {
  for (const auto& [name, limits] : operator_limits()) EXPECT_TRUE(find(name).supported) << name;
}

TEST(OperatorList, DocumentIsUpToDate) {
  std::ifstream stream(std::string(TILECAST_SOURCE_DIR) + "/docs/onnx_operators.md");
  const std::string document{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_TRUE(document == operators_document(list_operators()))
      << "write it anew: build/tilecast operators --markdown > docs/onnx_operators.md";
  EXPECT_THAT(document, HasSubstr("| Softmax | 11, 13 | 1 |  |"));
}

}  // namespace
}  // namespace tilecast
