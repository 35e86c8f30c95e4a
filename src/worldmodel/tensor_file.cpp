#include "worldmodel/tensor_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text_file.h"

namespace tilecast {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's byte order");

constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // as the format has it

Error damaged(const std::filesystem::path& file, const std::string& why) {
  return Error{fmt::format("{} is no intact safetensors file: {}", file.string(), why)};
}

// How many numbers a shape stands for; nothing when that is negative or absurd.
std::optional<std::uint64_t> element_count(const std::vector<std::int64_t>& shape) {
  std::uint64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count)) return std::nullopt;
  }
  return count;
}

Result<Tensor> tensor_from(const nlohmann::json& entry, std::string_view data) {
  Tensor tensor{.shape = entry.at("shape").get<std::vector<std::int64_t>>()};
  const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
  const std::optional<std::uint64_t> count = element_count(tensor.shape);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) {
    return Error{"lies outside the file"};
  }
  const std::uint64_t bytes = offsets[1] - offsets[0];
  if (!count || bytes % sizeof(float) != 0 || bytes / sizeof(float) != *count) {
    return Error{"its bytes do not fit its shape"};
  }
  tensor.values.resize(*count);
  if (bytes > 0) std::memcpy(tensor.values.data(), data.data() + offsets[0], bytes);
  return tensor;
}

Result<TensorFile> parse(const std::filesystem::path& file, const nlohmann::json& header, std::string_view data) {
  TensorFile result;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      result.metadata = entry.get<std::map<std::string, std::string>>();
      continue;
    }
    if (entry.at("dtype").get<std::string>() != "F32") continue;
    auto tensor = tensor_from(entry, data);
    if (!tensor.ok()) return damaged(file, fmt::format("tensor {}: {}", name, tensor.error().message));
    result.tensors.emplace(name, *std::move(tensor));
  }
  return result;
}

}  // namespace

Result<const Tensor*> TensorFile::find(const std::string& name, const std::vector<std::int64_t>& shape) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) return Error{fmt::format("there is no tensor {}", name)};
  const std::vector<std::int64_t>& actual = found->second.shape;
  bool fits = actual.size() == shape.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] == -1 || shape[i] == actual[i];
  if (!fits) {
    return Error{
        fmt::format("tensor {} has the shape [{}], not [{}]", name, fmt::join(actual, ", "), fmt::join(shape, ", "))};
  }
  return &found->second;
}

Result<TensorFile> read_tensor_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  std::uint64_t length = 0;
  if (content.size() < sizeof(length)) return damaged(file, "it is cut off");
  std::memcpy(&length, content.data(), sizeof(length));
  if (length > kMostHeaderBytes || length > content.size() - sizeof(length)) return damaged(file, "it is cut off");
  const std::string_view rest = std::string_view(content).substr(sizeof(length));
  const auto header = nlohmann::json::parse(rest.substr(0, length), nullptr, false);
  if (!header.is_object()) return damaged(file, "its header is no JSON object");
  try {
    return parse(file, header, rest.substr(length));
  } catch (const nlohmann::json::exception& e) {
    return damaged(file, e.what());
  }
}

Status write_tensor_file(const std::filesystem::path& file, const TensorFile& tensors) {
  nlohmann::json header = {{"__metadata__", tensors.metadata}};
  std::uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors.tensors) {
    const std::uint64_t bytes = tensor.values.size() * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string content(reinterpret_cast<const char*>(&length), sizeof(length));
  content += text;
  for (const auto& [name, tensor] : tensors.tensors) {
    content.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
  }
  return replace_text(file, content);
}

}  // namespace tilecast
