#include "ir/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace tilecast {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = 1 << 16;
constexpr std::size_t kAlignment = 64;  // of the data, by the format's definition
constexpr std::int64_t kMaxElements = std::int64_t{1} << 33;

struct TypeCode {
  std::string_view descr;
  DataType type;
};
constexpr std::array kTypeCodes = {TypeCode{"<f4", DataType::kFloat32}, TypeCode{"<f8", DataType::kFloat64},
                                   TypeCode{"<i8", DataType::kInt64},   TypeCode{"<i4", DataType::kInt32},
                                   TypeCode{"|i1", DataType::kInt8},    TypeCode{"|u1", DataType::kUInt8},
                                   TypeCode{"|b1", DataType::kBool}};

// What stands behind `'key':` in the header, a Python dictionary as NumPy prints it.
std::optional<std::string_view> entry(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = header.substr(at + key.size() + 3);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

std::optional<Shape> parse_shape(std::string_view text) {
  if (text.empty() || text.front() != '(') return std::nullopt;
  text.remove_prefix(1);
  Shape shape;
  std::int64_t count = 1;
  while (!text.empty() && text.front() != ')') {
    std::int64_t extent = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (failed != std::errc() || extent < 0 || extent > kMaxElements / std::max<std::int64_t>(count, 1)) {
      return std::nullopt;
    }
    count *= extent;
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (!text.empty() && (text.front() == ',' || text.front() == ' ')) text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  return shape;
}

Result<TensorType> parse_header(std::string_view header) {
  const auto descr = entry(header, "descr");
  const auto shape_text = entry(header, "shape");
  const auto order = entry(header, "fortran_order");
  if (!descr || !shape_text || !order) return Error{"its header is damaged"};
  const std::string_view code = descr->substr(1, descr->find('\'', 1) - 1);
  if (order->starts_with("True")) return Error{"it is in Fortran order: save numpy.ascontiguousarray(array)"};
  const auto shape = parse_shape(*shape_text);
  if (!shape) return Error{"its shape is damaged"};
  for (const TypeCode& known : kTypeCodes) {
    if (known.descr == code) return TensorType{known.type, *shape};
  }
  return Error{fmt::format("its element type '{}' is not supported", code)};
}

Result<NpyArray> read(std::ifstream& stream) {
  std::array<char, 8> start{};
  stream.read(start.data(), start.size());
  if (!stream || std::string_view(start.data(), kMagic.size()) != kMagic) return Error{"it is no .npy file"};
  const bool short_length = start[6] == 1;
  std::array<unsigned char, 4> length_bytes{};
  stream.read(reinterpret_cast<char*>(length_bytes.data()), short_length ? 2 : 4);
  std::size_t length = 0;
  for (std::size_t i = length_bytes.size(); i-- > 0;) length = length << 8 | length_bytes[i];
  if (!stream || length > kMaxHeaderBytes) return Error{"its header is damaged"};
  std::string header(length, '\0');
  stream.read(header.data(), static_cast<std::streamsize>(length));
  if (!stream) return Error{"it is cut off"};
  TILECAST_TRY(TensorType type, parse_header(header));

  const std::streampos data = stream.tellg();
  stream.seekg(0, std::ios::end);
  const auto available = stream.tellg() - data;
  if (available < type.bytes()) {
    return Error{fmt::format("it is cut off: {} bytes of {}", static_cast<std::int64_t>(available), type.bytes())};
  }
  stream.seekg(data);
  NpyArray array{std::move(type), {}};
  array.bytes.resize(static_cast<std::size_t>(array.type.bytes()));
  stream.read(reinterpret_cast<char*>(array.bytes.data()), static_cast<std::streamsize>(array.bytes.size()));
  if (!stream) return Error{"it cannot be read to its end"};
  return array;
}

}  // namespace

Result<NpyArray> read_npy(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Error{fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
  auto array = read(stream);
  if (!array.ok()) return Error{fmt::format("{}: {}", file.string(), array.error().message)};
  return array;
}

Status write_npy(const std::filesystem::path& file, const TensorType& type, const std::vector<std::byte>& bytes) {
  std::string_view code;
  for (const TypeCode& known : kTypeCodes) code = known.type == type.dtype ? known.descr : code;
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", code,
                                   fmt::join(type.shape, ", "), type.shape.size() == 1 ? "," : "");
  const std::size_t before = kMagic.size() + 4;
  header.append(kAlignment - (before + header.size() + 1) % kAlignment, ' ');
  header += '\n';
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << kMagic << '\1' << '\0' << static_cast<char>(header.size() & 0xff) << static_cast<char>(header.size() >> 8)
         << header;
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) return Error{fmt::format("cannot write {}: {}", file.string(), std::strerror(errno))};
  return Unit{};
}

}  // namespace tilecast
