#include "frontend/onnx_tensor.h"

#include <fmt/format.h>

#include <cstring>
#include <fstream>

namespace tilecast {
namespace {

using onnx::TensorProto;

Result<std::int64_t> parse_number(const std::string& text) {
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
    return Error{fmt::format("'{}' is not a number of bytes", text)};
  }
  return std::stoll(text);
}

// External data must stay in the model's own folder.
bool is_safe_location(const std::filesystem::path& location) {
  if (location.empty() || location.is_absolute()) return false;
  for (const auto& part : location) {
    if (part == "..") return false;
  }
  return true;
}

Result<std::vector<std::byte>> read_external(const TensorProto& tensor, const std::filesystem::path& directory,
                                             std::size_t bytes) {
  std::filesystem::path location;
  std::int64_t offset = 0;
  auto length = static_cast<std::int64_t>(bytes);
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") {
      TILECAST_TRY(offset, parse_number(entry.value()));
    }
    if (entry.key() == "length") {
      TILECAST_TRY(length, parse_number(entry.value()));
    }
  }
  if (!is_safe_location(location)) {
    return Error{fmt::format("its external data is at '{}', which is not in the model's folder", location.string())};
  }
  if (length != static_cast<std::int64_t>(bytes)) {
    return Error{fmt::format("its external data has {} bytes, its shape needs {}", length, bytes)};
  }
  const std::filesystem::path file = directory / location;
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(file, missing);
  if (missing) {
    return Error{fmt::format("its weight file {} is missing: generate or copy it beside the model", file.string())};
  }
  if (size < static_cast<std::uintmax_t>(offset) + bytes) {
    return Error{fmt::format("its weight file {} ends at byte {}, the tensor at {}", file.string(), size,
                             static_cast<std::uintmax_t>(offset) + bytes)};
  }
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(offset);
  std::vector<std::byte> data(bytes);
  stream.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(bytes));
  if (!stream) return Error{fmt::format("cannot read {}", file.string())};
  return data;
}

template <class To, class Field>
std::vector<std::byte> convert(const Field& field) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(field.size()) * sizeof(To));
  std::size_t at = 0;
  for (const auto value : field) {
    const To element = static_cast<To>(value);
    std::memcpy(bytes.data() + at, &element, sizeof(To));
    at += sizeof(To);
  }
  return bytes;
}

// The typed field in which the element type's values stand when they are not raw.
std::vector<std::byte> read_typed(const TensorProto& tensor, DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return convert<float>(tensor.float_data());
    case DataType::kFloat64:
      return convert<double>(tensor.double_data());
    case DataType::kInt64:
      return convert<std::int64_t>(tensor.int64_data());
    case DataType::kInt32:
      return convert<std::int32_t>(tensor.int32_data());
    case DataType::kInt8:
      return convert<std::int8_t>(tensor.int32_data());
    case DataType::kUInt8:
    case DataType::kBool:
      return convert<std::uint8_t>(tensor.int32_data());
  }
  return {};
}

Result<std::int64_t> checked_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent > kMostElements) return Error{fmt::format("it has an extent of {}", extent)};
    count *= extent;
    if (count > kMostElements) return Error{fmt::format("its shape {} is too large", shape_to_string(shape))};
  }
  return count;
}

}  // namespace

std::optional<DataType> data_type_from_onnx(std::int64_t onnx_type) {
  switch (onnx_type) {
    case TensorProto::FLOAT:
      return DataType::kFloat32;
    case TensorProto::DOUBLE:
      return DataType::kFloat64;
    case TensorProto::INT64:
      return DataType::kInt64;
    case TensorProto::INT32:
      return DataType::kInt32;
    case TensorProto::INT8:
      return DataType::kInt8;
    case TensorProto::UINT8:
      return DataType::kUInt8;
    case TensorProto::BOOL:
      return DataType::kBool;
    default:
      return std::nullopt;
  }
}

std::string onnx_type_name(int onnx_type) {
  if (!onnx::TensorProto_DataType_IsValid(onnx_type)) return fmt::format("number {}", onnx_type);
  std::string name = onnx::TensorProto_DataType_Name(static_cast<onnx::TensorProto_DataType>(onnx_type));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

Result<OnnxTensor> read_onnx_tensor(const TensorProto& tensor, const std::filesystem::path& directory) {
  const auto type = data_type_from_onnx(tensor.data_type());
  if (!type) return Error{fmt::format("element type {} is not supported", onnx_type_name(tensor.data_type()))};
  OnnxTensor result{.type = {*type, Shape(tensor.dims().begin(), tensor.dims().end())}};
  TILECAST_TRY(const std::int64_t count, checked_count(result.type.shape));
  const auto bytes = static_cast<std::size_t>(count * data_type_size(*type));
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    TILECAST_TRY(result.bytes, read_external(tensor, directory, bytes));
  } else if (tensor.has_raw_data()) {
    const auto* begin = reinterpret_cast<const std::byte*>(tensor.raw_data().data());
    result.bytes.assign(begin, begin + tensor.raw_data().size());
  } else {
    result.bytes = read_typed(tensor, *type);
  }
  if (result.bytes.size() != bytes) {
    return Error{fmt::format("it holds {} bytes of data, its shape {} needs {}", result.bytes.size(),
                             shape_to_string(result.type.shape), bytes)};
  }
  return result;
}

}  // namespace tilecast
