// Runs build/tilecast, and other programs, as a user would.
#pragma once

#include <array>
#include <cstdio>
#include <string>

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

}  // namespace tilecast::testing
