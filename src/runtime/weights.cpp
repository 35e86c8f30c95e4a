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
#include "runtime/huge_pages.h"
#include "runtime/round_up.h"

namespace tilecast::runtime {
namespace {

// Bytes of the file in memory while it is checked; a multiple of every page size.
constexpr std::size_t kCheckedAtOnce = std::size_t{4} << 20;

// Linux maps with a page that is read what its cache holds in one piece with it, up to 2 MB, as long as all of that is
// mapped alike. So neighbouring parts of a table are mapped in two ways. The numbers bound what a lookup brings in, and
// how many mappings a table becomes (a process may have 65,530).
constexpr std::uint64_t kLookupPart = std::uint64_t{64} << 10;
constexpr std::uint64_t kMostLookupParts = 4096;

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

// New memory that begins where a huge page does; null when the system gives none.
std::byte* map_huge_pages(std::size_t bytes, int protection) {
  const std::size_t reserved = bytes + kHugePageBytes;
  void* space = ::mmap(nullptr, reserved, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (space == MAP_FAILED) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(space);
  const std::size_t before = round_up(address, kHugePageBytes) - address;
  const std::size_t end = before + round_up(bytes, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  std::byte* data = static_cast<std::byte*>(space) + before;
  if (before > 0) ::munmap(space, before);
  if (end < reserved) ::munmap(static_cast<std::byte*>(space) + end, reserved - end);
  return data;
}

bool read_at(int descriptor, std::byte* to, std::size_t offset, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t done = ::pread(descriptor, to, bytes, static_cast<off_t>(offset));
    if (done <= 0) return false;
    to += done;
    offset += static_cast<std::size_t>(done);
    bytes -= static_cast<std::size_t>(done);
  }
  return true;
}

// Puts a copy of this part of the file in the place where it is mapped. Where that fails the mapping stays, which does
// as well.
void replace_by_copy(int descriptor, std::byte* mapped, std::size_t offset, std::size_t bytes) {
  std::byte* copy = map_huge_pages(bytes, PROT_READ | PROT_WRITE);
  if (copy == nullptr) return;
  prefer_huge_pages(copy, bytes);
  const bool filled = read_at(descriptor, copy, offset, bytes) && ::mprotect(copy, bytes, PROT_READ) == 0;
  if (!filled || ::mremap(copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, mapped) == MAP_FAILED) {
    ::munmap(copy, bytes);
  }
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

tilecast_status Weights::open(const char* file, std::uint64_t bytes, std::uint64_t hash,
                              std::span<const tilecast_region> lookups, tilecast_error* error) {
  const Descriptor descriptor(::open(file, O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0) {
    return fail(error, TILECAST_BAD_FILE, "cannot read the weights %s: %s", file, std::strerror(errno));
  }
  if (static_cast<std::uint64_t>(status.st_size) != bytes) {
    return fail(error, TILECAST_BAD_FILE, "the weights %s have %lld bytes instead of %llu: write the model again", file,
                static_cast<long long>(status.st_size), static_cast<unsigned long long>(bytes));
  }
  if (bytes > 0 && !map(descriptor.get(), bytes)) {
    return fail(error, errno == ENOMEM ? TILECAST_OUT_OF_MEMORY : TILECAST_BAD_FILE, "cannot map the weights %s: %s",
                file, std::strerror(errno));
  }
  if (hash_of_mapping(data_, bytes_) != hash) {
    return fail(error, TILECAST_BAD_FILE, "the weights %s are damaged, or of another model: write the model again",
                file);
  }
  for (const tilecast_region& region : lookups) expect_lookups(region);
  if (has_huge_pages()) copy_into_huge_pages(descriptor.get(), lookups);
  return TILECAST_OK;
}

// Where huge pages can take the place of the file's.
bool Weights::map(int descriptor, std::size_t bytes) {
  std::byte* data = map_huge_pages(bytes, PROT_NONE);
  if (data == nullptr) return false;
  if (::mmap(data, bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED, descriptor, 0) == MAP_FAILED) {
    const int reason = errno;
    ::munmap(data, bytes);
    errno = reason;
    return false;
  }
  data_ = data;
  bytes_ = bytes;
  return true;
}

void Weights::expect_lookups(const tilecast_region& lookups) const {
  const std::uint64_t part = std::max(kLookupPart, round_up(lookups.bytes / kMostLookupParts, kLookupPart));
  const std::uint64_t end = lookups.offset + lookups.bytes;
  for (std::uint64_t at = round_up(lookups.offset, kLookupPart); at + part <= end; at += 2 * part) {
    ::madvise(data() + at, part, MADV_RANDOM);  // a hint: where it fails, more comes in
  }
}

void Weights::copy_into_huge_pages(int descriptor, std::span<const tilecast_region> lookups) const {
  const auto has_lookups = [&](std::size_t begin) {
    return std::any_of(lookups.begin(), lookups.end(), [&](const tilecast_region& region) {
      return region.offset < begin + kHugePageBytes && begin < region.offset + region.bytes;
    });
  };
  const std::size_t whole = bytes_ / kHugePageBytes * kHugePageBytes;
  for (std::size_t begin = 0; begin < whole;) {
    std::size_t end = begin;
    while (end < whole && !has_lookups(end)) end += kHugePageBytes;
    if (end > begin) replace_by_copy(descriptor, data() + begin, begin, end - begin);
    begin = end + kHugePageBytes;
  }
}

}  // namespace tilecast::runtime
