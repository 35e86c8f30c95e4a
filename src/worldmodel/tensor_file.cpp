#include "worldmodel/tensor_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text_file.h"

namespace tilecast {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's byte order");

constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // as the format has it
constexpr const char* kByteType = "U8";

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

float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction.
float from_float16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fU;
  const std::uint32_t fraction = bits & 0x3ffU;
  if (exponent == 0) return std::copysign(std::ldexp(static_cast<float>(fraction), -24), std::bit_cast<float>(sign));
  // The exponents' biases are 15 and 127; all ones stand for infinities and what is no number.
  const std::uint32_t wide_exponent = exponent == 0x1f ? 0xffU : exponent + 127 - 15;
  return std::bit_cast<float>(sign | wide_exponent << 23 | fraction << 13);
}

// A type of numbers that becomes floats.
struct ElementType {
  std::size_t bytes;
  float (*from_two_bytes)(std::uint16_t);  // null for floats themselves
};

std::optional<ElementType> element_type(const std::string& dtype) {
  if (dtype == "F32") return ElementType{sizeof(float), nullptr};
  if (dtype == "F16") return ElementType{sizeof(std::uint16_t), from_float16};
  if (dtype == "BF16") return ElementType{sizeof(std::uint16_t), from_bfloat16};
  return std::nullopt;
}

std::vector<float> floats_from(const ElementType& type, std::string_view bytes) {
  std::vector<float> values(bytes.size() / type.bytes);
  if (type.from_two_bytes == nullptr) {
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + i * sizeof(bits), sizeof(bits));
    values[i] = type.from_two_bytes(bits);
  }
  return values;
}

// The part of the data that is a tensor of this shape.
Result<std::string_view> bytes_of(const nlohmann::json& entry, const std::vector<std::int64_t>& shape,
                                  std::size_t element_bytes, std::string_view data) {
  const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
  const std::optional<std::uint64_t> count = element_count(shape);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size()) {
    return Error{"lies outside the file"};
  }
  const std::uint64_t bytes = offsets[1] - offsets[0];
  if (!count || bytes % element_bytes != 0 || bytes / element_bytes != *count) {
    return Error{"its bytes do not fit its shape"};
  }
  return data.substr(offsets[0], bytes);
}

// Adds what the entry of the header describes.
Status read_entry(const std::string& name, const nlohmann::json& entry, std::string_view data, TensorFile& result) {
  const auto dtype = entry.at("dtype").get<std::string>();
  const std::optional<ElementType> type = element_type(dtype);
  if (!type && dtype != kByteType) return Unit{};
  const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
  TILECAST_TRY(const std::string_view bytes, bytes_of(entry, shape, type ? type->bytes : 1, data));
  if (type) {
    result.tensors[name] = {shape, floats_from(*type, bytes)};
  } else {
    result.bytes[name] = bytes;
  }
  return Unit{};
}

Result<TensorFile> parse(const std::filesystem::path& file, const nlohmann::json& header, std::string_view data) {
  TensorFile result;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      result.metadata = entry.get<std::map<std::string, std::string>>();
      continue;
    }
    const Status read = read_entry(name, entry, data, result);
    if (!read.ok()) return damaged(file, fmt::format("tensor {}: {}", name, read.error().message));
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

std::optional<MetadataDifference> metadata_difference(const TensorFile& file,
                                                      const std::map<std::string, std::string>& expected) {
  for (const auto& [name, value] : expected) {
    const auto found = file.metadata.find(name);
    const std::string actual = found == file.metadata.end() ? "none" : found->second;
    if (actual != value) return MetadataDifference{name, actual, value};
  }
  return std::nullopt;
}

Result<TensorFile> read_tensor_file(const std::filesystem::path& file) {
  TILECAST_TRY(const std::string content, read_text(file));
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
  for (const auto& [name, bytes] : tensors.bytes) {
    header[name] = {{"dtype", kByteType}, {"shape", {bytes.size()}}, {"data_offsets", {offset, offset + bytes.size()}}};
    offset += bytes.size();
  }
  // What is no UTF-8 has no place in JSON.
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string content(reinterpret_cast<const char*>(&length), sizeof(length));
  content += text;
  for (const auto& [name, tensor] : tensors.tensors) {
    content.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
  }
  for (const auto& [name, bytes] : tensors.bytes) content += bytes;
  return replace_text(file, content);
}

}  // namespace tilecast
