#include "runtime/package/weights_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/package/memory_plan.h"
#include "runtime/weights.h"

namespace tilecast {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{4} << 20;
static_assert(kReadAtOnce % runtime::WeightsHash::kBlock == 0);

}  // namespace

Result<WeightsFile> WeightsFile::create(std::filesystem::path file) {
  WeightsFile weights(std::move(file));
  weights.stream_.open(weights.file_, std::ios::binary | std::ios::trunc | std::ios::in | std::ios::out);
  if (!weights.stream_) return weights.write_error();
  return weights;
}

Error WeightsFile::write_error() const {
  return Error{fmt::format("cannot write {}: {}", file_.string(), std::strerror(errno))};
}

Result<std::int64_t> WeightsFile::add(const NetworkNode& constant, const ConstantLayout& layout) {
  const Shape& shape = constant.type.shape;
  Key key{constant.constant, shape, layout};
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const std::vector<std::int64_t> extents(shape.rbegin(), shape.rend());
  const auto element = static_cast<std::size_t>(data_type_size(constant.type.dtype));
  std::vector<std::byte> prepared;
  if (!layout.is_plain()) prepared = lay_out_constant(layout, *constant.constant, extents, element);
  TILECAST_TRY(const std::int64_t offset, add_bytes(layout.is_plain() ? *constant.constant : prepared));
  known_.emplace(std::move(key), offset);
  return offset;
}

Result<std::int64_t> WeightsFile::add_bytes(std::span<const std::byte> bytes) {
  const std::uint64_t hash = runtime::weights_hash(bytes.data(), bytes.size());
  const auto [first, last] = entries_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    TILECAST_TRY(const bool same, holds(it->second, bytes));
    if (same) return it->second.offset;
  }
  const std::int64_t offset = end_;
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::vector<char> padding(static_cast<std::size_t>(aligned_bytes(size) - size), 0);
  stream_.seekp(offset);
  stream_.write(reinterpret_cast<const char*>(bytes.data()), size);
  stream_.write(padding.data(), static_cast<std::streamsize>(padding.size()));
  if (!stream_) return write_error();
  end_ += aligned_bytes(size);
  entries_.emplace(hash, Entry{offset, size});
  return offset;
}

Result<bool> WeightsFile::holds(const Entry& entry, std::span<const std::byte> bytes) {
  if (entry.bytes != static_cast<std::int64_t>(bytes.size())) return false;
  std::vector<std::byte> written(bytes.size());
  stream_.seekg(entry.offset);
  stream_.read(reinterpret_cast<char*>(written.data()), entry.bytes);
  if (!stream_) return Error{fmt::format("cannot read {} back", file_.string())};
  return std::equal(written.begin(), written.end(), bytes.begin());
}

Result<WeightsFile::Summary> WeightsFile::finish() {
  stream_.close();
  if (!stream_) return write_error();
  std::ifstream file(file_, std::ios::binary);
  runtime::WeightsHash hash;
  std::vector<char> piece(kReadAtOnce);
  for (std::int64_t done = 0; done < end_;) {
    const std::int64_t bytes = std::min<std::int64_t>(kReadAtOnce, end_ - done);
    file.read(piece.data(), bytes);
    if (!file) return Error{fmt::format("cannot read {} back", file_.string())};
    hash.add(piece.data(), static_cast<std::size_t>(bytes));
    done += bytes;
  }
  return Summary{end_, hash.value()};
}

}  // namespace tilecast
