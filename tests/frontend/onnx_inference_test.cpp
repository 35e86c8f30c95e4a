#include "frontend/onnx_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tilecast {
namespace {

using ::testing::HasSubstr;

onnx::ModelProto empty_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  return model;
}

void add_input(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& shape) {
  onnx::ValueInfoProto& input = *graph.add_input();
  input.set_name(name);
  onnx::TypeProto_Tensor& type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) type.mutable_shape()->add_dim()->set_dim_value(extent);
}

onnx::NodeProto& add_node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(op + "_y");
  return node;
}

TEST(OnnxInference, AKernelThatDoesNotFitItsInputIsAnError) {
  const auto infer = [](const std::vector<std::int64_t>& x) {
    onnx::ModelProto model = empty_model();
    onnx::GraphProto& graph = *model.mutable_graph();
    add_input(graph, "x", x);
    onnx::TensorProto& weight = *graph.add_initializer();
    weight.set_name("w");
    weight.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t extent : {4, 3, 1, 1}) weight.add_dims(extent);
    weight.set_raw_data(std::string(48, '\0'));
    add_node(graph, "Conv", {"x", "w"});
    return infer_shapes(model);
  };
  EXPECT_TRUE(infer({2, 3, 6, 6}).ok());
  const Status flat = infer({2, 3, 6});
  ASSERT_FALSE(flat.ok());
  EXPECT_THAT(flat.error().message, HasSubstr("kernel_shape"));
}

TEST(OnnxInference, AnEyeLikeOfWhatIsNotKnownStaysAsItIs) {
  onnx::ModelProto model = empty_model();
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::AttributeProto& dtype = *add_node(graph, "EyeLike", {"nowhere"}).add_attribute();
  dtype.set_name("dtype");
  dtype.set_type(onnx::AttributeProto::INT);
  dtype.set_i(onnx::TensorProto::FLOAT);
  const Status status = infer_shapes(model);
  ASSERT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(graph.node(0).op_type(), "EyeLike");
}

}  // namespace
}  // namespace tilecast
