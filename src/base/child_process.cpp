#include "base/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

namespace tilecast {
namespace {

void close_if_open(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

// Milliseconds for poll(), rounded up; -1 without a deadline.
int poll_timeout(std::optional<Deadline> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
}

// Waits until the descriptor is ready for `events`.
Result<Unit, ChannelFailure> wait_ready(int fd, short events, std::optional<Deadline> deadline) {
  for (;;) {
    pollfd entry{.fd = fd, .events = events, .revents = 0};
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready > 0) return Unit{};
    if (ready == 0) return ChannelFailure::kTimeout;
    if (errno != EINTR) return ChannelFailure::kBroken;
  }
}

Result<Unit, ChannelFailure> read_exactly(int fd, char* data, std::size_t size, std::optional<Deadline> deadline) {
  while (size > 0) {
    TILECAST_CHECK(wait_ready(fd, POLLIN, deadline));
    const ssize_t count = ::read(fd, data, size);
    if (count == 0) return ChannelFailure::kClosed;
    if (count < 0 && errno != EINTR && errno != EAGAIN) return ChannelFailure::kBroken;
    if (count > 0) {
      data += count;
      size -= static_cast<std::size_t>(count);
    }
  }
  return Unit{};
}

// SIGPIPE would end the process whose peer has died: it is blocked for this thread while writing.
class SigpipeBlocked {
 public:
  SigpipeBlocked() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~SigpipeBlocked() {
    if (!sigismember(&before_, SIGPIPE)) {
      const timespec none{};
      while (sigtimedwait(&sigpipe_, nullptr, &none) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SigpipeBlocked(const SigpipeBlocked&) = delete;
  SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;

 private:
  sigset_t sigpipe_;
  sigset_t before_;
};

Result<Unit, ChannelFailure> write_exactly(int fd, const char* data, std::size_t size,
                                           std::optional<Deadline> deadline) {
  const SigpipeBlocked blocked;
  while (size > 0) {
    TILECAST_CHECK(wait_ready(fd, POLLOUT, deadline));
    const ssize_t count = ::write(fd, data, size);
    if (count < 0 && errno == EPIPE) return ChannelFailure::kClosed;
    if (count < 0 && errno != EINTR && errno != EAGAIN) return ChannelFailure::kBroken;
    if (count > 0) {
      data += count;
      size -= static_cast<std::size_t>(count);
    }
  }
  return Unit{};
}

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_if_open(read_end);
    close_if_open(write_end);
  }
  // Above the standard descriptors and those that the child expects, so that dup2 in the child overwrites none of them.
  bool open() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) return false;
    constexpr int kFirst = ChildProcess::kWriteFd + 1;
    read_end = ::fcntl(fds[0], F_DUPFD_CLOEXEC, kFirst);
    write_end = ::fcntl(fds[1], F_DUPFD_CLOEXEC, kFirst);
    ::close(fds[0]);
    ::close(fds[1]);
    return read_end >= 0 && write_end >= 0;
  }
};

struct ChildSetup {
  const char* program;
  char* const* arguments;
  const char* log_file;  // null: the parent's standard error
  int read_fd;
  int write_fd;
  int error_fd;  // the reason of a failure goes here
  pid_t parent;
};

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const ChildSetup& setup) {
  const auto fail = [&setup]() {
    const int reason = errno;
    [[maybe_unused]] const ssize_t written = ::write(setup.error_fd, &reason, sizeof reason);
    ::_exit(127);
  };
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != setup.parent) ::_exit(127);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGINT, SIG_IGN);

  const int input = ::open("/dev/null", O_RDONLY);
  if (input < 0) fail();
  int output = STDERR_FILENO;
  if (setup.log_file != nullptr) {
    output = ::open(setup.log_file, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (output < 0) fail();
  }
  if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0 || ::dup2(output, STDERR_FILENO) < 0 ||
      ::dup2(setup.read_fd, ChildProcess::kReadFd) < 0 || ::dup2(setup.write_fd, ChildProcess::kWriteFd) < 0) {
    fail();
  }
  ::execv(setup.program, setup.arguments);
  fail();
  ::_exit(127);
}

// Bytes of the process's address space; 0 when it is gone.
std::int64_t address_space(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  std::int64_t pages = 0;
  file >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

ExitStatus decode(int status) {
  if (WIFSIGNALED(status)) return {.exit_code = 0, .signal = WTERMSIG(status)};
  return {.exit_code = WEXITSTATUS(status), .signal = 0};
}

}  // namespace

MessageChannel::MessageChannel(int read_fd, int write_fd) : read_fd_(read_fd), write_fd_(write_fd) {
  const int flags = ::fcntl(write_fd_, F_GETFL);
  if (flags >= 0) ::fcntl(write_fd_, F_SETFL, flags | O_NONBLOCK);
}

