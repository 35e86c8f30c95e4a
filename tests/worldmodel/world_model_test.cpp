#include "worldmodel/world_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../schedule/test_programs.h"
#include "base/temp_directory.h"
#include "test_models.h"
#include "worldmodel/action_features.h"

namespace tilecast {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class WorldModelTest : public ::testing::Test {
 protected:
  std::string message(const TensorFile& tensors) {
    const auto file = directory_.path() / "model";
    EXPECT_TRUE(write_tensor_file(file, tensors).ok());
    const auto model = WorldModel::read(file);
    return model.ok() ? "" : model.error().message;
  }
  TempDirectory directory_ = *TempDirectory::create("world_model_test");
};

TEST_F(WorldModelTest, OfAnotherVersionIsRefused) {
  TensorFile file = new_world_model_file();
  file.metadata["tokenizer_version"] = "0";
  EXPECT_THAT(message(file),
              AllOf(HasSubstr("has tokenizer_version 0, this program reads 1"), HasSubstr("train it anew")));
  file.metadata.erase("tokenizer_version");
  EXPECT_THAT(message(file), HasSubstr("has tokenizer_version none"));
}

TEST_F(WorldModelTest, WithoutAPartIsRefused) {
  EXPECT_THAT(message(new_world_model_file()), HasSubstr("model: there is no tensor encoder.words"));
  TensorFile file = testing::random_world_model_file(1);
  EXPECT_EQ(message(file), "");
  file.tensors["transition.vectors.bias"] = {{4}, {0, 0, 0, 0}};
  EXPECT_THAT(message(file), HasSubstr("tensor transition.vectors.bias has the shape [4], not [14]"));
}

TEST_F(WorldModelTest, KeepsItsTrees) {
  TensorFile file = testing::random_world_model_file(1);
  const auto path = directory_.path() / "model";
  const auto read_trees = [&] {
    EXPECT_TRUE(write_tensor_file(path, file).ok());
    return WorldModel::read(path)->trees;
  };
  EXPECT_EQ(read_trees(), TensorFile{});
  const TensorFile without = file;
  file.bytes = {{"trees", "abc"}};
  file.metadata["trees_slope"] = "1";
  const TensorFile trees = read_trees();
  EXPECT_EQ(trees, (TensorFile{.metadata = {{"trees_slope", "1"}}, .bytes = {{"trees", "abc"}}}));
  file.metadata["trees.steps"] = "300";
  remove_trees(file);
  EXPECT_EQ(file, without);
}

constexpr std::array kKinds = {TransitionKind::kTransH, TransitionKind::kTranslation, TransitionKind::kGated,
                               TransitionKind::kRecurrent};

// Together, with what they share computed once, trajectories lead to what each leads to step by step.
TEST_F(WorldModelTest, ForeseesManyAsOneByOne) {
  const State state = testing::product_state(30, 40, 64);
  const Split split{"product", "n", "no", "ni", 16};
  const std::vector<Trajectory> trajectories = {
      {split, Vectorize{"product", "ni"}}, {}, {split, Unroll{"product", "ni"}, Parallel{"product", "m"}}, {split}};
  for (const auto kind : kKinds) {
    const auto file = directory_.path() / "model";
    ASSERT_TRUE(write_tensor_file(file, testing::random_world_model_file(2, kind)).ok());
    const auto model = WorldModel::read(file);
    ASSERT_TRUE(model.ok()) << model.error().message;
    const std::vector<float> text = model->encoder.encode(program_text(state));
    const std::vector<float> initial = model->transition.begin(text);
    EXPECT_EQ(initial.size(), 7U) << "four components of the encoder, three free ones";
    EXPECT_TRUE(std::equal(text.begin(), text.end(), initial.begin()));
    std::vector<float> features;
    std::vector<std::uint32_t> counts;
    std::vector<float> expected;
    for (const Trajectory& trajectory : trajectories) {
      const std::vector<float> own = action_rows(state.program(), trajectory);
      features.insert(features.end(), own.begin(), own.end());
      counts.push_back(static_cast<std::uint32_t>(trajectory.size()));
      std::vector<float> latent = initial;
      for (std::size_t i = 0; i < trajectory.size(); ++i) {
        const auto row = std::span(own).subspan(i * kActionFeatureCount, kActionFeatureCount);
        model->transition.advance(latent, model->transition.vectors(row));
      }
      expected.insert(expected.end(), latent.begin(), latent.end());
    }
    const std::vector<float> foreseen = model->foresee(text, features, counts);
    ASSERT_EQ(foreseen.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(foreseen[i], expected[i], 1e-4F);
    EXPECT_TRUE(std::equal(initial.begin(), initial.end(), foreseen.begin() + 7)) << "no action, no change";
  }
}

TEST_F(WorldModelTest, ThatIsNotThere) {
  const auto model = WorldModel::read(directory_.path() / "none");
  ASSERT_FALSE(model.ok());
  EXPECT_THAT(model.error().message, HasSubstr("none: No such file"));
}

}  // namespace
}  // namespace tilecast
