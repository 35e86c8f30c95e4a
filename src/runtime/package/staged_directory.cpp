#include "runtime/package/staged_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tilecast {
namespace fs = std::filesystem;

Result<StagedDirectory> StagedDirectory::create(const fs::path& target, const fs::path& marker) {
  std::error_code error;
  // Without a slash at its end, so that it has a name and a parent.
  fs::path place = fs::absolute(target, error).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  if (error || !place.has_filename()) return Error{fmt::format("cannot write a directory at '{}'", target.string())};
  const bool exists = fs::exists(fs::symlink_status(place, error));
  if (exists && !fs::exists(place / marker, error) && !(fs::is_directory(place, error) && fs::is_empty(place, error))) {
    return Error{fmt::format("{} is there already and has no {}: choose another directory, or remove it",
                             target.string(), marker.string())};
  }
  std::string staged = (place.parent_path() / fmt::format(".{}-XXXXXX", place.filename().string())).string();
  if (::mkdtemp(staged.data()) == nullptr) {
    return Error{fmt::format("cannot create {}: {}", target.string(), std::strerror(errno))};
  }
  // mkdtemp's directories are the owner's alone; this one shall be like any other.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::chmod(staged.c_str(), 0777 & ~mask);
  return StagedDirectory(staged, place);
}

StagedDirectory::StagedDirectory(StagedDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), target_(std::move(other.target_)) {}

StagedDirectory::~StagedDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Status StagedDirectory::publish() {
  std::error_code error;
  if (fs::exists(target_, error)) {
    // Afterwards path_ is the earlier directory, which goes away with this object.
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) return Unit{};
  } else if (::rename(path_.c_str(), target_.c_str()) == 0) {
    path_.clear();
    return Unit{};
  }
  return Error{fmt::format("cannot put {} in its place: {}", target_.string(), std::strerror(errno))};
}

}  // namespace tilecast
