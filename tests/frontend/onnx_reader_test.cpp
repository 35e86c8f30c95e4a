#include "frontend/onnx_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/random.h"
#include "base/temp_directory.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kModels = std::filesystem::path(TILECAST_SOURCE_DIR) / "models/tests";

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

nlohmann::json cases() {
  return nlohmann::json::parse(read_file(kModels / "index.json")).at("cases");
}

InputShapes shapes_of(const nlohmann::json& test_case) {
  InputShapes shapes;
  for (const auto& [name, shape] : test_case.at("shapes").items()) shapes[name] = shape.get<Shape>();
  return shapes;
}

// Errors that only lowering can find: the reader takes these files.
bool is_about_operators(const std::string& name) {
  static const std::set<std::string> kNames = {
      "batch_norm_training", "compress_open", "depth_to_space_uneven", "determinant_large",
      "dropout_training",    "float64",       "float_mod_default",     "gather_elements_bytes",
      "gather_nd_outside",   "lp_norm_three", "non_zero_open",         "random_numbers",
      "runtime_shape",       "top_k_open",    "unsupported_domain",    "unsupported_operator",
      "whole_by_zero",
  };
  return kNames.contains(name);
}

TEST(OnnxReader, ReadsEveryTestModelOrSaysWhyNot) {
  int refused = 0;
  for (const auto& test_case : cases()) {
    const auto name = test_case.at("name").get<std::string>();
    SCOPED_TRACE(name);
    const auto model = read_onnx(kModels / name / "model.onnx", shapes_of(test_case));
    if (!test_case.at("error").empty() && !is_about_operators(name)) {
      ASSERT_FALSE(model.ok());
      ++refused;
      for (const auto& part : test_case["error"])
        EXPECT_THAT(model.error().message, HasSubstr(part.get<std::string>()));
      continue;
    }
    ASSERT_TRUE(model.ok()) << model.error().message;
    if (is_about_operators(name)) continue;
    EXPECT_EQ(model->inputs.size(), test_case.at("inputs").size());
    EXPECT_EQ(model->outputs.size(), test_case.at("outputs").size());
    for (const ModelValueId input : model->inputs) {
      EXPECT_TRUE(model->values[static_cast<std::size_t>(input)].type.has_value());
    }
  }
  EXPECT_GE(refused, 5);
}

TEST(OnnxReader, OpenDimensionsNameTheOptionThatFixesThem) {
  int open = 0;
  for (const auto& test_case : cases()) {
    if (test_case.at("error_without_shapes").empty()) continue;
    ++open;
    const auto model = read_onnx(kModels / test_case.at("name").get<std::string>() / "model.onnx");
    ASSERT_FALSE(model.ok());
    for (const auto& part : test_case["error_without_shapes"]) {
      EXPECT_THAT(model.error().message, HasSubstr(part.get<std::string>()));
    }
  }
  EXPECT_GE(open, 2);
}

TEST(OnnxReader, WrongShapesAreExplained) {
  const auto file = kModels / "conv_bn_relu/model.onnx";
  const auto unknown = read_onnx(file, {{"picture", {1}}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(unknown.error().message, HasSubstr("--shape names 'picture', the model has the inputs 'x'"));
  const auto rank = read_onnx(file, {{"x", {1, 2}}});
  ASSERT_FALSE(rank.ok());
  EXPECT_THAT(rank.error().message, HasSubstr("has 2 dimensions, the model's input has 4"));
}

// Shape inference of libonnx would read beyond the weight's end.
TEST(OnnxReader, WeightsWithFewerDimensionsThanTheImageAreRefused) {
  const TempDirectory directory = *TempDirectory::create("onnx_reader_test");
  const auto file = directory.path() / "model.onnx";
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(read_file(kModels / "conv_same_upper/model.onnx")));
  onnx::NodeProto& conv = *model.mutable_graph()->mutable_node(0);
  ASSERT_EQ(conv.op_type(), "Conv");
  conv.set_input(1, "conv.bias");
  std::ofstream(file, std::ios::binary) << model.SerializeAsString();
  const auto refused = read_onnx(file);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("its shapes do not fit together"));
}

