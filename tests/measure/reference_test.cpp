#include "measure/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "codegen/codegen.h"
#include "measure/input_data.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

// x * 3e38: beyond float32's range for x of 2 and more.
TaskContext overflowing_task() {
  const Shape shape{16};
  OpGraph graph;
  graph.inputs = {{"x", {DataType::kInt64, shape}}};
  graph.nodes = {
      {"cast", "cast", {0}, {{"to", std::string("float32")}}, {DataType::kFloat32, shape}},
      {"mul", "mul", {1}, {{"scalar", 3e38}}, {DataType::kFloat32, shape}},
  };
  graph.outputs = {2};
  return *make_task_context(make_task("overflow", graph));
}

std::vector<std::byte> output_of(const TaskContext& context) {
  const auto x = to_numbers(DataType::kInt64, random_input_bytes(DataType::kInt64, 16, 0));
  std::vector<std::byte> bytes;
  for (const double value : x) {
    const float y = value > 1 ? std::numeric_limits<float>::infinity() : static_cast<float>(value) * 3e38F;
    const auto* begin = reinterpret_cast<const std::byte*>(&y);
    bytes.insert(bytes.end(), begin, begin + sizeof y);
  }
  EXPECT_EQ(context.initial.dag().stages.back().spatial.front().extent, 16);
  return bytes;
}

TEST(CheckReference, OverflowsAsTheOutputsTypeDoes) {
  const TaskContext context = overflowing_task();
  const Status status = check_reference(context, output_of(context), 1e-3);
  EXPECT_TRUE(status.ok()) << status.error().message;
}

TEST(CheckReference, NamesTheWrongElement) {
  const TaskContext context = overflowing_task();
  std::vector<std::byte> output = output_of(context);
  const float wrong = -7;
  std::memcpy(output.data() + 3 * sizeof wrong, &wrong, sizeof wrong);
  const Status status = check_reference(context, output, 1e-3);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("element 3 of the reference is -7"));
}

}  // namespace
}  // namespace tilecast
