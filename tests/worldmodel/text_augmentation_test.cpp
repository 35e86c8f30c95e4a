#include "worldmodel/text_augmentation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "../codegen/test_kernels.h"
#include "../schedule/test_programs.h"
#include "codegen/codegen.h"
#include "space/space.h"
#include "worldmodel/program_lines.h"
#include "worldmodel/state_texts.h"

namespace tilecast {
namespace {

using ::testing::UnorderedElementsAre;

// What comes of many draws.
template <class Augment>
std::set<std::string> outcomes(const std::string& text, const Augment& augment) {
  constexpr std::uint64_t kSeed = 11;
  constexpr int kDraws = 64;
  std::cout << "seed " << kSeed << '\n';
  Random random(kSeed);
  std::set<std::string> result;
  for (int i = 0; i < kDraws; ++i) result.insert(augment(text, random));
  return result;
}

std::set<std::string> orders(const std::string& text) {
  return outcomes(text, with_reordered_statements);
}

TEST(ReorderedStatements, NestsOfTheProgram) {
  const std::string text = program_text(testing::diamond_state());
  EXPECT_THAT(orders(text), UnorderedElementsAre(text, R"(input in0 float32[8]
allocate s1 float32[8] auto
for i0 in 8:
 s1[i0] = (in0[i0] * 2f)
allocate s0 float32[8] auto
for i1 in 8:
 s0[i1] = (in0[i1] + 1f)
allocate s2 float32[8] auto
for i2 in 8:
 s2[i2] = (s0[i2] + s1[i2])
)"));
}

TEST(ReorderedStatements, NestsInsideALoop) {
  const std::string text = program_text(
      testing::scheduled(testing::diamond_state(), {ComputeAt{"left", "sum", "x"}, ComputeAt{"right", "sum", "x"}}));
  EXPECT_THAT(orders(text), UnorderedElementsAre(text, R"(input in0 float32[8]
allocate s2 float32[8] auto
for i0 in 8:
 allocate s1 float32[1] auto
 for i1 in 1:
  s1[i1] = (in0[i1] * 2f)
 allocate s0 float32[1] auto
 for i2 in 1:
  s0[i2] = (in0[i2] + 1f)
 s2[i0] = (s0[i0] + s1[i0])
)"));
}

TEST(ReorderedStatements, DeclarationsOfInputs) {
  EXPECT_THAT(orders("input in0 float32[8]\nconstant in1 float32[4] packed 0:2 0:2\n"),
              UnorderedElementsAre("input in0 float32[8]\nconstant in1 float32[4] packed 0:2 0:2\n",
                                   "constant in1 float32[4] packed 0:2 0:2\ninput in0 float32[8]\n"));
}

TEST(ReorderedStatements, Temporaries) {
  const std::string text = R"(for i0 in 8:
 t0 = (i0 + 1)
 t1 = (i0 * 2)
 t2 = (t0 - t1)
 s0[i0] = (t2 * t2)
for i1 in 8:
 t0 = (i1 + 3)
 s1[i1] = (t0 * t0)
)";
  EXPECT_THAT(orders(text), UnorderedElementsAre(text, R"(for i0 in 8:
 t0 = (i0 * 2)
 t1 = (i0 + 1)
 t2 = (t1 - t0)
 s0[i0] = (t2 * t2)
for i1 in 8:
 t0 = (i1 + 3)
 s1[i1] = (t0 * t0)
)"));
}

TEST(ReorderedStatements, InlinedStages) {
  const std::string rest = "inlined s2[a0]:\n (s0[a0] - s1[a0])\n";
  const std::string one = "inlined s0[a0]:\n (in0[a0] * 2f)\n";
  const std::string other = "inlined s1[a0]:\n (in0[a0] + 1f)\n";
  EXPECT_THAT(orders(one + other + rest), UnorderedElementsAre(one + other + rest, other + one + rest));
}

// s2 reads s0 through s1; a stage without loops in the body of another's; a stage and its reader.
TEST(ReorderedStatements, WhatDependsStays) {
  for (const std::string& text :
       {std::string(R"(inlined s1[a0]:
 (s0[a0] * 2f)
allocate s0 float32[8] auto
for i0 in 8:
 s0[i0] = 1f
allocate s2 float32[8] auto
for i1 in 8:
 s2[i1] = s1[i1]
)"),
        std::string(R"(allocate s1 float32[8] auto
for i0 in 8:
 allocate s0 float32[] auto
 s0[] = 2f
 for i1 in 4:
  s1[((i0*4) + i1)] = s0[]
)"),
        program_text(testing::blur_state(8, 6)), program_text(testing::two_algorithms_state())}) {
    EXPECT_THAT(orders(text), UnorderedElementsAre(text));
  }
}

TEST(UnitLoops, AreAroundLoops) {
  Random random(1);
  const std::string text = R"(for i0 in 4:
 vectorized for i1 in 8:
  s0[i1, i0] = 1f
)";
  EXPECT_EQ(with_unit_loops(text, 1, random), R"(for i0 in 1:
 for i1 in 4:
  for i2 in 1:
   vectorized for i3 in 8:
    s0[i3, i1] = 1f
)");
  EXPECT_EQ(with_unit_loops(text, 0, random), text);
}

TEST(ExchangedNames, AreOfOneKind) {
  const auto exchanged = [](const std::string& text) { return outcomes(text, with_exchanged_names); };
  EXPECT_THAT(exchanged("for i0 in 4:\n for i2 in 8:\n  s1[i2, i0] = max(in0[i0], -1e-05f)\n"),
              UnorderedElementsAre("for i0 in 4:\n for i2 in 8:\n  s1[i2, i0] = max(in0[i0], -1e-05f)\n",
                                   "for i2 in 4:\n for i0 in 8:\n  s1[i0, i2] = max(in0[i2], -1e-05f)\n"));
  EXPECT_EQ(exchanged("input in0 int8[3]\ninput in1 int8[4]\ninput in2 int8[5]\n").size(), 6U);
}

TEST(AugmentedText, IsDrawnByShares) {
  const std::string text = program_text(testing::diamond_state());
  const auto drawn = [&](const AugmentationShares& shares) {
    return outcomes(text, [&](const std::string& t, Random& random) { return augmented(t, shares, random); });
  };
  EXPECT_THAT(drawn({.reordered = 0, .unit_loops = 0, .renamed = 0}), UnorderedElementsAre(text));
  EXPECT_EQ(drawn({.reordered = 1, .unit_loops = 0, .renamed = 0}).size(), 2U);
  EXPECT_EQ(drawn({.reordered = 0, .unit_loops = 0.5, .renamed = 0}).size(), 8U) << "around any of three loops";
  EXPECT_GT(drawn({.reordered = 0, .unit_loops = 0, .renamed = 1}).size(), 20U) << "of 36 bijections";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> names_in(const std::string& text) {
  static const std::regex name(R"(\b(in|s|i|a|t)[0-9]+\b)");
  std::vector<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), name); it != std::sregex_iterator(); ++it) {
    names.push_back(it->str());
  }
  return names;
}

// Runs through a program text as a machine would: whether all that a line reads is there by then, and nests are whole.
class Walk {
 public:
  explicit Walk(const std::string& text) {
    for (const std::string& line : lines_of(text)) {
      if (fault_.empty()) visit(line);
    }
    if (fault_.empty() && !open_.empty()) fault_ = open_.back() + " is not computed";
  }

