// tilecast train: becomes the program beside it that trains.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/child_process.h"
#include "commands.h"

namespace tilecast::tools {

void add_train_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a world model on measured programs.");
  command->prefix_command();
  command->set_help_flag();
  command->callback([command] {
    std::vector<std::string> arguments = command->remaining();
    const std::string trainer = directory_of_this_program() / "tilecast-trainer";
    arguments.insert(arguments.begin(), trainer);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    execv(trainer.c_str(), pointers.data());
    std::exit(report_error(fmt::format("cannot start {}: {}", trainer, std::strerror(errno))));
  });
}

}  // namespace tilecast::tools
