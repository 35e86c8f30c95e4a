#include "profile/peer_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temp_directory.h"
#include "ir/npy.h"
#include "measure/input_data.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kSource = TILECAST_SOURCE_DIR;
const fs::path kPython = kSource / ".deps/venv/bin/python";
const fs::path kScripts = kSource / "scripts/models";

PeerOptions options_of(PeerKind kind) {
  return {.kind = std::move(kind), .python = kPython, .scripts = kScripts, .arguments = {}};
}

class PeerProcessTest : public ::testing::Test {
 protected:
  Result<PeerProcess> start(const PeerOptions& options) const {
    return PeerProcess::start(options, directory_.path() / "log");
  }
  // The message of a peer whose script is `text`.
  std::string message_with(const std::string& text, std::vector<std::string> arguments = {}) const {
    std::ofstream(directory_.path() / "onnxruntime_peer.py") << text;
    const auto peer = start({.kind = onnxruntime_peer(),
                             .python = kPython,
                             .scripts = directory_.path(),
                             .arguments = std::move(arguments)});
    return peer.ok() ? "" : peer.error().message;
  }

  TempDirectory directory_ = *TempDirectory::create("peer_test");
};

TEST_F(PeerProcessTest, RunsAModel) {
  auto peer = start(options_of(onnxruntime_peer()));
  ASSERT_TRUE(peer.ok()) << peer.error().message;
  const fs::path folder = kSource / "models/tests/mlp";
  const auto version = peer->load(folder / "model.onnx", 2);
  ASSERT_TRUE(version.ok()) << version.error().message;
  EXPECT_THAT(*version, HasSubstr("."));
  ASSERT_TRUE(peer->set_inputs({{"x", folder / "input_x.npy"}}).ok());
  const auto seconds = peer->run(1, 4);
  ASSERT_TRUE(seconds.ok()) << seconds.error().message;
  EXPECT_EQ(seconds->size(), 4U);
  EXPECT_GT(seconds->front(), 0);
  const auto files = peer->write_outputs(directory_.path());
  ASSERT_TRUE(files.ok()) << files.error().message;
  const NpyArray got = *read_npy(files->at("y"));
  const NpyArray want = *read_npy(folder / "output_y.npy");
  ASSERT_EQ(got.type, want.type);
  EXPECT_LT(relative_difference(got.type.dtype, got.bytes.data(), want.bytes.data(), got.bytes.size()), 1e-4);
  const auto memory = peer->memory();
  ASSERT_TRUE(memory.ok()) << memory.error().message;
  EXPECT_GT(memory->before_bytes, 0);
  EXPECT_GT(memory->peak_bytes, memory->before_bytes);
  const auto sizes = peer->sizes();
  ASSERT_TRUE(sizes.ok()) << sizes.error().message;
  EXPECT_EQ(sizes->model_bytes, fs::file_size(folder / "model.onnx"));
  EXPECT_GT(sizes->library_bytes, 1'000'000);
}

TEST_F(PeerProcessTest, CountsExternalWeights) {
  auto peer = start(options_of(onnxruntime_peer()));
  ASSERT_TRUE(peer.ok()) << peer.error().message;
  const fs::path folder = kSource / "models/tests/external_weights";
  ASSERT_TRUE(peer->load(folder / "model.onnx", 1).ok());
  const auto sizes = peer->sizes();
  ASSERT_TRUE(sizes.ok()) << sizes.error().message;
  EXPECT_GT(sizes->model_bytes, fs::file_size(folder / "model.onnx"));
}

TEST_F(PeerProcessTest, SaysWhyItCannotStart) {
  for (const auto& [kind, script, option] : {std::tuple{onnxruntime_peer(), "onnxruntime_peer.py", "by --python"},
                                             std::tuple{pytorch_peer(), "pytorch_peer.py", "by --pytorch-python"}}) {
    PeerOptions options = options_of(kind);
    options.python = "/nonexistent/python";
    const auto no_python = start(options);
    ASSERT_FALSE(no_python.ok());
    EXPECT_THAT(no_python.error().message, HasSubstr("cannot start /nonexistent/python"));
    EXPECT_THAT(no_python.error().message, HasSubstr(option));
    options.scripts = "/nonexistent";
    const auto no_script = start(options);
    ASSERT_FALSE(no_script.ok());
    EXPECT_THAT(no_script.error().message, HasSubstr(std::string("there is no /nonexistent/") + script));
  }
  EXPECT_THAT(message_with("import sys; sys.exit('no onnxruntime here')"),
              HasSubstr("onnxruntime's process ended (exit code 1): no onnxruntime here"));
  EXPECT_THAT(message_with("import sys; sys.exit(sys.argv[1])", {"--an-argument"}),
              HasSubstr("onnxruntime's process ended (exit code 1): --an-argument"));
  EXPECT_THAT(message_with("import os; os.write(4, b'\\x02\\0\\0\\0[]')\nimport time; time.sleep(60)"),
              HasSubstr("onnxruntime_peer.py gave a wrong answer: []"));
}

// The folder of a script comes first where Python looks for modules: this one hides PyTorch where it is installed.
TEST_F(PeerProcessTest, SaysHowPytorchIsInstalled) {
  PeerOptions options = options_of(pytorch_peer());
  options.scripts = directory_.path();
  fs::copy(kScripts, options.scripts, fs::copy_options::recursive);
  std::ofstream(options.scripts / "torch.py") << "raise ModuleNotFoundError(\"No module named 'torch'\")";
  const auto peer = start(options);
  ASSERT_FALSE(peer.ok());
  EXPECT_THAT(peer.error().message, HasSubstr("pytorch's process ended (exit code 1): No module named 'torch': "
                                              "apt-get install python3-torch python3-torchvision python3-onnx"));
}

TEST_F(PeerProcessTest, AnErrorLeavesItAlive) {
  auto peer = start(options_of(onnxruntime_peer()));
  ASSERT_TRUE(peer.ok()) << peer.error().message;
  const auto missing = peer->load("/nonexistent.onnx", 2);
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr("onnxruntime: "));
  EXPECT_THAT(missing.error().message, HasSubstr("/nonexistent.onnx"));
  EXPECT_TRUE(peer->memory().ok());
}

}  // namespace
}  // namespace tilecast