  // Empty when there is none.
  const std::string& fault() const { return fault_; }

 private:
  void visit(const std::string& indented) {
    const std::size_t depth = indented.find_first_not_of(' ');
    const std::string line = indented.substr(depth);
    while (!loops_.empty() && loops_.back().first >= depth) loops_.pop_back();
    if (depth == 0) inlined_name_.clear();
    const std::vector<std::string> names = names_in(line);
    if (line.starts_with("input ") || line.starts_with("constant ")) {
      there_.insert(names.front());
    } else if (line.starts_with("inlined ")) {
      inlined_name_ = names.front();
      inlined_[inlined_name_];
    } else if (!inlined_name_.empty()) {
      inlined_[inlined_name_].insert(inlined_[inlined_name_].end(), names.begin(), names.end());
    } else if (line.starts_with("allocate ")) {
      open_.push_back(names.front());
    } else if (line.find("for ") != std::string::npos) {
      loops_.emplace_back(depth, names.front());
    } else {
      compute(line, names);
    }
  }

  void compute(const std::string& line, const std::vector<std::string>& names) {
    const std::string& made = names.front();
    // The names of a stage's own element are those of its index.
    for (auto name = names.begin() + 1; name != names.end(); ++name) read(*name, line);
    if (made.starts_with("t")) {
      temporaries_.insert(made);
      return;
    }
    if (open_.empty() || open_.back() != made) return fail(line, "is no part of the nest around it");
    temporaries_.clear();
    if (!line.starts_with(made + "[")) return;
    open_.pop_back();
    there_.insert(made);
  }

