#include "base/xz.h"

#include <fmt/format.h>
#include <lzma.h>

#include <array>
#include <cstdint>

namespace tilecast {
namespace {

constexpr std::string_view kMagic(
    "\xfd"
    "7zXZ\0",
    6);
// Dictionaries beyond it gain little on records, and cost whoever reads them memory.
constexpr std::uint32_t kPreset = 6;

std::string_view reason_of(lzma_ret code) {
  switch (code) {
    case LZMA_FORMAT_ERROR:
      return "not an .xz file";
    case LZMA_DATA_ERROR:
      return "the compressed data is damaged";
    case LZMA_BUF_ERROR:
      return "the compressed data ends early: the file was cut off";
    case LZMA_MEM_ERROR:
      return "not enough memory";
    default:
      return "the compressed data cannot be read";
  }
}

// Feeds all of `bytes` through the stream, which it ends.
Result<std::string> run(lzma_stream& stream, std::string_view bytes) {
  std::string result;
  std::array<char, 1 << 16> buffer{};
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  lzma_ret code = LZMA_OK;
  while (code == LZMA_OK) {
    stream.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    stream.avail_out = buffer.size();
    code = lzma_code(&stream, LZMA_FINISH);
    result.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  lzma_end(&stream);
  if (code != LZMA_STREAM_END) return Error{std::string(reason_of(code))};
  return result;
}

}  // namespace

bool is_xz(std::string_view bytes) {
  return bytes.starts_with(kMagic);
}

Result<std::string> compress_xz(std::string_view text) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (const lzma_ret code = lzma_easy_encoder(&stream, kPreset, LZMA_CHECK_CRC64); code != LZMA_OK) {
    return Error{fmt::format("cannot compress: {}", reason_of(code))};
  }
  return run(stream, text);
}

Result<std::string> decompress_xz(std::string_view bytes) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (const lzma_ret code = lzma_stream_decoder(&stream, UINT64_MAX, LZMA_CONCATENATED); code != LZMA_OK) {
    return Error{fmt::format("cannot decompress: {}", reason_of(code))};
  }
  return run(stream, bytes);
}

}  // namespace tilecast
