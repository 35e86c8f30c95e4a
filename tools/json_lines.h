// Files with one JSON object a line, read and written as a whole.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/text_file.h"

namespace tilecast::tools {

// `from_json` makes a Result<T> of an object, or of what a line has in its place. None where there is no file. Errors
// name the file and the line.
template <class T, class FromJson>
Result<std::vector<T>> read_json_lines(const std::filesystem::path& file, const FromJson& from_json) {
  std::vector<T> result;
  std::ifstream stream(file);
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    Result<T> read = from_json(nlohmann::json::parse(line, nullptr, false));
    if (!read.ok()) return Error{fmt::format("{}:{}: {}", file.string(), number, read.error().message)};
    result.push_back(*std::move(read));
  }
  return result;
}

// Replaces the file as a whole; objects are written as their to_json says.
template <class T>
Status write_json_lines(const std::filesystem::path& file, std::span<const T> objects) {
  std::string text;
  for (const T& object : objects) text += to_json(object).dump() + "\n";
  return replace_text(file, text);
}

}  // namespace tilecast::tools
