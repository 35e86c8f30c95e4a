#include "constant_inputs.h"

#include <map>
#include <set>

namespace tilecast::testing {
namespace {

// By operator: the positions of inputs that must be known. Of NonZero and Unique this is all there is: how many
// elements come out depends on what goes in.
const std::map<std::string, std::vector<int>>& constant_positions() {
  static const std::map<std::string, std::vector<int>> positions = {
      {"BlackmanWindow", {0}},
      {"CenterCropPad", {1}},
      {"Compress", {1}},
      {"ConstantOfShape", {0}},
      {"CumSum", {1}},
      {"DFT", {1}},
      {"Dropout", {1, 2}},
      {"Expand", {1}},
      {"GRU", {4}},
      {"HammingWindow", {0}},
      {"HannWindow", {0}},
      {"LSTM", {4}},
      {"MaxUnpool", {2}},
      {"MelWeightMatrix", {0, 1, 2, 3, 4}},
      {"NonZero", {0}},
      {"OneHot", {1}},
      {"Pad", {1, 2}},
      {"RNN", {4}},
      {"Range", {0, 1, 2}},
      {"ReduceSum", {1}},
      {"Reshape", {1}},
      {"Resize", {1, 2, 3}},
      {"STFT", {1, 3}},
      {"Slice", {1, 2, 3, 4}},
      {"Split", {1}},
      {"Squeeze", {1}},
      {"Tile", {1}},
      {"TopK", {1}},
      {"Trilu", {1}},
      {"Unique", {0}},
      {"Unsqueeze", {1}},
      {"Upsample", {1}},
  };
  return positions;
}

// Values that must be known, in the graph's own names.
std::set<std::string> constant_values(const onnx::GraphProto& graph) {
  std::set<std::string> values;
  // Nodes are in topological order: readers come before what they read.
  for (int i = graph.node_size(); i-- > 0;) {
    const onnx::NodeProto& node = graph.node(i);
    if (const auto found = constant_positions().find(node.op_type()); found != constant_positions().end()) {
      for (const int position : found->second) {
        if (position < node.input_size()) values.insert(node.input(position));
      }
    }
    // These know their input's shape without its elements.
    if (node.op_type() == "Shape" || node.op_type() == "Size") continue;
    bool known = false;
    for (const std::string& output : node.output()) known = known || values.contains(output);
    if (known) values.insert(node.input().begin(), node.input().end());
  }
  return values;
}

}  // namespace

std::vector<std::string> fix_constant_inputs(onnx::GraphProto& graph, std::vector<onnx::TensorProto>& inputs) {
  const std::set<std::string> known = constant_values(graph);
  std::vector<std::string> fixed;
  for (int i = 0; i < graph.input_size();) {
    const std::string name = graph.input(i).name();
    if (!known.contains(name)) {
      ++i;
      continue;
    }
    onnx::TensorProto& initializer = *graph.add_initializer();
    initializer = inputs[static_cast<std::size_t>(i)];
    initializer.set_name(name);
    graph.mutable_input()->DeleteSubrange(i, 1);
    inputs.erase(inputs.begin() + i);
    fixed.push_back(name);
  }
  return fixed;
}

}  // namespace tilecast::testing
