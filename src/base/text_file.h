// Files of text.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace tilecast {

// All bytes of a file; the message of a failure names it and says why.
Result<std::string> read_text(const std::filesystem::path& file);
// Writes the whole file; the message of a failure names it and says why.
Status write_text(const std::filesystem::path& file, const std::string& text);
// The same through FILE.partial beside it, so that the old content is there until the new one is complete.
Status replace_text(const std::filesystem::path& file, const std::string& text);

// The first and the last line that are not empty, of what a program left in its log; nothing where there is none.
std::string first_line_of(const std::filesystem::path& file);
std::string last_line_of(const std::filesystem::path& file);

}  // namespace tilecast
