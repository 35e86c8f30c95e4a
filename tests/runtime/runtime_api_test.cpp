#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/temp_directory.h"
#include "test_plan.h"
#include "tilecast/runtime.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;
using testing::kElements;
using testing::TestPlan;

class RuntimeApi : public ::testing::Test {
 protected:
  ~RuntimeApi() override {
    tilecast_instance_free(instance_);
    tilecast_model_free(model_);
  }
  tilecast_status load() { return tilecast_load_plan(&made_.plan, directory_.path().c_str(), &model_, &error_); }
  tilecast_status start(int threads = 2) { return tilecast_instance_create(model_, threads, &instance_, &error_); }
  std::filesystem::path weights() const { return directory_.path() / TILECAST_WEIGHTS_FILE; }
  const float* output(std::size_t i) const { return static_cast<const float*>(tilecast_output_data(instance_, i)); }

  TempDirectory directory_ = *TempDirectory::create("runtime_api_test");
  TestPlan made_{directory_.path()};
  tilecast_model* model_ = nullptr;
  tilecast_instance* instance_ = nullptr;
  tilecast_error error_{};
};

TEST_F(RuntimeApi, DescribesTheModel) {
  ASSERT_EQ(load(), TILECAST_OK) << error_.message;
  EXPECT_STREQ(tilecast_model_name(model_), "test");
  EXPECT_EQ(tilecast_input_count(model_), 1U);
  EXPECT_EQ(tilecast_output_count(model_), 2U);
  EXPECT_EQ(tilecast_call_count(model_), 1U);
  EXPECT_STREQ(tilecast_input(model_, 0)->name, "x");
  EXPECT_EQ(tilecast_input(model_, 0)->shape[0], kElements);
  EXPECT_STREQ(tilecast_output(model_, 1)->name, "z");
  EXPECT_STREQ(tilecast_call(model_, 0)->kernel, "add_kernel");
  EXPECT_EQ(tilecast_input(model_, 1), nullptr);
  EXPECT_EQ(tilecast_output(model_, 2), nullptr);
  EXPECT_EQ(tilecast_call(model_, 1), nullptr);
}

TEST_F(RuntimeApi, RunsAndKeepsInputs) {
  ASSERT_EQ(load(), TILECAST_OK) << error_.message;
  ASSERT_EQ(start(), TILECAST_OK) << error_.message;
  // The weights stay mapped for the instance.
  tilecast_model_free(std::exchange(model_, nullptr));
  std::vector<float> x(kElements);
  for (int i = 0; i < kElements; ++i) x[static_cast<std::size_t>(i)] = static_cast<float>(i);
  ASSERT_EQ(tilecast_set_input(instance_, 0, x.data(), x.size() * sizeof(float), &error_), TILECAST_OK);
  tilecast_set_timing(instance_, 1);
  for (int run = 0; run < 3; ++run) {
    ASSERT_EQ(tilecast_run(instance_, &error_), TILECAST_OK) << error_.message;
    for (int i = 0; i < kElements; ++i) {
      EXPECT_EQ(output(0)[i], static_cast<float>(102 * i));
      EXPECT_EQ(output(1)[i], static_cast<float>(102 * i));
    }
  }
  EXPECT_GT(tilecast_call_seconds(instance_, 0), 0);
  EXPECT_EQ(tilecast_call_seconds(instance_, 1), 0);
}

TEST_F(RuntimeApi, SaysWhatIsWrongWithWeights) {
  std::filesystem::resize_file(weights(), 100);
  EXPECT_EQ(load(), TILECAST_BAD_FILE);
  EXPECT_THAT(error_.message, HasSubstr("100 bytes instead of 128"));
  std::filesystem::resize_file(weights(), 128);
  EXPECT_EQ(load(), TILECAST_BAD_FILE);
  EXPECT_THAT(error_.message, HasSubstr("damaged"));
  std::filesystem::remove(weights());
  EXPECT_EQ(load(), TILECAST_BAD_FILE);
  EXPECT_THAT(error_.message, HasSubstr("cannot read the weights"));
  EXPECT_EQ(model_, nullptr);
  EXPECT_EQ(tilecast_load_plan(&made_.plan, "/nonexistent", &model_, nullptr), TILECAST_BAD_FILE);
}

TEST_F(RuntimeApi, SaysWhatIsWrongWithArguments) {
  ASSERT_EQ(load(), TILECAST_OK);
  for (const int threads : {0, -1, 1025}) {
    EXPECT_EQ(start(threads), TILECAST_BAD_ARGUMENT);
    EXPECT_THAT(error_.message, HasSubstr("1 to 1024 are possible"));
    EXPECT_EQ(instance_, nullptr);
  }
  ASSERT_EQ(start(1), TILECAST_OK) << error_.message;
  float x[kElements] = {};
  EXPECT_EQ(tilecast_set_input(instance_, 0, x, 4, &error_), TILECAST_BAD_ARGUMENT);
  EXPECT_STREQ(error_.message, "input x has 128 bytes, not 4");
  EXPECT_EQ(tilecast_set_input(instance_, 1, x, 128, &error_), TILECAST_BAD_ARGUMENT);
  EXPECT_THAT(error_.message, HasSubstr("there is no input 1"));
  EXPECT_EQ(tilecast_get_output(instance_, 1, x, 127, &error_), TILECAST_BAD_ARGUMENT);
  EXPECT_EQ(tilecast_get_output(instance_, 1, nullptr, 128, &error_), TILECAST_BAD_ARGUMENT);
  EXPECT_EQ(tilecast_get_output(instance_, 1, x, 128, nullptr), TILECAST_OK);
  EXPECT_EQ(tilecast_input_data(instance_, 1), nullptr);
  EXPECT_EQ(tilecast_output_data(instance_, 2), nullptr);
}

TEST_F(RuntimeApi, SaysThatMemoryIsMissing) {
  made_.plan.arena_bytes = std::uint64_t{1} << 60;
  ASSERT_EQ(load(), TILECAST_OK);
  EXPECT_EQ(start(), TILECAST_OUT_OF_MEMORY);
  EXPECT_THAT(error_.message, HasSubstr("does not give"));
  EXPECT_EQ(instance_, nullptr);
}

TEST_F(RuntimeApi, ReportsAFailingKernel) {
  ASSERT_EQ(load(), TILECAST_OK);
  ASSERT_EQ(start(), TILECAST_OK);
  testing::kernel_failure() = -5;
  EXPECT_EQ(tilecast_run(instance_, &error_), TILECAST_KERNEL_FAILED);
  testing::kernel_failure() = 0;
  EXPECT_STREQ(error_.message, "sum: the kernel add_kernel returned -5: it was told to");
  EXPECT_EQ(tilecast_run(instance_, &error_), TILECAST_OK);
}

}  // namespace
}  // namespace tilecast
