#include "base/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

#include "base/temp_directory.h"

namespace tilecast {
namespace {

using testing::HasSubstr;

std::filesystem::path program() {
  return std::filesystem::path(TILECAST_BINARY_DIR) / "tests_base_child";
}

ChildProcess spawn_child(ChildOptions options = {}) {
  options.program = program();
  auto child = ChildProcess::spawn(options);
  EXPECT_TRUE(child.ok()) << child.error().message;
  return std::move(child).value();
}

std::string ask(ChildProcess& child, const std::string& question) {
  EXPECT_TRUE(child.channel().send(question, deadline_after(10)).ok());
  auto answer = child.channel().receive(deadline_after(10));
  EXPECT_TRUE(answer.ok());
  return answer.ok() ? *answer : "";
}

bool process_exists(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  file >> number >> name >> state;
  return !state.empty() && state != "Z" && state != "X";
}

bool gone_within(pid_t pid, double seconds) {
  const Deadline deadline = deadline_after(seconds);
  while (process_exists(pid)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TEST(ChildProcess, EchoesMessagesOfAllSizes) {
  ChildProcess child = spawn_child();
  for (const std::size_t size : {0UL, 1UL, 65'535UL, 65'537UL, 1'000'000UL}) {
    const std::string message(size, 'x');
    // The pipe holds less than the message: both sides must make progress at once.
    auto answer = std::async(std::launch::async, [&] { return child.channel().receive(deadline_after(10)); });
    ASSERT_TRUE(child.channel().send(message, deadline_after(10)).ok());
    const auto got = answer.get();
    ASSERT_TRUE(got.ok());
    EXPECT_EQ(*got, message);
  }
}

TEST(ChildProcess, PassesArguments) {
  ChildProcess child = spawn_child({.arguments = {"one", "two words"}});
  EXPECT_EQ(ask(child, "arguments"), "one;two words;");
}

TEST(ChildProcess, MissingProgramIsAnError) {
  const auto child = ChildProcess::spawn({.program = "/nowhere/program"});
  ASSERT_FALSE(child.ok());
  EXPECT_THAT(child.error().message, HasSubstr("cannot start /nowhere/program: exec: No such file or directory"));
}

TEST(ChildProcess, UnwritableLogIsAnError) {
  const auto child = ChildProcess::spawn({.program = program(), .log_file = "/nowhere/log"});
  ASSERT_FALSE(child.ok());
  EXPECT_THAT(child.error().message, HasSubstr("No such file or directory"));
}

TEST(ChildProcess, DeadlineEndsTheWait) {
  ChildProcess child = spawn_child();
  ASSERT_TRUE(child.channel().send("hang").ok());
  const auto start = std::chrono::steady_clock::now();
  const auto answer = child.channel().receive(deadline_after(0.1));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error(), ChannelFailure::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_EQ(child.kill().signal, SIGKILL);
}

TEST(ChildProcess, DeadlineEndsASendThatNobodyReads) {
  ChildProcess child = spawn_child();
  ASSERT_TRUE(child.channel().send("hang").ok());
  const auto sent = child.channel().send(std::string(1 << 22, 'x'), deadline_after(0.1));
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error(), ChannelFailure::kTimeout);
}

TEST(ChildProcess, ExitClosesTheChannel) {
  ChildProcess child = spawn_child();
  ASSERT_TRUE(child.channel().send("exit").ok());
  const auto answer = child.channel().receive(deadline_after(10));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error(), ChannelFailure::kClosed);
  const auto status = child.wait(deadline_after(10));
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(to_text(*status), "exit code 3");
  // Writing to a dead process is an error, not the end of this one.
  const auto sent = child.channel().send("hello", deadline_after(1));
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error(), ChannelFailure::kClosed);
}

TEST(ChildProcess, SignalIsReported) {
  ChildProcess child = spawn_child();
  ASSERT_TRUE(child.channel().send("crash").ok());
  const auto status = child.wait(deadline_after(10));
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(to_text(*status), "signal 11 (Segmentation fault)");
  EXPECT_EQ(child.kill(), *status);
}

TEST(ChildProcess, WaitGivesUpAtTheDeadline) {
  ChildProcess child = spawn_child();
  EXPECT_FALSE(child.wait(deadline_after(0.02)).has_value());
}

TEST(ChildProcess, ExitsWhenItsOwnerGoes) {
  pid_t pid = 0;
  {
    ChildProcess child = spawn_child();
    pid = child.pid();
    ask(child, "hello");
  }
  EXPECT_TRUE(gone_within(pid, 5));
}

TEST(ChildProcess, KillTakesTheGroupWithIt) {
  ChildProcess child = spawn_child();
  const pid_t grandchild = std::stoi(ask(child, "grandchild"));
  ASSERT_TRUE(process_exists(grandchild));
  child.kill();
  EXPECT_TRUE(gone_within(grandchild, 5));
}

TEST(ChildProcess, DiesWithTheProcessThatStartedIt) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    auto child = ChildProcess::spawn({.program = program()});
    if (!child.ok()) _exit(1);
    // The hanging child does not read its channel any more, so that only the system can end it.
    if (!child->channel().send("hang").ok()) _exit(1);
    const pid_t pid = child->pid();
    if (write(fds[1], &pid, sizeof pid) != sizeof pid) _exit(1);
    for (;;) pause();
  }
  pid_t child = 0;
  ASSERT_EQ(read(fds[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ASSERT_TRUE(process_exists(child));
  ::kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  EXPECT_TRUE(gone_within(child, 5));
  close(fds[0]);
  close(fds[1]);
}

TEST(ChildProcess, MemoryLimitRefusesAllocations) {
  ChildProcess child = spawn_child();
  ASSERT_EQ(ask(child, "allocate"), "allocated");
  ASSERT_TRUE(child.limit_memory(64 << 20).ok());
  EXPECT_EQ(ask(child, "allocate"), "refused");
  EXPECT_EQ(ask(child, "allocate small"), "allocated");
}

TEST(ChildProcess, IgnoresTheTerminalsInterrupt) {
  ChildProcess child = spawn_child();
  EXPECT_EQ(ask(child, "interrupt"), "interrupt");
  EXPECT_NE(getpgid(child.pid()), getpgrp());
}

TEST(ChildProcess, OutputGoesToTheLog) {
  auto directory = TempDirectory::create("child-process-test");
  ASSERT_TRUE(directory.ok());
  const auto log = directory->path() / "log";
  ChildProcess child = spawn_child({.log_file = log});
  ask(child, "print");
  std::ifstream file(log);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "printed by the child");
}

TEST(MessageChannel, AbsurdLengthIsBroken) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  ASSERT_EQ(write(fds[1], "\xff\xff\xff\xff", 4), 4);
  MessageChannel channel(fds[0], fds[1]);
  const auto message = channel.receive(deadline_after(1));
  ASSERT_FALSE(message.ok());
  EXPECT_EQ(message.error(), ChannelFailure::kBroken);
}

}  // namespace
}  // namespace tilecast
