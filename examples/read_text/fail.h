// How the example ends where something is wrong.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

// Says why in one line and ends the program.
[[noreturn]] inline void fail(const std::string& message) {
  std::fprintf(stderr, "read_text: %s\n", message.c_str());
  std::exit(1);
}
