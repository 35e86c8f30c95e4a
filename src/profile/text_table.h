// Columns of text, each as wide as its widest cell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tilecast {

class TextTable {
 public:
  enum class Align : std::uint8_t { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kRight;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell a column.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // The titles and all rows, a line each, without spaces at the ends of lines.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Text of more than `width` characters (UTF-8) loses its middle to a "…".
std::string shortened(const std::string& text, std::size_t width);

}  // namespace tilecast
