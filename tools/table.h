// Tables for pages and for terminals.
#pragma once

#include <string>
#include <vector>

namespace tilecast::tools {

struct Table {
  std::vector<std::string> titles;
  std::vector<std::vector<std::string>> rows;  // one cell a column
};

// A line each for the titles, the rule below them and every row.
std::string to_markdown(const Table& table);
// Columns as wide as their widest cell, the first one aligned to the left.
std::string to_text(const Table& table);

}  // namespace tilecast::tools
