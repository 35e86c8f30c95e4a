#include "base/temp_directory.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace tilecast {

Result<TempDirectory> TempDirectory::create(std::string_view prefix) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) return Error{fmt::format("no directory for temporary files: {}; set TMPDIR", error.message())};
  std::string name = (parent / fmt::format("{}-XXXXXX", prefix)).string();
  if (mkdtemp(name.data()) == nullptr) {
    return Error{fmt::format("cannot create a temporary directory in {}: {}; set TMPDIR to a writable one",
                             parent.string(), std::strerror(errno))};
  }
  return TempDirectory(name);
}

TempDirectory::~TempDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tilecast
