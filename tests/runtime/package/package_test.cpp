#include "runtime/package/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "../../tools/run_program.h"
#include "runtime/package/weights_file.h"
#include "schedule/packing.h"
#include "test_package.h"

namespace tilecast {
namespace {

namespace fs = std::filesystem;
using testing::compile_package;
using testing::expected_outputs;
using ::testing::HasSubstr;
using testing::largest_difference;
using testing::NetworkBuilder;
using ::testing::Not;
using testing::random_inputs;
using testing::run_package;
using testing::run_shell;
using testing::Tensors;

constexpr double kTolerance = 1e-4;

std::string message_of(const Status& status) {
  return status.ok() ? "" : status.error().message;
}

// One model for the tests that only look at it.
class Package : public ::testing::Test {
 protected:
  struct Made {
    TempDirectory directory = *TempDirectory::create("package_test");
    ImportedModel model = testing::small_network();
    fs::path path() const { return directory.path() / "model"; }
  };
  static void SetUpTestSuite() {
    made_ = std::make_unique<Made>();
    const Status compiled = compile_package(made_->model, made_->path());
    ASSERT_TRUE(compiled.ok()) << message_of(compiled);
  }
  static void TearDownTestSuite() { made_.reset(); }

  static LoadedPackage open(const fs::path& directory) {
    auto package = LoadedPackage::open(directory);
    if (!package.ok()) throw std::runtime_error(package.error().message);
    return *std::move(package);
  }
  static PackageInstance instance(const LoadedPackage& package, int threads) {
    auto created = PackageInstance::create(package, threads);
    if (!created.ok()) throw std::runtime_error(created.error().message);
    return *std::move(created);
  }

