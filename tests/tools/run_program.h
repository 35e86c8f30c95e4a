// Runs build/tilecast, and other programs, as a user would.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace tilecast::testing {

struct ProgramResult {
  int exit_code = 0;
  std::string output;  // standard output and error
  std::string last_line() const {
    const std::size_t end = output.find_last_not_of('\n');
    if (end == std::string::npos) return "";
    const std::size_t before = output.rfind('\n', end);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return output.substr(begin, end - begin + 1);
  }
};

// Standard error joins standard output unless the command says otherwise.
inline ProgramResult run_shell(const std::string& command) {
  ProgramResult result;
  FILE* pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) return {127, "popen failed"};
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), count);
  }
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return result;
}

inline ProgramResult run_tilecast(const std::string& arguments) {
  return run_shell(std::string(TILECAST_BINARY_DIR) + "/tilecast " + arguments);
}

// Each command must fail with exit code 1 and one line on standard error that has this text.
inline void expect_one_line_errors(const std::vector<std::pair<std::string, const char*>>& cases) {
  for (const auto& [arguments, message] : cases) {
    const auto result = run_tilecast(arguments + " 2>&1 >/dev/null");
    EXPECT_EQ(result.exit_code, 1) << arguments;
    EXPECT_THAT(result.output, ::testing::HasSubstr(message)) << arguments;
    EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
  }
}

}  // namespace tilecast::testing
