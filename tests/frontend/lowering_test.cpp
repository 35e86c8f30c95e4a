#include "frontend/lowering/lowering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "base/temp_directory.h"
#include "frontend/onnx_reader.h"
#include "model_maker.h"
#include "network_evaluator.h"

namespace tilecast {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kModels = std::filesystem::path(TILECAST_SOURCE_DIR) / "models/tests";

std::vector<nlohmann::json> cases() {
  std::ifstream stream(kModels / "index.json");
  return nlohmann::json::parse(stream).at("cases").get<std::vector<nlohmann::json>>();
}

InputShapes shapes_of(const nlohmann::json& test_case) {
  InputShapes shapes;
  for (const auto& [name, shape] : test_case.at("shapes").items()) shapes[name] = shape.get<Shape>();
  return shapes;
}

Result<Network> read_and_lower(const nlohmann::json& test_case) {
  TILECAST_TRY(const Model model,
               read_onnx(kModels / test_case.at("name").get<std::string>() / "model.onnx", shapes_of(test_case)));
  return lower_model(model);
}

// The largest difference, relative to the largest expected value.
double relative_error(const NpyArray& got, const NpyArray& want) {
  const auto g = to_numbers(got.type.dtype, got.bytes);
  const auto w = to_numbers(want.type.dtype, want.bytes);
  double difference = 0;
  double largest = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (std::isnan(g[i])) return INFINITY;
    difference = std::max(difference, std::abs(g[i] - w[i]));
    largest = std::max(largest, std::abs(w[i]));
  }
  return difference / std::max(largest, 1e-30);
}

class TestModel : public ::testing::TestWithParam<nlohmann::json> {};

