// A directory for temporary files that goes away with its owner.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace tilecast {

// Created under the system's directory for temporary files (TMPDIR); removed with all that is in it.
class TempDirectory {
 public:
  // The name begins with `prefix`.
  static Result<TempDirectory> create(std::string_view prefix);
  TempDirectory(TempDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDirectory& operator=(TempDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~TempDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace tilecast