TEST(OnnxReader, ConstantsHoldTheirElements) {
  const auto model = read_onnx(kModels / "constant_forms/model.onnx");
  ASSERT_TRUE(model.ok()) << model.error().message;
  int constants = 0;
  for (const ModelValue& value : model->values) {
    if (!value.constant) continue;
    ++constants;
    ASSERT_TRUE(value.type.has_value());
    EXPECT_EQ(static_cast<std::int64_t>(value.constant->size()), value.type->bytes()) << value.name;
  }
  EXPECT_GT(constants, 0);
  for (const ModelNode& node : model->nodes) EXPECT_NE(node.op, "Constant");
}

TEST(OnnxReader, FilesThatAreNoModelsAreNamed) {
  const auto missing = read_onnx("/nonexistent.onnx");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message, "/nonexistent.onnx: cannot read it: No such file or directory");
  EXPECT_THAT(read_onnx(kModels).error().message, HasSubstr("it is a directory"));
  EXPECT_THAT(read_onnx(kModels / "index.json").error().message, HasSubstr("index.json: it "));
}

// A model of one operator with float inputs a and b.
std::string model_of_opset(std::int64_t opset, const std::string& op) {
  onnx::ModelProto model;
  model.set_ir_version(4);
  model.add_opset_import()->set_version(opset);
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  node.add_output("y");
  for (const char* name : {"a", "b"}) {
    node.add_input(name);
    onnx::ValueInfoProto& input = *graph.add_input();
    input.set_name(name);
    onnx::TypeProto_Tensor& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_value(3);
  }
  graph.add_output()->set_name("y");
  return model.SerializeAsString();
}

TEST(OnnxReader, OlderModelsAreReadIfTheirOperatorsHaveNotChanged) {
  const TempDirectory directory = *TempDirectory::create("onnx_reader_test");
  const auto file = directory.path() / "model.onnx";
  const auto read = [&](std::int64_t opset, const std::string& op) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << model_of_opset(opset, op);
    return read_onnx(file);
  };
  const auto old = read(7, "Mul");
  ASSERT_TRUE(old.ok()) << old.error().message;
  EXPECT_EQ(old->nodes.at(0).opset, 11);
  EXPECT_TRUE(read(17, "Mul").ok());
  EXPECT_THAT(read(6, "Mul").error().message,
              HasSubstr("it uses opset 6, supported are 11 to 17 (Mul has changed since): convert it"));
  EXPECT_THAT(read(7, "Clip").error().message, HasSubstr("(Clip has changed since)"));
  EXPECT_THAT(read(99, "Mul").error().message, HasSubstr("it uses opset 99, supported are 11 to 17: convert it"));
}

// Cuts, flips and overwrites bytes of a model.
std::string mutate(std::string bytes, Random& random) {
  switch (random.below(4)) {
    case 0:
      bytes.resize(random.below(bytes.size()));
      break;
    case 1:
      for (std::size_t i = 0; i <= random.below(8); ++i) {
        bytes[random.below(bytes.size())] ^= static_cast<char>(1 << random.below(8));
      }
      break;
    case 2: {
      const std::size_t at = random.below(bytes.size());
      const std::size_t length = std::min<std::size_t>(1 + random.below(12), bytes.size() - at);
      std::memset(bytes.data() + at, random.chance(0.5) ? 0xff : 0x7f, length);
      break;
    }
    default: {
      const std::size_t from = random.below(bytes.size());
      const std::size_t length = std::min<std::size_t>(1 + random.below(40), bytes.size() - from);
      bytes.insert(random.below(bytes.size()), bytes.substr(from, length));
    }
  }
  return bytes;
}

// Whatever is in a file, reading it ends with a model or with one line.
TEST(OnnxReader, DamagedFilesAreErrorsNotCrashes) {
  const std::uint64_t seed = 31;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const TempDirectory directory = *TempDirectory::create("onnx_reader_test");
  const auto file = directory.path() / "model.onnx";
  const auto all = cases();
  int refused = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto& test_case = all[random.below(all.size())];
    const auto name = test_case.at("name").get<std::string>();
    const std::string bytes = mutate(read_file(kModels / name / "model.onnx"), random);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    const auto model = read_onnx(file, shapes_of(test_case));
    if (model.ok()) continue;
    ++refused;
    EXPECT_EQ(model.error().message.find('\n'), std::string::npos) << model.error().message;
    EXPECT_THAT(model.error().message, HasSubstr("model.onnx: "));
  }
  EXPECT_GT(refused, 300);
}

}  // namespace
}  // namespace tilecast
