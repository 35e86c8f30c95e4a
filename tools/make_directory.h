// Where a command's results go.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace tilecast::tools {

// With all above it; nothing happens when it is there. The message of a failure names it and says why.
Status make_directory(const std::filesystem::path& directory);

}  // namespace tilecast::tools
