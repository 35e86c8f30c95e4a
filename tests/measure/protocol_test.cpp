#include "measure/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace tilecast {
namespace {

using ::testing::HasSubstr;

Task small_task() {
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kFloat32, {4}}}};
  graph.nodes = {{"neg", "neg", {0}, {}, {DataType::kFloat32, {4}}}};
  graph.outputs = {1};
  return make_task("small", graph);
}

// As it comes out of the other end: messages are text.
nlohmann::json sent(const nlohmann::json& json) {
  return nlohmann::json::parse(json.dump());
}

void expect_equal(const ArgumentSpec& a, const ArgumentSpec& b) {
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.extents, b.extents);
  EXPECT_EQ(a.layout, b.layout);
}

const ArgumentSpec kPacked{DataType::kFloat32, {8, 3}, {ConstantForm::kWinograd4, {{0, 4}, {1, 3}, {0, 2}}}};
const ArgumentSpec kPlain{DataType::kInt64, {5}, {}};

TEST(Protocol, BuildRequest) {
  BuildRequest request{small_task(), {Vectorize{"neg0", "d0"}}, "/tmp/a.o", true, "kernel_7", {{}, {1, 12}}};
  const auto read = build_request_from_json(sent(to_json(request)));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->task.key, request.task.key);
  EXPECT_EQ(read->trajectory, request.trajectory);
  EXPECT_EQ(read->file, "/tmp/a.o");
  EXPECT_TRUE(read->object_only);
  EXPECT_EQ(read->function, "kernel_7");
  EXPECT_EQ(read->strides, request.strides);
}

TEST(Protocol, BuildReply) {
  const BuildReply reply{MeasureErrorKind::kCompileError, "Halide said no", {kPacked, kPlain}, kPlain};
  const auto read = build_reply_from_json(sent(to_json(reply)));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->error, MeasureErrorKind::kCompileError);
  EXPECT_EQ(read->message, "Halide said no");
  ASSERT_EQ(read->inputs.size(), 2U);
  expect_equal(read->inputs[0], kPacked);
  expect_equal(read->inputs[1], kPlain);
  expect_equal(read->output, kPlain);
}

TEST(Protocol, RunRequest) {
  RunRequest request{"key", "/tmp/a.so", {kPacked}, kPlain, {0}, 4096, 3, "/tmp/reference", true, 0.5, {}};
  request.timing = {.min_samples = 2,
                    .max_samples = 9,
                    .min_sample_seconds = 0.25,
                    .budget_seconds = 1.5,
                    .long_call_seconds = 0.5,
                    .long_call_samples = 3,
                    .steady = 0.125,
                    .give_up_seconds = 0.75};
  const auto read = run_request_from_json(sent(to_json(request)));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->task_key, "key");
  EXPECT_EQ(read->shared_object, "/tmp/a.so");
  ASSERT_EQ(read->inputs.size(), 1U);
  expect_equal(read->inputs[0], kPacked);
  expect_equal(read->output, kPlain);
  EXPECT_EQ(read->constants, std::vector<std::size_t>{0});
  EXPECT_EQ(read->constant_bytes, 4096);
  EXPECT_EQ(read->threads, 3);
  EXPECT_EQ(read->reference_file, "/tmp/reference");
  EXPECT_TRUE(read->write_reference);
  EXPECT_EQ(read->tolerance, 0.5);
  EXPECT_EQ(read->timing.min_samples, 2);
  EXPECT_EQ(read->timing.max_samples, 9);
  EXPECT_EQ(read->timing.min_sample_seconds, 0.25);
  EXPECT_EQ(read->timing.budget_seconds, 1.5);
  EXPECT_EQ(read->timing.long_call_seconds, 0.5);
  EXPECT_EQ(read->timing.long_call_samples, 3);
  EXPECT_EQ(read->timing.steady, 0.125);
  EXPECT_EQ(read->timing.give_up_seconds, 0.75);
}

TEST(Protocol, CopiesOfConstantsTakeAtLeastTheBytes) {
  EXPECT_EQ(copies_of_constants(0, 4096), 1U) << "no constants";
  EXPECT_EQ(copies_of_constants(4096, 0), 1U) << "a kernel on its own";
  EXPECT_EQ(copies_of_constants(4096, 4096), 1U);
  EXPECT_EQ(copies_of_constants(4096, 4095), 1U);
  EXPECT_EQ(copies_of_constants(4096, 4097), 2U);
  EXPECT_EQ(copies_of_constants(1000, 64'000), 64U);
  EXPECT_EQ(copies_of_constants(4, std::int64_t{1} << 40), 1024U);
}

TEST(Protocol, NeverGivingUpSurvives) {
  const auto read = run_request_from_json(sent(to_json(RunRequest{})));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(std::isinf(read->timing.give_up_seconds));
  EXPECT_TRUE(std::isinf(read->timing.long_call_seconds));
}

TEST(Protocol, RunReply) {
  const RunReply reply{MeasureErrorKind::kWrongResult, "differs", {{0.5, 0.25}, true}};
  const auto read = run_reply_from_json(sent(to_json(reply)));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->error, MeasureErrorKind::kWrongResult);
  EXPECT_EQ(read->message, "differs");
  EXPECT_EQ(read->timing.samples, (std::vector<double>{0.5, 0.25}));
  EXPECT_TRUE(read->timing.cut_short);
}

TEST(Protocol, MalformedMessagesAreErrors) {
  for (const nlohmann::json& json :
       {nlohmann::json(), nlohmann::json(7), nlohmann::json::object(), nlohmann::json{{"error", "none"}}}) {
    const std::string malformed = "malformed message: ";
    EXPECT_THAT(build_request_from_json(json).error().message, HasSubstr(malformed));
    EXPECT_THAT(build_reply_from_json(json).error().message, HasSubstr(malformed));
    EXPECT_THAT(run_request_from_json(json).error().message, HasSubstr(malformed));
    EXPECT_THAT(run_reply_from_json(json).error().message, HasSubstr(malformed));
  }
  nlohmann::json changed = to_json(BuildRequest{small_task(), {}, "", false, ""});
  changed["trajectory"] = nlohmann::json::parse(R"([["tile","s"]])");
  EXPECT_THAT(build_request_from_json(changed).error().message, HasSubstr("unknown action 'tile'"));
}

}  // namespace
}  // namespace tilecast
