// pack, choose algorithm.
#include <gtest/gtest.h>

#include "../test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

// b is 8 x 12, innermost dimension first.
State product() {
  return product_state(8, 4, 12);
}

TEST(Pack, KeepsTheLayoutOfAConstant) {
  const std::vector<PackPart> parts = {{0, 4}, {1, 12}, {0, 2}};
  const State before = product();
  EXPECT_EQ(before.packed_input(1), nullptr);
  const State after = applied(before, Pack{"b", parts});
  ASSERT_NE(after.packed_input(1), nullptr);
  EXPECT_EQ(after.packed_input(1)->parts, parts);
  EXPECT_EQ(after.packed_input(0), nullptr);
}

TEST(Pack, PaddingMayFillFourTimesTheSize) {
  EXPECT_EQ(applied(product(), Pack{"b", {{0, 16}, {1, 12}, {0, 2}}}).packed().size(), 1U);
  EXPECT_EQ(applied(product(), Pack{"b", {{0, 3}, {1, 12}, {0, 3}}}).packed().size(), 1U);
  expect_refused(product(), {}, Pack{"b", {{0, 16}, {1, 12}, {0, 3}}},
                 "the packed input 'b' would be more than 4 times larger");
}

TEST(Pack, Refusals) {
  const std::vector<PackPart> plain = {{0, 8}, {1, 12}};
  expect_refused(product(), {}, Pack{"nobody", plain}, "there is no input 'nobody'");
  expect_refused(product(), {}, Pack{"product", plain}, "there is no input 'product'");
  expect_refused(product(), {}, Pack{"a", plain}, "input 'a' is not constant");
  expect_refused(product(), {Pack{"b", plain}}, Pack{"b", plain}, "input 'b' is already packed");
  expect_refused(product(), {}, Pack{"b", {}}, "a packed layout has 1 to 8 parts, not 0");
  const std::vector<PackPart> eight = {{0, 2}, {0, 2}, {0, 2}, {1, 2}, {1, 2}, {1, 3}, {0, 1}, {1, 1}};
  EXPECT_EQ(applied(product(), Pack{"b", eight}).packed()[0].parts.size(), 8U);
  std::vector<PackPart> nine = eight;
  nine.push_back({0, 1});
  expect_refused(product(), {}, Pack{"b", nine}, "a packed layout has 1 to 8 parts, not 9");
  expect_refused(product(), {}, Pack{"b", {{2, 8}}}, "input 'b' has no dimension 2");
  expect_refused(product(), {}, Pack{"b", {{-1, 8}}}, "input 'b' has no dimension -1");
  expect_refused(product(), {}, Pack{"b", {{0, 0}, {1, 12}}}, "a part of extent 0 does not fit input 'b'");
  expect_refused(product(), {}, Pack{"b", {{0, 385}, {1, 12}}}, "a part of extent 385 does not fit input 'b'");
  expect_refused(product(), {}, Pack{"b", {{0, 4}, {1, 12}}},
                 "the parts of dimension 0 of input 'b' hold 4 of 8 values");
  expect_refused(product(), {}, Pack{"b", {{0, 8}}}, "the parts of dimension 1 of input 'b' hold 0 of 12 values");
}

TEST(ChooseAlgorithm, ReplacesTheProgram) {
  const State first = two_algorithms_state();
  EXPECT_EQ(first.algorithm(), Name("twice"));
  EXPECT_EQ(first.stage_count(), 1U);
  const State second = applied(first, ChooseAlgorithm{"sum"});
  EXPECT_EQ(second.algorithm(), Name("sum"));
  EXPECT_EQ(second.stage_count(), 2U);
  EXPECT_EQ(second.output(), 1);
  EXPECT_EQ(nest(second, "h"), "x:8");
  EXPECT_EQ(describe(applied(second, ChooseAlgorithm{"twice"})), describe(first));
}

TEST(ChooseAlgorithm, Refusals) {
  const State state = two_algorithms_state();
  expect_refused(state, {}, ChooseAlgorithm{"thrice"}, "the program has no algorithm 'thrice'");
  const std::string too_late = "the algorithm is chosen before everything else";
  expect_refused(state, {Split{"y", "x", "o", "i", 2}}, ChooseAlgorithm{"sum"}, too_late);
  expect_refused(state, {Unroll{"y", "x"}}, ChooseAlgorithm{"sum"}, too_late);
  expect_refused(state, {CacheWrite{"y", "copy"}}, ChooseAlgorithm{"sum"}, too_late);
  expect_refused(state, {ChooseAlgorithm{"sum"}, Inline{"h"}}, ChooseAlgorithm{"twice"}, too_late);
  expect_refused(product(), {Pack{"b", {{0, 8}, {1, 12}}}}, ChooseAlgorithm{"direct"}, too_late);
}

}  // namespace
}  // namespace tilecast
