// Text compressed as .xz, whole files at once.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tilecast {

// Whether the bytes begin as an .xz file does.
bool is_xz(std::string_view bytes);

// The same text gives the same bytes with one version of liblzma.
Result<std::string> compress_xz(std::string_view text);
// Fails on bytes that end early, that were changed (each block has a checksum), or that are no .xz file.
Result<std::string> decompress_xz(std::string_view bytes);

}  // namespace tilecast