  static std::unique_ptr<Made> made_;
};
std::unique_ptr<Package::Made> Package::made_;

TEST_F(Package, ComputesWhatTheNetworkSays) {
  const LoadedPackage package = open(made_->path());
  for (const int threads : {1, 2, 3}) {
    PackageInstance running = instance(package, threads);
    for (const std::uint64_t seed : {1, 2}) {
      const Tensors inputs = random_inputs(made_->model.network, seed);
      const auto want = expected_outputs(made_->model.network, inputs);
      ASSERT_TRUE(want.ok()) << want.error().message;
      const auto got = run_package(package, running, inputs);
      ASSERT_TRUE(got.ok()) << got.error().message;
      EXPECT_LT(largest_difference(*got, *want), kTolerance);
    }
  }
}

TEST_F(Package, NeedsTheCLibraryOnly) {
  const std::string library = made_->path() / kModelLibrary;
  const auto dynamic = run_shell("readelf -d " + library);
  EXPECT_THAT(dynamic.output, HasSubstr("libc.so.6"));
  for (const char* name : {"libstdc++", "libgcc", "Halide", "LLVM", "fmt"}) {
    EXPECT_THAT(dynamic.output, Not(HasSubstr(name)));
  }
  // Exactly the functions of the header are visible.
  std::ifstream header(made_->path() / "tilecast/runtime.h");
  const std::string declared{std::istreambuf_iterator<char>(header), {}};
  std::istringstream visible(run_shell("nm -D --defined-only " + library + " | cut -d' ' -f3").output);
  int count = 0;
  for (std::string name; visible >> name; ++count) EXPECT_THAT(declared, HasSubstr(" " + name + "(")) << name;
  EXPECT_EQ(count, 18);
}

TEST_F(Package, ManifestSaysWhatIsInside) {
  std::ifstream file(made_->path() / "manifest.json");
  const nlohmann::json json = nlohmann::json::parse(file);
  EXPECT_EQ(json.at("name"), "test");
  EXPECT_EQ(json.at("threads"), 2);
  EXPECT_EQ(json.at("inputs").at(1).at("shape"), (std::vector<int>{1, 5, 5, 16}));
  EXPECT_EQ(json.at("weights_bytes"), fs::file_size(made_->path() / "weights.bin"));
  EXPECT_EQ(json.at("kernels").size(), made_->model.partition.tasks.size());
  EXPECT_EQ(json.at("kernels").at(0).at("schedule"), "default");
  std::size_t calls = 0;
  for (const auto& kernel : json.at("kernels")) calls += kernel.at("calls").get<std::size_t>();
  EXPECT_EQ(calls, made_->model.partition.calls.size());
}

TEST_F(Package, TensorsShareMemory) {
  std::int64_t all = 0;
  for (const TaskCall& call : made_->model.partition.calls) all += made_->model.network.node(call.output).type.bytes();
  for (const NetworkId id : made_->model.network.inputs) all += made_->model.network.node(id).type.bytes();
  std::ifstream file(made_->path() / "manifest.json");
  EXPECT_LT(nlohmann::json::parse(file).at("arena_bytes").get<std::int64_t>(), all);
}

TEST_F(Package, InstancesRunAtOnce) {
  const LoadedPackage package = open(made_->path());
  constexpr std::size_t kInstances = 4;
  std::vector<Tensors> inputs;
  std::vector<Tensors> serial;
  PackageInstance one = instance(package, 1);
  for (std::size_t i = 0; i < kInstances; ++i) {
    inputs.push_back(random_inputs(made_->model.network, i));
    serial.push_back(*run_package(package, one, inputs.back()));
  }
  std::vector<double> differences(kInstances, 1);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kInstances; ++i) {
    threads.emplace_back([&, i] {
      PackageInstance own = instance(package, 1 + static_cast<int>(i) % 2);
      double largest = 0;
      for (int run = 0; run < 200; ++run) {
        largest = std::max(largest, largest_difference(*run_package(package, own, inputs[i]), serial[i]));
      }
      differences[i] = largest;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double difference : differences) EXPECT_EQ(difference, 0);
}

TEST_F(Package, TimesItsCalls) {
  const LoadedPackage package = open(made_->path());
  PackageInstance running = instance(package, 1);
  EXPECT_EQ(running.call_seconds(0), 0);
  running.set_timing(true);
  ASSERT_TRUE(running.run().ok());
  const std::size_t calls = package.functions().call_count(package.model());
  ASSERT_EQ(calls, made_->model.partition.calls.size());
  for (std::size_t i = 0; i < calls; ++i) {
    EXPECT_GT(running.call_seconds(i), 0);
    EXPECT_EQ(package.functions().call(package.model(), i)->name, made_->model.partition.calls[i].name);
  }
}

// Another model beside the first: neither may call the other's functions.
TEST_F(Package, TwoModelsInOneProcess) {
  NetworkBuilder b;
  b.output(b.op("neg", {b.input("x", {7, 5})}, {7, 5}));
  const ImportedModel other = testing::imported(std::move(b.network));
  const fs::path directory = made_->directory.path() / "other";
  ASSERT_TRUE(compile_package(other, directory).ok());
  const LoadedPackage first = open(made_->path());
  const LoadedPackage second = open(directory);
  PackageInstance of_second = instance(second, 2);
  PackageInstance of_first = instance(first, 2);
  const auto check = [](const ImportedModel& model, const LoadedPackage& package, PackageInstance& running) {
    const Tensors inputs = random_inputs(model.network, 3);
    EXPECT_LT(largest_difference(*run_package(package, running, inputs), *expected_outputs(model.network, inputs)),
              kTolerance);
  };
  check(other, second, of_second);
  check(made_->model, first, of_first);
}

// An input, a constant, a view of a result, a view of an input, and results given twice.
TEST_F(Package, OutputsOfEveryKind) {
  NetworkBuilder b;
  const NetworkId x = b.input("x", {4, 6});
  b.input("unread", {3});
  const NetworkId w = b.weight("w", {6});
  const NetworkId sum = b.op("add", {x, w}, {4, 6});
  const NetworkId view = b.op("reshape", {sum}, {24}, {{"shape", std::vector<std::int64_t>{24}}});
  const NetworkId flat = b.op("reshape", {x}, {2, 12}, {{"shape", std::vector<std::int64_t>{2, 12}}});
  const NetworkId last = b.op("neg", {sum}, {4, 6});
  b.network.outputs = {{"input", x},   {"constant", w}, {"sum", sum},  {"view", view},
                       {"flat", flat}, {"again", last}, {"last", last}};
  const ImportedModel model = testing::imported(std::move(b.network));
  const fs::path directory = made_->directory.path() / "outputs";
  const Status compiled = compile_package(model, directory);
  ASSERT_TRUE(compiled.ok()) << message_of(compiled);
  const LoadedPackage package = open(directory);
  PackageInstance running = instance(package, 2);
  for (const std::uint64_t seed : {1, 2}) {
    const Tensors inputs = random_inputs(model.network, seed);
    EXPECT_EQ(largest_difference(*run_package(package, running, inputs), *expected_outputs(model.network, inputs)), 0);
  }
}

TEST_F(Package, DamagedWeightsAreRefused) {
  const fs::path copy = made_->directory.path() / "damaged";
  fs::copy(made_->path(), copy, fs::copy_options::recursive);
  std::fstream file(copy / "weights.bin", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);
  file.put('\x55');
  file.close();
  const auto package = LoadedPackage::open(copy);
  ASSERT_FALSE(package.ok());
  EXPECT_THAT(package.error().message, HasSubstr("damaged, or of another model"));
}

TEST_F(Package, FailureLeavesTheEarlierPackage) {
  const fs::path copy = made_->directory.path() / "kept";
  fs::copy(made_->path(), copy, fs::copy_options::recursive);
  const ImportedModel& model = made_->model;
  std::vector<KernelSchedule> bad(model.partition.tasks.size(), {{Vectorize{"nothing", "at_all"}}, {}});
  const auto failed = write_package(model, bad, {.name = "bad"}, copy);
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().message, HasSubstr("cannot compile task"));
  EXPECT_TRUE(LoadedPackage::open(copy).ok());
  for (const auto& entry : fs::directory_iterator(made_->directory.path())) {
    EXPECT_NE(entry.path().filename().string().front(), '.') << "left over: " << entry.path();
  }
  // A package is replaced, and so is an empty directory; others are left alone.
  EXPECT_TRUE(compile_package(model, copy).ok());
  const fs::path full = made_->directory.path() / "full";
  fs::create_directory(full);
  EXPECT_TRUE(compile_package(model, full.string() + "/").ok());
  fs::remove(full / "manifest.json");
  EXPECT_THAT(message_of(compile_package(model, full)), HasSubstr("has no manifest.json: choose another directory"));
  EXPECT_THAT(message_of(compile_package(model, "/nonexistent/model")), HasSubstr("cannot create /nonexistent/model"));
}

std::string write_inputs(const Tensors& inputs, const LoadedPackage& package, const fs::path& directory) {
  std::string names;
  for (const PackageTensor& tensor : package.inputs()) {
    const fs::path file = directory / (tensor.name + ".bin");
    const std::vector<std::byte>& bytes = inputs.at(tensor.name).bytes;
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    names += " " + file.string();
  }
  return names;
}

TEST_F(Package, CExampleRunsIt) {
  const TempDirectory work = *TempDirectory::create("c_example");
  const std::string directory = made_->path();
  const std::string program = work.path() / "run_model";
  const auto built =
      run_shell("cc -std=c99 -pedantic -Wall -Wextra -Werror " TILECAST_SOURCE_DIR "/examples/run_model.c -I" +
                directory + " -L" + directory + " -ltilecast_model -Wl,-rpath," + directory + " -o " + program);
  ASSERT_EQ(built.exit_code, 0) << built.output;
  const LoadedPackage package = open(made_->path());
  const Tensors inputs = random_inputs(made_->model.network, 8);
  const fs::path output = work.path() / "output.bin";
  const std::string files = write_inputs(inputs, package, work.path());
  const auto ran = run_shell(program + " 2" + files + " > " + output.string());
  ASSERT_EQ(ran.exit_code, 0) << ran.output;
  PackageInstance running = instance(package, 2);
  const std::vector<std::byte> want = run_package(package, running, inputs)->begin()->second.bytes;
  std::ifstream stream(output, std::ios::binary);
  const std::string got{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_EQ(got.size(), want.size());
  EXPECT_EQ(std::memcmp(got.data(), want.data(), want.size()), 0);
  const auto refused = run_shell(program + " 2");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("a file for each input"));
}

TEST(WeightsFile, WritesContentOnce) {
  const TempDirectory directory = *TempDirectory::create("weights_test");
  NetworkBuilder b;
  const NetworkNode w = b.network.node(b.weight("w", {6, 5}));
  NetworkNode copy = w;
  copy.constant = std::make_shared<const std::vector<std::byte>>(*w.constant);
  NetworkNode turned = w;
  turned.type.shape = {5, 6};
  const ConstantLayout layout{ConstantForm::kPlain, {{1, 3}, {0, 5}, {1, 2}}};
  auto file = WeightsFile::create(directory.path() / "weights");
  ASSERT_TRUE(file.ok());
  const std::int64_t dense = *file->add(w, {});
  const std::int64_t packed = *file->add(w, layout);
  EXPECT_EQ(dense, 0);
  EXPECT_EQ(packed, 128);
  EXPECT_EQ(*file->add(copy, {}), dense);
  EXPECT_EQ(*file->add(copy, layout), packed);
  EXPECT_EQ(*file->add(turned, {}), dense);
  EXPECT_EQ(*file->add(turned, {ConstantForm::kPlain, {{0, 6}, {1, 5}}}), dense);
  EXPECT_EQ(*file->add(turned, {ConstantForm::kPlain, {{0, 3}, {1, 5}, {0, 2}}}), 256);
  EXPECT_EQ(file->finish()->bytes, 384);
  EXPECT_EQ(fs::file_size(directory.path() / "weights"), 384U);
  std::ifstream stream(directory.path() / "weights", std::ios::binary);
  std::vector<char> bytes(120);
  stream.seekg(packed);
  stream.read(bytes.data(), 120);
  const auto want = pack_constant(*w.constant, std::vector<std::int64_t>{5, 6}, 4, layout.parts);
  EXPECT_EQ(std::memcmp(bytes.data(), want.data(), want.size()), 0);
  EXPECT_THAT(WeightsFile::create("/nonexistent/weights").error().message, HasSubstr("cannot write"));
}

}  // namespace
}  // namespace tilecast