TEST_P(TestModel, ComputesItsOutputsOrSaysWhyNot) {
  const nlohmann::json& test_case = GetParam();
  const auto network = read_and_lower(test_case);
  if (!test_case.at("error").empty()) {
    ASSERT_FALSE(network.ok());
    for (const auto& part : test_case["error"])
      EXPECT_THAT(network.error().message, HasSubstr(part.get<std::string>()));
    return;
  }
  ASSERT_TRUE(network.ok()) << network.error().message;
  const auto folder = kModels / test_case.at("name").get<std::string>();
  std::map<std::string, NpyArray> inputs;
  for (const auto& name : test_case.at("inputs").get<std::vector<std::string>>()) {
    auto array = read_npy(folder / ("input_" + name + ".npy"));
    ASSERT_TRUE(array.ok()) << array.error().message;
    inputs[name] = *std::move(array);
  }
  const auto outputs = evaluate_network(*network, inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.error().message;
  const auto names = test_case.at("outputs").get<std::vector<std::string>>();
  ASSERT_EQ(outputs->size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(network->outputs[i].name, names[i]);
    const auto want = read_npy(folder / ("output_" + names[i] + ".npy"));
    ASSERT_TRUE(want.ok()) << want.error().message;
    ASSERT_EQ(shape_to_string((*outputs)[i].type.shape), shape_to_string(want->type.shape)) << names[i];
    EXPECT_LE(relative_error((*outputs)[i], *want), test_case.at("tolerance").get<double>()) << names[i];
  }
}

std::string case_name(const ::testing::TestParamInfo<nlohmann::json>& test) {
  return test.param.at("name").get<std::string>();
}

INSTANTIATE_TEST_SUITE_P(All, TestModel, ::testing::ValuesIn(cases()), case_name);

const std::vector<std::int64_t> kTwo = {2, 2};
const std::vector<std::int64_t> kOnePad = {1, 1, 1, 1};

TEST(Lowering, ImagesAreTransposedAtTheInterfaceOnly) {
  ModelMaker model;
  ModelValueId y = model.node("Conv", {model.input("x", {1, 3, 8, 8}), model.ones({6, 3, 3, 3})}, {{"pads", kOnePad}});
  const ModelValueId channels = model.ones({6});
  y = model.node("BatchNormalization", {y, channels, channels, channels, channels});
  y = model.node("Relu", {y});
  y = model.node("Mul", {y, model.node("Sigmoid", {y})});
  y = model.node("Concat", {y, y}, {{"axis", std::int64_t{1}}});
  y = model.node("MaxPool", {y}, {{"kernel_shape", kTwo}, {"strides", kTwo}});
  const auto network = model.lower(y);
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(count_nodes(*network, "transpose"), 2);
  for (const NetworkId id : live_order(*network)) {
    const NetworkNode& node = network->node(id);
    if (node.op != "transpose") continue;
    EXPECT_TRUE(network->node(node.inputs.front()).is_input() || network->outputs.front().value == id) << node.name;
  }
}

TEST(Lowering, AnInputThatTwoNodesReadIsTransposedOnce) {
  ModelMaker model;
  const ModelValueId x = model.input("x", {1, 3, 8, 8});
  const ModelValueId a = model.node("Conv", {x, model.ones({4, 3, 1, 1})});
  const ModelValueId b = model.node("Conv", {x, model.ones({4, 3, 3, 3})}, {{"pads", kOnePad}});
  const auto network = model.lower(model.node("GlobalAveragePool", {model.node("Add", {a, b})}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(count_nodes(*network, "transpose"), 1);
}

TEST(Lowering, TransposedKeysStayRowsOfTheProduct) {
  ModelMaker model;
  const ModelValueId q = model.input("q", {2, 5, 8});
  const ModelValueId k = model.input("k", {2, 7, 8});
  const auto turned = model.node("Transpose", {k}, {{"perm", std::vector<std::int64_t>{0, 2, 1}}});
  const auto network = model.lower(model.node("MatMul", {q, turned}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(count_nodes(*network, "transpose"), 0);
  EXPECT_EQ(network->node(network->outputs.front().value).attributes.get_int("transpose_b", 0), 1);
}

// As vision transformers begin: the image's rows and columns become one dimension, channels go last.
TEST(Lowering, JoiningAnImagesRowsAndColumnsMovesNothing) {
  ModelMaker model;
  const ModelValueId image = model.node("Conv", {model.input("x", {1, 3, 4, 6}), model.ones({8, 3, 1, 1})});
  const ModelValueId tokens = model.node("Reshape", {image, model.constant(DataType::kInt64, {1, 8, -1})});
  const auto network = model.lower(model.node("Transpose", {tokens}, {{"perm", std::vector<std::int64_t>{0, 2, 1}}}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(count_nodes(*network, "transpose"), 1);  // of the model's input
  EXPECT_EQ(network->node(network->outputs.front().value).type.shape, (Shape{1, 24, 8}));
}

TEST(Lowering, OneKnownIndexIsASlice) {
  ModelMaker model;
  const ModelValueId x =
      model.node("Transpose", {model.input("x", {2, 3, 4})}, {{"perm", std::vector<std::int64_t>{2, 0, 1}}});
  const auto network =
      model.lower(model.node("Gather", {x, model.constant(DataType::kInt64, {-1})}, {{"axis", std::int64_t{0}}}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_EQ(count_nodes(*network, "gather") + count_nodes(*network, "transpose"), 0);
  EXPECT_EQ(run(*network, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}),
            (std::vector<double>{3, 7, 11, 15, 19, 23}));
}

TEST(Lowering, ConstantScalarsBecomeAttributes) {
  ModelMaker model;
  const auto two = model.constant(DataType::kFloat32, {2});
  const auto network = model.lower(model.node("Sub", {two, model.input("x", {3})}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  const NetworkNode& node = network->node(network->outputs.front().value);
  EXPECT_EQ(node.inputs.size(), 1U);
  EXPECT_EQ(node.attributes.get_float("scalar", 0), 2);
  EXPECT_EQ(node.attributes.get_int("scalar_left", 0), 1);
}

TEST(Lowering, WhatIsNotHandledIsRefused) {
  const auto message = [](const std::string& op, const Attributes& attributes, bool weight = true) {
    ModelMaker model;
    std::vector<ModelValueId> inputs = {model.input("x", {1, 3, 8, 8})};
    if (weight) inputs.push_back(model.ones({4, 3, 3, 3}));
    const auto network = model.lower(model.node(op, inputs, attributes));
    return network.ok() ? "lowered" : network.error().message;
  };
  EXPECT_EQ(message("Conv", {{"wobble", std::int64_t{1}}}),
            "node '/Conv' (Conv, domain ai.onnx): its attribute 'wobble' is not supported");
  EXPECT_EQ(message("Conv", {{"group", 1.5}}),
            "node '/Conv' (Conv, domain ai.onnx): its attribute 'group' is of the wrong kind");
  EXPECT_EQ(message("Conv", {}, false), "node '/Conv' (Conv, domain ai.onnx): its input 1 is missing");
  EXPECT_THAT(message("Conv", {{"auto_pad", std::string("MOST")}}), HasSubstr("'auto_pad' is 'MOST'"));
  EXPECT_THAT(message("MaxPool", {{"kernel_shape", kTwo}, {"pads", std::vector<std::int64_t>{-1, 0, 0, 0}}}, false),
              HasSubstr("'pads' holds -1"));
  EXPECT_THAT(message("Conv", {{"group", std::int64_t{2}}}), HasSubstr("do not fit"));
  EXPECT_THAT(message("Relu", {}), HasSubstr("it has 2 inputs, supported are 1"));
  EXPECT_THAT(message("MaxPool", {{"kernel_shape", kTwo}, {"dilations", std::vector<std::int64_t>{1}}}, false),
              HasSubstr("'dilations' has 1 entries, not 2"));
  EXPECT_THAT(message("Resize", {{"mode", std::string("cubic")}}, false), HasSubstr("neither scales nor sizes"));
}

TEST(Lowering, ResizeInterpolatesBetweenHalfPixels) {
  const auto resized = [](const std::string& mode) {
    ModelMaker model;
    const ModelValueId x = model.input("x", {1, 1, 2});
    const ModelValueId sizes = model.constant(DataType::kInt64, {1, 1, 4});
    return model.lower(model.node("Resize", {x, kNoValue, kNoValue, sizes}, {{"mode", mode}}));
  };
  const auto linear = resized("linear");
  ASSERT_TRUE(linear.ok()) << linear.error().message;
  EXPECT_THAT(run(*linear, {1, 2}), ::testing::ElementsAre(1, 1.25, 1.75, 2));
  const auto spline = resized("spline");
  ASSERT_FALSE(spline.ok());
  EXPECT_THAT(spline.error().message, HasSubstr("its attribute 'mode' is 'spline', which is not supported"));
}

TEST(Lowering, EquationsThatMakeNoSenseAreRefused) {
  const auto message = [](const std::string& equation) {
    ModelMaker model;
    const std::vector<ModelValueId> inputs = {model.input("x", {3, 4}), model.ones({4, 3})};
    const auto network = model.lower(model.node("Einsum", inputs, {{"equation", equation}}));
    return network.ok() ? "lowered" : network.error().message;
  };
  EXPECT_EQ(message("ij,jk->ik"), "lowered");
  EXPECT_THAT(message("ijk,jk->ik"), HasSubstr("'ijk' of its equation does not fit an input of 2 dimensions"));
  EXPECT_THAT(message("ij->i"), HasSubstr("its equation has 1 operands, the node 2"));
  EXPECT_THAT(message("ij,j2->i"), HasSubstr("'2', which is no label"));
  EXPECT_THAT(message("ij,jk->ii"), HasSubstr("a label twice, or one that no operand has"));
  EXPECT_THAT(message("ij,jk->iz"), HasSubstr("a label twice, or one that no operand has"));
  EXPECT_THAT(message("ij,ij->i"), HasSubstr("extents 3 and 4 of one label do not fit"));
}

// Padding counts as elements; what the last window has beyond it does not.
TEST(Lowering, AveragesOfCeilModeCountDeclaredPaddingOnly) {
  ModelMaker model;
  const Attributes window{{"kernel_shape", std::vector<std::int64_t>{3}},
                          {"strides", std::vector<std::int64_t>{2}},
                          {"pads", std::vector<std::int64_t>{1, 1}},
                          {"ceil_mode", std::int64_t{1}},
                          {"count_include_pad", std::int64_t{1}}};
  const auto network = model.lower(model.node("AveragePool", {model.input("x", {1, 1, 4})}, window));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {1, 2, 3, 4}), ::testing::ElementsAre(1, 3, 2));
}

TEST(Lowering, LargestWholeNumbersStayWhatTheyAre) {
  ModelMaker model;
  const auto most = static_cast<double>(std::numeric_limits<std::int64_t>::max());
  const ModelValueId start = model.constant(DataType::kInt64, {1});
  const ModelValueId end =
      model.node("Concat", {model.constant(DataType::kInt64, {most})}, {{"axis", std::int64_t{0}}});
  const auto network = model.lower(model.node("Slice", {model.input("x", {3}), start, end}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {5, 6, 7}), ::testing::ElementsAre(6, 7));
}

TEST(Lowering, ScattersByConstantIndicesSearchNothing) {
  const auto scatters = [](const std::string& name) {
    const auto network = read_and_lower({{"name", name}, {"shapes", nlohmann::json::object()}});
    return network.ok() ? count_nodes(*network, "scatter") : -1;
  };
  EXPECT_EQ(scatters("scatter_nd_known"), 0);
  EXPECT_EQ(scatters("scatter_elements_known"), 1);  // the one that adds several updates to one element
  EXPECT_EQ(scatters("scatter_nd_reduce"), 2);
}

TEST(Lowering, ScatterIsTheOldNameOfScatterElements) {
  ModelMaker model;
  const ModelValueId indices = model.constant(DataType::kInt64, {1, -1});
  const ModelValueId updates = model.constant(DataType::kFloat32, {5, 6});
  const auto network = model.lower(model.node("Scatter", {model.input("x", {4}), indices, updates}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {1, 2, 3, 4}), ::testing::ElementsAre(1, 5, 3, 6));
}

TEST(Lowering, OneHotOfAnIndexOutOfRangeIsOffEverywhere) {
  ModelMaker model;
  const ModelValueId depth = model.constant(DataType::kInt64, {3});
  const ModelValueId values = model.constant(DataType::kFloat32, {0, 1});
  const auto network = model.lower(model.node("OneHot", {model.input("x", {3}), depth, values}));
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_THAT(run(*network, {-4, -2, 3}), ::testing::ElementsAre(0, 0, 0, 0, 1, 0, 0, 0, 0));
}

TEST(Lowering, IndexOperatorsThatDoNotFitAreRefused) {
  const auto message = [](const std::string& op, const Shape& x, const std::vector<double>& indices,
                          const Attributes& attributes = {}) {
    ModelMaker model;
    std::vector<ModelValueId> inputs = {model.input("x", x), model.constant(DataType::kInt64, indices)};
    if (op.starts_with("Scatter")) inputs.push_back(model.ones({2}));
    const auto network = model.lower(model.node(op, inputs, attributes));
    return network.ok() ? "lowered" : network.error().message;
  };
  EXPECT_EQ(message("TopK", {4}, {5}), "node '/TopK' (TopK, domain ai.onnx): it takes 5 of 4 elements");
  EXPECT_THAT(message("TopK", {4}, {2}, {{"axis", std::int64_t{1}}}), HasSubstr("axis 1 of a tensor of 1 dimensions"));
  EXPECT_THAT(message("CumSum", {4}, {1}), HasSubstr("axis 1 of a tensor of 1 dimensions"));
  EXPECT_THAT(message("GatherElements", {4}, {-5}), HasSubstr("index -5 of a dimension of 4 elements"));
  EXPECT_THAT(message("GatherElements", {4, 4}, {0}), HasSubstr("indices 1 do not fit 4x4"));
  EXPECT_THAT(message("GatherND", {4}, {0, 0}), HasSubstr("indices 2 with 0 batch dimensions do not fit 4"));
  EXPECT_THAT(message("ReverseSequence", {4, 2}, {1, 1, 1}), HasSubstr("it needs 2 sequence_lens, not 3"));
  EXPECT_THAT(message("ReverseSequence", {4, 2}, {1, 1}, {{"time_axis", std::int64_t{1}}}),
              HasSubstr("time_axis 1 and batch_axis 1"));
  EXPECT_THAT(message("ScatterElements", {4}, {0}), HasSubstr("indices 1 and updates 2 do not fit data 4"));
  EXPECT_THAT(message("ScatterElements", {4}, {0, 4}), HasSubstr("index 4 of a dimension of 4 elements"));
  EXPECT_THAT(message("ScatterElements", {4}, {0, 1}, {{"reduction", std::string("max")}}),
              HasSubstr("its reduction 'max' is not supported"));
  EXPECT_THAT(message("ScatterND", {4, 2}, {0, 1, 2}), HasSubstr("indices 3 and updates 2 do not fit data 4x2"));
  EXPECT_THAT(message("Trilu", {4}, {0}), HasSubstr("its input is no matrix"));
  EXPECT_THAT(message("Compress", {2}, {0, 0}), HasSubstr("its condition chooses nothing"));
}

// Whatever the reader lets through, lowering ends with a network or with one line.
TEST(Lowering, DamagedFilesAreErrorsNotCrashes) {
  const std::uint64_t seed = 47;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  const TempDirectory directory = *TempDirectory::create("lowering_test");
  const auto file = directory.path() / "model.onnx";
  const auto all = cases();
  int lowered = 0;
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto& test_case = all[random.below(all.size())];
    std::ifstream stream(kModels / test_case.at("name").get<std::string>() / "model.onnx", std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    for (std::size_t n = 0; n <= random.below(3); ++n) {
      bytes[random.below(bytes.size())] ^= static_cast<char>(1 << random.below(8));
    }
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    const auto model = read_onnx(file, shapes_of(test_case));
    if (!model.ok()) continue;
    const auto network = lower_model(*model);
    (network.ok() ? lowered : refused) += 1;
    if (!network.ok()) {
      EXPECT_EQ(network.error().message.find('\n'), std::string::npos) << network.error().message;
    }
  }
  EXPECT_GT(lowered, 300);
  EXPECT_GT(refused, 30);
}

}  // namespace
}  // namespace tilecast
