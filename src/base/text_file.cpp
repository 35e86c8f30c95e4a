#include "base/text_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace tilecast {

Result<std::string> read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  // Copying nothing, as of an empty file, would count as a failure.
  if (stream && stream.peek() != std::ifstream::traits_type::eof()) content << stream.rdbuf();
  if (!stream || !content) return Error{fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
  return std::move(content).str();
}

Status write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  if (!stream) return Error{fmt::format("cannot write {}: {}", file.string(), std::strerror(errno))};
  return Unit{};
}

Status replace_text(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path partial = file.string() + ".partial";
  Status status = write_text(partial, text);
  std::error_code error;
  if (status.ok()) std::filesystem::rename(partial, file, error);
  if (error) status = Error{fmt::format("cannot write {}: {}", file.string(), error.message())};
  if (!status.ok()) std::filesystem::remove(partial, error);
  return status;
}

std::string first_line_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  while (std::getline(stream, line) && line.empty()) {
  }
  return line;
}

std::string last_line_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string last;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace tilecast