  void read(const std::string& name, const std::string& line) {
    if (name.starts_with("t")) {
      if (!temporaries_.contains(name)) fail(line, "reads " + name);
    } else if (name.starts_with("s") || name.starts_with("in")) {
      const auto inlined = inlined_.find(name);
      if (inlined == inlined_.end() && !there_.contains(name)) fail(line, "reads " + name);
      if (inlined == inlined_.end()) return;
      for (const std::string& inside : inlined->second) {
        if (inside.starts_with("s") || inside.starts_with("in")) read(inside, line);
      }
    } else if (std::none_of(loops_.begin(), loops_.end(), [&](const auto& loop) { return loop.second == name; })) {
      fail(line, "is outside of loop " + name);
    }
  }

  void fail(const std::string& line, const std::string& what) { fault_ = line + " " + what; }

  std::string fault_;
  std::set<std::string> there_;  // inputs, and stages that are computed
  std::string inlined_name_;     // whose body this is
  std::map<std::string, std::vector<std::string>> inlined_;
  std::vector<std::string> open_;  // stages that are allocated and not yet computed
  std::vector<std::pair<std::size_t, std::string>> loops_;
  std::set<std::string> temporaries_;
};

TEST(Walk, FindsWhatIsReadTooEarly) {
  const std::string declared = "input in0 float32[8]\n";
  const std::string made = "allocate s0 float32[8] auto\nfor i0 in 8:\n s0[i0] = in0[i0]\n";
  const std::string read = "allocate s1 float32[8] auto\nfor i1 in 8:\n s1[i1] = s0[i1]\n";
  EXPECT_EQ(Walk(declared + made + read).fault(), "");
  EXPECT_EQ(Walk(declared + read + made).fault(), "s1[i1] = s0[i1] reads s0");
  EXPECT_EQ(Walk(made + declared).fault(), "s0[i0] = in0[i0] reads in0");
  EXPECT_EQ(Walk(declared + "inlined s2[a0]:\n s0[a0]\nallocate s1 float32[1] auto\ns1[] = s2[0]\n" + made).fault(),
            "s1[] = s2[0] reads s0");
  EXPECT_EQ(Walk("allocate s0 float32[8] auto\nallocate s1 float32[] auto\nfor i0 in 8:\n s0[i0] = 1f\n").fault(),
            "s0[i0] = 1f is no part of the nest around it");
  EXPECT_EQ(Walk("allocate s0 float32[8] auto\nfor i0 in 8:\n s0[i1] = 1f\n").fault(),
            "s0[i1] = 1f is outside of loop i1");
  EXPECT_EQ(Walk("allocate s0 float32[] auto\ns0[] = t0\n").fault(), "s0[] = t0 reads t0");
}

// Each line with those around it, without numbers of names of these kinds; in an order of their own.
std::vector<std::string> paths(const std::string& text, const std::string& kinds) {
  const std::regex numbered(R"(\b()" + kinds + R"()[0-9]+\b)");
  std::vector<std::string> around;
  std::vector<std::string> result;
  for (const std::string& line : lines_of(text)) {
    around.resize(line.find_first_not_of(' '));
    around.push_back(std::regex_replace(line, numbered, "$1"));
    result.push_back(fmt::format("{}", fmt::join(around, "\n")));
  }
  std::sort(result.begin(), result.end());
  return result;
}

// Two states each of random trajectories of several kinds of tasks: the last and one on the way.
std::vector<std::string> real_texts(Random& random) {
  std::vector<std::string> result;
  for (const Task& task :
       {testing::conv_task(14, 14, 16, 32, 3, 1), testing::separable_task(14, 16, 32, 1),
        testing::deconv_task(7, 8, 16), testing::batch_softmax_task(4, 24, 64), testing::layer_norm_task(12, 96),
        testing::fused_attention_task(4, 24, 16), testing::resize_task(7, 14, 8, true)}) {
    const auto context = make_task_context(task);
    EXPECT_TRUE(context.ok());
    const auto space = Space::create(*context, probe_hardware(), 2);
    for (int i = 0; i < 5; ++i) {
      const auto texts = state_texts(context->initial, space->sample(random).trajectory);
      EXPECT_TRUE(texts.ok());
      result.push_back(random.choice(*texts));
      result.push_back(texts->back());
    }
  }
  return result;
}

TEST(ReorderedStatements, KeepDependenciesOfRealTexts) {
  const std::uint64_t seed = 5;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  int moved = 0;
  for (const std::string& text : real_texts(random)) {
    ASSERT_EQ(Walk(text).fault(), "") << text;
    for (int i = 0; i < 3; ++i) {
      const std::string other = with_reordered_statements(text, random);
      ASSERT_EQ(Walk(other).fault(), "") << text << other;
      ASSERT_EQ(paths(other, "i|t"), paths(text, "i|t")) << text << other;
      if (other != text) ++moved;
    }
  }
  EXPECT_GT(moved, 100) << "of 210";
}

// Names are exchanged one for one; nothing else is touched.
TEST(ExchangedNames, AreABijectionOfRealTexts) {
  const std::uint64_t seed = 6;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const std::regex numbered(R"(\b(in|s|i|a|t)[0-9]+\b)");
  for (const std::string& text : real_texts(random)) {
    const std::string other = with_exchanged_names(text, random);
    EXPECT_EQ(std::regex_replace(other, numbered, "$1"), std::regex_replace(text, numbered, "$1"));
    const std::vector<std::string> before = names_in(text);
    const std::vector<std::string> after = names_in(other);
    ASSERT_EQ(after.size(), before.size());
    std::map<std::string, std::string> there;
    std::map<std::string, std::string> back;
    for (std::size_t i = 0; i < before.size(); ++i) {
      EXPECT_EQ(there.emplace(before[i], after[i]).first->second, after[i]) << before[i];
      EXPECT_EQ(back.emplace(after[i], before[i]).first->second, before[i]) << after[i];
    }
    for (const auto& [name, other_name] : there) EXPECT_TRUE(back.contains(name)) << name << " is new or gone";
    EXPECT_NE(other, text);
  }
}

// Taking the loops that run once out again gives the program back.
TEST(UnitLoops, MeanTheSame) {
  const std::uint64_t seed = 4;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const std::string text = program_text(testing::product_state(30, 40, 64));
  std::size_t added = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string longer = with_unit_loops(text, 0.1, random);
    ASSERT_EQ(Walk(longer).fault(), "") << longer;
    std::string back;
    std::vector<std::size_t> units;
    for (const std::string& line : lines_of(longer)) {
      const std::size_t depth = line.find_first_not_of(' ');
      while (!units.empty() && depth <= units.back()) units.pop_back();
      if (line.ends_with(" in 1:")) {
        units.push_back(depth);
        ++added;
      } else {
        back += line.substr(units.size()) + "\n";
      }
    }
    EXPECT_EQ(paths(back, "i"), paths(text, "i"));
  }
  EXPECT_GT(added, 20U);
}

TEST(AugmentedText, IsAProgramText) {
  const std::uint64_t seed = 7;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  for (const std::string& text : real_texts(random)) {
    Random again = random;
    const std::string other = augmented(text, {.unit_loops = 0.2, .renamed = 0.7}, random);
    EXPECT_EQ(augmented(text, {.unit_loops = 0.2, .renamed = 0.7}, again), other) << "what is drawn is all that varies";
    ASSERT_EQ(Walk(other).fault(), "") << other;
    const std::vector<Token> tokens = tokenize(other);
    EXPECT_TRUE(
        std::none_of(tokens.begin(), tokens.end(), [](const Token& token) { return token.word == unknown_word(); }));
    EXPECT_EQ(static_cast<std::size_t>(std::count_if(tokens.begin(), tokens.end(), begins_line)),
              lines_of(other).size());
    EXPECT_EQ(program_lines(other).size(), std::min(lines_of(other).size(), kMostLines));
  }
}

}  // namespace
}  // namespace tilecast
