#include "runtime/weights.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "runtime/failure.h"

namespace tilecast::runtime {
namespace {

// Bytes of the file in memory while it is checked; a multiple of every page size.
constexpr std::size_t kCheckedAtOnce = std::size_t{4} << 20;

// Linux maps with a page that is read what its cache holds in one piece with it, up to 2 MB, as long as all of that is
// mapped alike. So neighbouring parts of a table are mapped in two ways. The numbers bound what a lookup brings in, and
// how many mappings a table becomes (a process may have 65,530).
constexpr std::uint64_t kLookupPart = std::uint64_t{64} << 10;
constexpr std::uint64_t kMostLookupParts = 4096;

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15ULL;

std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  return (std::rotl(state, 29) ^ word) * kMultiplier;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::uint64_t hash_of_mapping(void* data, std::size_t bytes) {
  WeightsHash hash;
  for (std::size_t done = 0; done < bytes;) {
    const std::size_t piece = std::min(kCheckedAtOnce, bytes - done);
    auto* at = static_cast<std::byte*>(data) + done;
    hash.add(at, piece);
    ::madvise(at, piece, MADV_DONTNEED);  // a hint: where it fails, the pages stay
    done += piece;
  }
  return hash.value();
}

}  // namespace

void WeightsHash::add(const void* data, std::size_t bytes) {
  assert(bytes_ % kBlock == 0);
  const auto* at = static_cast<const unsigned char*>(data);
  bytes_ += bytes;
  std::uint64_t words[4];
  static_assert(sizeof words == kBlock);
  for (; bytes >= kBlock; bytes -= kBlock, at += kBlock) {
    std::memcpy(words, at, kBlock);
    for (int i = 0; i < 4; ++i) lanes_[i] = mix(lanes_[i], words[i]);
  }
  if (bytes > 0) std::memcpy(tail_, at, bytes);
}

std::uint64_t WeightsHash::value() const {
  std::uint64_t hash = bytes_;
  for (int i = 0; i < 4; ++i) hash = mix(hash, mix(lanes_[i], tail_[i]));
  return hash ^ (hash >> 32);
}

std::uint64_t weights_hash(const void* data, std::size_t bytes) {
  WeightsHash hash;
  hash.add(data, bytes);
  return hash.value();
}

Weights::~Weights() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

tilecast_status Weights::open(const char* file, std::uint64_t bytes, std::uint64_t hash, tilecast_error* error) {
  const Descriptor descriptor(::open(file, O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0) {
    return fail(error, TILECAST_BAD_FILE, "cannot read the weights %s: %s", file, std::strerror(errno));
  }
  if (static_cast<std::uint64_t>(status.st_size) != bytes) {
    return fail(error, TILECAST_BAD_FILE, "the weights %s have %lld bytes instead of %llu: write the model again", file,
                static_cast<long long>(status.st_size), static_cast<unsigned long long>(bytes));
  }
  if (bytes > 0) {
    void* data = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
    if (data == MAP_FAILED) {
      return fail(error, errno == ENOMEM ? TILECAST_OUT_OF_MEMORY : TILECAST_BAD_FILE, "cannot map the weights %s: %s",
                  file, std::strerror(errno));
    }
    data_ = data;
    bytes_ = bytes;
  }
  if (hash_of_mapping(data_, bytes_) != hash) {
    return fail(error, TILECAST_BAD_FILE, "the weights %s are damaged, or of another model: write the model again",
                file);
  }
  return TILECAST_OK;
}

void Weights::expect_lookups(std::uint64_t offset, std::uint64_t bytes) const {
  const std::uint64_t part = std::max(kLookupPart, round_up(bytes / kMostLookupParts, kLookupPart));
  for (std::uint64_t at = round_up(offset, kLookupPart); at + part <= offset + bytes; at += 2 * part) {
    ::madvise(data() + at, part, MADV_RANDOM);  // a hint: where it fails, more comes in
  }
}

}  // namespace tilecast::runtime
