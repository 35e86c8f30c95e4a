#include "runtime/package/table_lookups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "test_package.h"

namespace tilecast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::NetworkBuilder;

constexpr std::int64_t kRows = 4096;  // of 64 floats: a megabyte

// Input 0 is a table, of which `count` rows are looked up, or columns.
OpGraph lookup(std::int64_t count, std::int64_t axis = 0) {
  const Shape taken = axis == 0 ? Shape{count, 64} : Shape{kRows, count};
  OpGraph graph;
  graph.inputs = {{"table", {DataType::kFloat32, {kRows, 64}}, true}, {"ids", {DataType::kInt64, {count}}}};
  graph.nodes = {{"rows", "gather", {0, 1}, {{"axis", axis}}, {DataType::kFloat32, taken}}};
  graph.outputs = {2};
  return graph;
}

TEST(TableLookups, AreOfTablesOfWhichFewRowsAreTaken) {
  TableLookups lookups;
  lookups.add(256, lookup(8), 0);
  lookups.add(128, lookup(kRows / 4), 0);
  EXPECT_THAT(lookups.regions(), ElementsAre(WeightsRegion{128, kRows * 256}, WeightsRegion{256, kRows * 256}));
}

TEST(TableLookups, ManyRowsAreNone) {
  TableLookups lookups;
  lookups.add(0, lookup(kRows / 4 + 1), 0);
  EXPECT_THAT(lookups.regions(), IsEmpty());
  TableLookups two_calls;
  two_calls.add(0, lookup(kRows / 4), 0);
  two_calls.add(0, lookup(1), 0);
  EXPECT_THAT(two_calls.regions(), IsEmpty());
}

TEST(TableLookups, AFewColumnsAreInEveryRow) {
  TableLookups lookups;
  lookups.add(0, lookup(1, 1), 0);
  EXPECT_THAT(lookups.regions(), IsEmpty());
}

TEST(TableLookups, ATableThatSomethingElseReadsIsNone) {
  TableLookups lookups;
  lookups.add(0, lookup(8), 0);
  lookups.add_whole(0, kRows * 256);
  EXPECT_THAT(lookups.regions(), IsEmpty());
}

TEST(TableLookups, SmallConstantsAreNone) {
  TableLookups lookups;
  OpGraph graph = lookup(1);
  graph.inputs[0].type.shape[0] = kRows - 1;
  lookups.add(0, graph, 0);
  EXPECT_THAT(lookups.regions(), IsEmpty());
}

std::size_t mappings_of(const std::filesystem::path& file) {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) count += line.ends_with(file.string()) ? 1 : 0;
  return count;
}

// What is looked up is mapped in parts, so that a lookup brings in a part at most.
TEST(TableLookups, APackageKnowsThem) {
  const auto directory = TempDirectory::create("table_lookups_test");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  const std::filesystem::path place = std::filesystem::canonical(directory->path()) / "model";
  NetworkBuilder b;
  const NetworkId ids = b.input("ids", {3}, DataType::kInt64);
  const NetworkId rows = b.op("gather", {b.weight("table", {8192, 64}), ids}, {3, 64}, {{"axis", std::int64_t{0}}});
  b.output(b.op("dense", {rows, b.weight("w", {64, 4096})}, {3, 4096}));
  const ImportedModel model = testing::imported(std::move(b.network));
  const Status compiled = testing::compile_package(model, place);
  ASSERT_TRUE(compiled.ok()) << compiled.error().message;
  const auto package = LoadedPackage::open(place);
  ASSERT_TRUE(package.ok()) << package.error().message;
  // 2 MB in parts of 64 KB; the weights of the product are one mapping, perhaps with a neighbouring part.
  const std::size_t mappings = mappings_of(place / "weights.bin");
  EXPECT_GE(mappings, 30U);
  EXPECT_LE(mappings, 35U);

  auto running = PackageInstance::create(*package, 2);
  ASSERT_TRUE(running.ok()) << running.error().message;
  const testing::Tensors inputs = testing::random_inputs(model.network, 1);
  const auto want = testing::expected_outputs(model.network, inputs);
  ASSERT_TRUE(want.ok()) << want.error().message;
  const auto got = testing::run_package(*package, *running, inputs);
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_LT(testing::largest_difference(*got, *want), 1e-4);
}

}  // namespace
}  // namespace tilecast
