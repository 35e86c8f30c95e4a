#include "make_directory.h"

#include <fmt/format.h>

namespace tilecast::tools {

Status make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return Error{fmt::format("cannot make {}: {}", directory.string(), error.message())};
  return Unit{};
}

}  // namespace tilecast::tools
