#include "node_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "frontend/onnx_tensor.h"

namespace tilecast::testing {
namespace {

namespace fs = std::filesystem;

template <class Message>
Result<Message> parse(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  Message message;
  if (!stream || !message.ParseFromIstream(&stream)) return Error{fmt::format("cannot read {}", file.string())};
  return message;
}

}  // namespace

Result<std::vector<std::string>> node_test_names(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (fs::exists(entry.path() / "model.onnx")) names.push_back(entry.path().filename().string());
  }
  if (names.empty()) {
    return Error{fmt::format("there are no tests in {}: install libonnx-testdata", directory.string())};
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<onnx::ModelProto> read_node_model(const fs::path& folder) {
  return parse<onnx::ModelProto>(folder / "model.onnx");
}

Result<std::vector<onnx::TensorProto>> read_node_tensors(const fs::path& folder, const std::string& kind, int count) {
  std::vector<onnx::TensorProto> tensors;
  for (int i = 0; i < count; ++i) {
    TILECAST_TRY(onnx::TensorProto tensor,
                 parse<onnx::TensorProto>(folder / "test_data_set_0" / fmt::format("{}_{}.pb", kind, i)));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

Result<NpyArray> array_of(const onnx::TensorProto& tensor) {
  TILECAST_TRY(OnnxTensor read, read_onnx_tensor(tensor, {}));
  return NpyArray{std::move(read.type), std::move(read.bytes)};
}

std::string node_test_operator(const fs::path& folder, const onnx::ModelProto& model) {
  const auto& nodes = model.graph().node();
  if (nodes.size() == 1) return nodes[0].op_type();
  constexpr std::string_view kExpanded = "_expanded";
  const std::string name = folder.filename().string();
  if (const std::size_t at = name.rfind(kExpanded); at != std::string::npos) {
    const std::string plain = name.substr(0, at) + name.substr(at + kExpanded.size());
    const auto sibling = read_node_model(folder.parent_path() / plain);
    if (sibling.ok() && sibling->graph().node_size() == 1) return sibling->graph().node(0).op_type() + " (expanded)";
  }
  return nodes.empty() ? "no operator" : nodes[nodes.size() - 1].op_type() + " (last of several)";
}

}  // namespace tilecast::testing
