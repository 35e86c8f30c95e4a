#include "worldmodel/state_texts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "../codegen/test_kernels.h"
#include "base/random.h"
#include "codegen/codegen.h"
#include "space/space.h"
#include "worldmodel/tokenizer.h"

namespace tilecast {
namespace {

TEST(StateTexts, OneBeforeAndOneAfterEachAction) {
  const auto context = make_task_context(testing::dense_task(16, 64, 48));
  ASSERT_TRUE(context.ok());
  const Trajectory trajectory = Space::create(*context, probe_hardware(), 2)->default_candidate().trajectory;
  ASSERT_FALSE(trajectory.empty());
  const auto texts = state_texts(context->initial, trajectory);
  ASSERT_TRUE(texts.ok());
  ASSERT_EQ(texts->size(), trajectory.size() + 1);
  EXPECT_EQ(texts->front(), program_text(context->initial));
  EXPECT_EQ(texts->back(), program_text(*replay(context->initial, trajectory)));
}

TEST(StateTexts, AnIllegalActionIsNamed) {
  const auto context = make_task_context(testing::dense_task(16, 64, 48));
  ASSERT_TRUE(context.ok());
  const auto texts = state_texts(context->initial, Trajectory{Vectorize{"nobody", "x"}});
  ASSERT_FALSE(texts.ok());
  EXPECT_NE(texts.error().reason.find("step 1, vectorize(nobody, x)"), std::string::npos) << texts.error().reason;
}

// Whatever the space makes of any kind of task, the tokenizer knows all of its text.
TEST(StateTexts, NoTextOfTheSpaceHasUnknownTokens) {
  const std::uint64_t seed = 21;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  for (const Task& task :
       {testing::conv_task(14, 14, 16, 32, 3, 1), testing::depthwise_task(14, 32, 1), testing::deconv_task(7, 8, 16),
        testing::softmax_task(24, 64), testing::layer_norm_task(12, 96), testing::matmul_task(3, 20, 16, 33, true),
        testing::pool_task(15, 32, true)}) {
    const auto context = make_task_context(task);
    ASSERT_TRUE(context.ok());
    const auto space = Space::create(*context, probe_hardware(), 2);
    for (int i = 0; i < 5; ++i) {
      const auto texts = state_texts(context->initial, space->sample(random).trajectory);
      ASSERT_TRUE(texts.ok());
      for (const std::string& text : *texts) {
        const auto tokens = tokenize(text);
        ASSERT_TRUE(std::none_of(tokens.begin(), tokens.end(), [](const Token& token) {
          return token.word == unknown_word();
        })) << text;
        const auto lines = std::count(text.begin(), text.end(), '\n');
        EXPECT_EQ(lines, std::count_if(tokens.begin(), tokens.end(),
                                       [](const Token& token) { return word_text(token.word) == "line"; }));
      }
    }
  }
}

}  // namespace
}  // namespace tilecast
