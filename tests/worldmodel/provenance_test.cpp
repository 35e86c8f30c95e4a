#include "worldmodel/provenance.h"

#include <gtest/gtest.h>

namespace tilecast {
namespace {

PartTraining example() {
  return {.data_hash = "0123456789abcdef",
          .records = 24415,
          .tasks = 942,
          .seed = 3,
          .steps = 700,
          .results = {{"loss", 0.25}, {"accuracy", 0.95}}};
}

TEST(Provenance, IsOneLine) {
  TensorFile file;
  EXPECT_EQ(training_text(file), "its file does not say what it learnt from");
  file.metadata["transition"] = "transh";
  write_training("encoder", example(), file);
  const std::string encoder =
      "encoder: 700 steps, seed 3, 24415 programs of 942 tasks (data 0123456789abcdef), accuracy 0.9500, loss 0.2500";
  EXPECT_EQ(training_text(file), encoder);
  write_training("transition", {.data_hash = "00", .records = 1, .tasks = 1, .steps = 2}, file);
  const std::string transition = "; transition: 2 steps, seed 0, 1 programs of 1 tasks (data 00)";
  EXPECT_EQ(training_text(file), encoder + transition);
  file.metadata["trees_slope"] = "1";
  write_training("trees", {.data_hash = "11", .records = 3, .tasks = 2, .steps = 300}, file);
  EXPECT_EQ(training_text(file), encoder + transition + "; trees: 300 steps, seed 0, 3 programs of 2 tasks (data 11)");
  EXPECT_EQ(file.metadata.at("transition"), "transh");
}

TEST(Provenance, ReplacesWhatWasSaidBefore) {
  TensorFile file;
  write_training("encoder", example(), file);
  PartTraining other = example();
  other.results = {{"error", 1}};
  write_training("encoder", other, file);
  EXPECT_FALSE(file.metadata.contains("encoder.loss"));
  TensorFile copy;
  write_training("encoder", example(), copy);
  copy_training("encoder", file, copy);
  EXPECT_EQ(copy.metadata, file.metadata);
}

}  // namespace
}  // namespace tilecast