MessageChannel::MessageChannel(MessageChannel&& other) noexcept
    : read_fd_(std::exchange(other.read_fd_, -1)), write_fd_(std::exchange(other.write_fd_, -1)) {}

MessageChannel& MessageChannel::operator=(MessageChannel&& other) noexcept {
  std::swap(read_fd_, other.read_fd_);
  std::swap(write_fd_, other.write_fd_);
  return *this;
}

MessageChannel::~MessageChannel() {
  close_if_open(read_fd_);
  close_if_open(write_fd_);
}

Result<Unit, ChannelFailure> MessageChannel::send(std::string_view message, std::optional<Deadline> deadline) {
  if (message.size() > kMaxMessageBytes) return ChannelFailure::kBroken;
  const auto size = static_cast<std::uint32_t>(message.size());
  std::array<char, 4> prefix;
  for (std::size_t i = 0; i < prefix.size(); ++i) prefix[i] = static_cast<char>((size >> (8 * i)) & 0xff);
  std::string bytes(prefix.data(), prefix.size());
  bytes += message;
  return write_exactly(write_fd_, bytes.data(), bytes.size(), deadline);
}

Result<std::string, ChannelFailure> MessageChannel::receive(std::optional<Deadline> deadline) {
  std::array<char, 4> prefix;
  TILECAST_CHECK(read_exactly(read_fd_, prefix.data(), prefix.size(), deadline));
  std::size_t size = 0;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    size |= static_cast<std::size_t>(static_cast<unsigned char>(prefix[i])) << (8 * i);
  }
  if (size > kMaxMessageBytes) return ChannelFailure::kBroken;
  std::string message(size, '\0');
  TILECAST_CHECK(read_exactly(read_fd_, message.data(), size, deadline));
  return message;
}

std::filesystem::path directory_of_this_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path(".") : self.parent_path();
}

std::string to_text(const ExitStatus& status) {
  if (status.signal == 0) return fmt::format("exit code {}", status.exit_code);
  const char* name = ::sigdescr_np(status.signal);
  return fmt::format("signal {} ({})", status.signal, name != nullptr ? name : "unknown");
}

Result<ChildProcess> ChildProcess::spawn(const ChildOptions& options) {
  const auto failure = [&options](std::string_view what) {
    return Error{fmt::format("cannot start {}: {}: {}", options.program.string(), what, std::strerror(errno))};
  };
  Pipe to_child;
  Pipe from_child;
  Pipe exec_error;
  if (!to_child.open() || !from_child.open() || !exec_error.open()) return failure("pipe");

  const std::string program = options.program.string();
  const std::string log_file = options.log_file.string();
  std::vector<std::string> words{program};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const ChildSetup setup{.program = program.c_str(),
                         .arguments = arguments.data(),
                         .log_file = log_file.empty() ? nullptr : log_file.c_str(),
                         .read_fd = to_child.read_end,
                         .write_fd = from_child.write_end,
                         .error_fd = exec_error.write_end,
                         .parent = ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) return failure("fork");
  if (pid == 0) become(setup);
  // Also here, so that the group exists before the parent may have to kill it.
  ::setpgid(pid, pid);
  ChildProcess child(pid,
                     MessageChannel(std::exchange(from_child.read_end, -1), std::exchange(to_child.write_end, -1)));

  close_if_open(exec_error.write_end);
  int reason = 0;
  ssize_t count = 0;
  do {
    count = ::read(exec_error.read_end, &reason, sizeof reason);
  } while (count < 0 && errno == EINTR);
  if (count == sizeof reason) {
    child.kill();
    errno = reason;
    return failure("exec");
  }
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_), channel_(std::move(other.channel_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(status_, other.status_);
  std::swap(channel_, other.channel_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) kill();
}

Status ChildProcess::limit_memory(std::int64_t bytes) {
  const std::int64_t present = address_space(pid_);
  const auto limit = static_cast<rlim_t>(present + bytes);
  const rlimit value{limit, limit};
  if (::prlimit(pid_, RLIMIT_AS, &value, nullptr) != 0) {
    return Error{fmt::format("cannot limit the memory of process {}: {}", pid_, std::strerror(errno))};
  }
  return Unit{};
}

ExitStatus ChildProcess::kill() {
  // While the child is not reaped its number cannot be taken by another process; its group may outlive it.
  if (!status_) {
    ::kill(-pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = decode(status);
  }
  return *status_;
}

std::optional<ExitStatus> ChildProcess::wait(Deadline deadline) {
  while (!status_) {
    siginfo_t info{};
    // WNOWAIT: the rest of the group is killed before the number is given back.
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_) {
      kill();
    } else if (std::chrono::steady_clock::now() >= deadline) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  return status_;
}

}  // namespace tilecast
