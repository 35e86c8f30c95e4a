#include "table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "profile/text_table.h"

namespace tilecast::tools {
namespace {

std::string markdown_row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

}  // namespace

std::string to_markdown(const Table& table) {
  std::string text = markdown_row(table.titles) + "|";
  for (std::size_t i = 0; i < table.titles.size(); ++i) text += "---|";
  text += "\n";
  for (const std::vector<std::string>& row : table.rows) text += markdown_row(row);
  return text;
}

std::string to_text(const Table& table) {
  std::vector<TextTable::Column> columns;
  for (const std::string& title : table.titles) columns.push_back({title});
  if (!columns.empty()) columns.front().align = TextTable::Align::kLeft;
  TextTable text(std::move(columns));
  for (const std::vector<std::string>& row : table.rows) text.add(row);
  return text.text();
}

}  // namespace tilecast::tools
