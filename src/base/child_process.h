// A child process that talks to its parent in messages, and that the parent can always end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tilecast {

using Deadline = std::chrono::steady_clock::time_point;
inline Deadline deadline_after(double seconds) {
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}

// Messages are longer than this only when the sender is broken.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{256} << 20;

// Why a message did not go through.
enum class ChannelFailure : std::uint8_t { kClosed, kTimeout, kBroken };

// Length-prefixed messages (four little-endian bytes, then the content) over two pipe ends, which it owns.
class MessageChannel {
 public:
  // Makes the writing end non-blocking: a message larger than the pipe must not outlast its deadline.
  MessageChannel(int read_fd, int write_fd);
  MessageChannel(MessageChannel&& other) noexcept;
  MessageChannel& operator=(MessageChannel&& other) noexcept;
  ~MessageChannel();

  // Without a deadline, waits for ever.
  Result<Unit, ChannelFailure> send(std::string_view message, std::optional<Deadline> deadline = {});
  Result<std::string, ChannelFailure> receive(std::optional<Deadline> deadline = {});

  // For poll(): readable when a message (or the end) has arrived.
  int read_fd() const { return read_fd_; }

 private:
  int read_fd_ = -1;
  int write_fd_ = -1;
};

struct ChildOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  // Where the child's standard output and error go; empty: to the parent's standard error.
  std::filesystem::path log_file;
};

// Where the running program's file is: its workers and what it needs stand beside it.
std::filesystem::path directory_of_this_program();

// How a process ended.
struct ExitStatus {
  int exit_code = 0;
  int signal = 0;  // 0: it exited by itself
  bool operator==(const ExitStatus&) const = default;
};
// "exit code 3", "signal 11 (Segmentation fault)".
std::string to_text(const ExitStatus& status);

// The child leads a process group of its own: a terminal's Ctrl-C does not reach it, and its children die with it. The
// system kills it when the thread that started it ends. It finds its messages on the descriptors below; standard input
// is empty.
class ChildProcess {
 public:
  static constexpr int kReadFd = 3;
  static constexpr int kWriteFd = 4;

  // Fails when the program cannot be executed.
  static Result<ChildProcess> spawn(const ChildOptions& options);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  // Kills the group.
  ~ChildProcess();

  MessageChannel& channel() { return channel_; }
  pid_t pid() const { return pid_; }

  // Lets the child's address space grow by this much beyond its present size.
  Status limit_memory(std::int64_t bytes);
  // Kills the child and all of its group, and reaps it.
  ExitStatus kill();
  // Waits for the child to end by itself; nothing when it has not by the deadline.
  std::optional<ExitStatus> wait(Deadline deadline);

 private:
  ChildProcess(pid_t pid, MessageChannel channel) : pid_(pid), channel_(std::move(channel)) {}
  pid_t pid_ = -1;
  std::optional<ExitStatus> status_;  // once reaped
  MessageChannel channel_;
};

}  // namespace tilecast
