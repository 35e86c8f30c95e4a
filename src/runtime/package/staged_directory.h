// A directory that is written under another name and takes its place when it is complete.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace tilecast {

class StagedDirectory {
 public:
  // Makes an empty sibling of `target`, to be written to. `target` may exist when it holds a file `marker` (then it is
  // something of the same kind, to be replaced) or is an empty directory; anything else is an error.
  static Result<StagedDirectory> create(const std::filesystem::path& target, const std::filesystem::path& marker);
  StagedDirectory(StagedDirectory&& other) noexcept;
  StagedDirectory& operator=(StagedDirectory&&) = delete;
  // Removes what was written, unless it was published.
  ~StagedDirectory();

  const std::filesystem::path& path() const { return path_; }
  // Puts it in the place of `target` in one step, then removes what was there.
  Status publish();

 private:
  StagedDirectory(std::filesystem::path path, std::filesystem::path target)
      : path_(std::move(path)), target_(std::move(target)) {}
  std::filesystem::path path_;  // empty: nothing to remove
  std::filesystem::path target_;
};

}  // namespace tilecast
