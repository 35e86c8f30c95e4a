// The child of child_process_test: does what each message says.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/child_process.h"

int main(int argc, char** argv) {
  using tilecast::ChildProcess;
  tilecast::MessageChannel channel(ChildProcess::kReadFd, ChildProcess::kWriteFd);
  for (;;) {
    const auto message = channel.receive();
    if (!message.ok()) return 0;
    const std::string& word = *message;
    std::string answer = word;
    if (word == "arguments") {
      answer.clear();
      for (int i = 1; i < argc; ++i) answer += std::string(argv[i]) + ";";
    } else if (word == "hang") {
      for (;;) pause();
    } else if (word == "exit") {
      return 3;
    } else if (word == "crash") {
      raise(SIGSEGV);
    } else if (word == "print") {
      std::fputs("printed by the child\n", stderr);
    } else if (word == "allocate") {
      answer = std::malloc(std::size_t{1} << 30) == nullptr ? "refused" : "allocated";
    } else if (word == "allocate small") {
      answer = std::malloc(std::size_t{1} << 20) == nullptr ? "refused" : "allocated";
    } else if (word == "grandchild") {
      const pid_t pid = fork();
      if (pid == 0) {
        for (;;) pause();
      }
      answer = std::to_string(pid);
    } else if (word == "interrupt") {
      raise(SIGINT);
    }
    if (!channel.send(answer).ok()) return 0;
  }
}
