#include "profile/peer_process.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text_file.h"

namespace tilecast {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr double kAnswerSeconds = 600;
constexpr double kEndSeconds = 5;

Json files_to_json(const TensorFiles& files) {
  Json json = Json::object();
  for (const auto& [name, file] : files) json[name] = file.string();
  return json;
}

}  // namespace

PeerKind onnxruntime_peer() {
  return {.name = "onnxruntime",
          .script = "onnxruntime_peer.py",
          .remedy = "run scripts/install-deps, or name a Python with onnxruntime by --python"};
}

PeerKind pytorch_peer() {
  return {.name = "pytorch",
          .script = "pytorch_peer.py",
          .remedy = "apt-get install python3-torch, or name a Python with PyTorch by --pytorch-python"};
}

// An answer that lacks something is a bug of the script; the JSON library reports it by throwing.
template <class T>
Result<T> PeerProcess::get(const Json& answer, const char* name) const {
  try {
    return answer.at(name).get<T>();
  } catch (const Json::exception& error) {
    return Error{fmt::format("{} gave a wrong answer: {}", kind_.script, error.what())};
  }
}

Result<PeerProcess> PeerProcess::start(const PeerOptions& options, const fs::path& log) {
  const fs::path script = options.scripts / options.kind.script;
  if (!fs::exists(script)) return Error{fmt::format("there is no {}: name its folder with --scripts", script.string())};
  std::vector<std::string> arguments{script.string()};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  auto child = ChildProcess::spawn({.program = options.python, .arguments = std::move(arguments), .log_file = log});
  if (!child.ok()) return Error{child.error().message + ": " + options.kind.remedy};
  PeerProcess peer(options.kind, *std::move(child), log);
  TILECAST_CHECK(peer.ask({{"command", "hello"}}));
  return peer;
}

Result<Json> PeerProcess::ask(const Json& request) {
  const Deadline deadline = deadline_after(kAnswerSeconds);
  const auto sent = child_.channel().send(request.dump(), deadline);
  auto received = sent.ok() ? child_.channel().receive(deadline) : Result<std::string, ChannelFailure>(sent.error());
  if (!received.ok() && received.error() == ChannelFailure::kTimeout) {
    return Error{fmt::format("{}'s process has not answered for {} s", name(), kAnswerSeconds)};
  }
  if (!received.ok()) {
    child_.wait(deadline_after(kEndSeconds));
    return Error{fmt::format("{}'s process ended ({}): {}", name(), to_text(child_.kill()), last_line_of(log_))};
  }
  Json answer = Json::parse(*received, nullptr, false);
  if (!answer.is_object()) return Error{fmt::format("{} gave a wrong answer: {}", kind_.script, *received)};
  if (answer.contains("error")) {
    TILECAST_TRY(const std::string error, get<std::string>(answer, "error"));
    return Error{fmt::format("{}: {}", name(), error)};
  }
  return answer;
}

Result<std::string> PeerProcess::load(const fs::path& model, int threads) {
  TILECAST_TRY(const Json answer, ask({{"command", "load"}, {"model", model.string()}, {"threads", threads}}));
  return get<std::string>(answer, "version");
}

Status PeerProcess::set_inputs(const TensorFiles& files) {
  TILECAST_CHECK(ask({{"command", "set_inputs"}, {"files", files_to_json(files)}}));
  return Unit{};
}

Result<std::vector<double>> PeerProcess::run(int warmup, int runs) {
  TILECAST_TRY(const Json answer, ask({{"command", "run"}, {"warmup", warmup}, {"runs", runs}}));
  return get<std::vector<double>>(answer, "seconds");
}

Result<TensorFiles> PeerProcess::write_outputs(const fs::path& directory) {
  TILECAST_TRY(const Json answer, ask({{"command", "write_outputs"}, {"directory", directory.string()}}));
  TILECAST_TRY(const auto names, (get<std::map<std::string, std::string>>(answer, "files")));
  return TensorFiles(names.begin(), names.end());
}

Result<PeerProcess::Memory> PeerProcess::memory() {
  TILECAST_TRY(const Json answer, ask({{"command", "memory"}}));
  TILECAST_TRY(const std::int64_t before, get<std::int64_t>(answer, "before_bytes"));
  TILECAST_TRY(const std::int64_t peak, get<std::int64_t>(answer, "peak_bytes"));
  return Memory{before, peak};
}

Result<PeerProcess::Sizes> PeerProcess::sizes() {
  TILECAST_TRY(const Json answer, ask({{"command", "sizes"}}));
  TILECAST_TRY(const std::int64_t library, get<std::int64_t>(answer, "library_bytes"));
  TILECAST_TRY(const std::int64_t model, get<std::int64_t>(answer, "model_bytes"));
  return Sizes{library, model};
}

}  // namespace tilecast
