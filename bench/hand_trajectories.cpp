#include "hand_trajectories.h"

namespace tilecast::bench {
namespace {

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kUnrolledReduction = 4;

TensorType f32(Shape shape) {
  return {DataType::kFloat32, std::move(shape)};
}

OpGraph conv_bias_relu(std::int64_t size, std::int64_t channels) {
  OpGraph graph;
  graph.inputs = {{"x", f32({1, size, size, channels})},
                  {"w", f32({3, 3, channels, channels}), true},
                  {"bias", f32({channels}), true}};
  const std::vector<std::int64_t> one = {1, 1};
  const TensorType out = f32({1, size, size, channels});
  graph.nodes = {{"conv", "conv", {0, 1}, {{"strides", one}, {"pads_begin", one}, {"pads_end", one}}, out},
                 {"add", "add", {3, 2}, {}, out},
                 {"relu", "relu", {4}, {}, out}};
  graph.outputs = {5};
  return graph;
}

// The accumulators: the reduction outside, `columns` x `channels` of them in registers inside.
void append_accumulators(Trajectory& t, const Name& stage, const Name& reduction, const Name& lanes,
                         const Name& columns, const std::vector<Name>& outer) {
  t.push_back(Split{stage, lanes, "u", "v", kLanes});
  t.push_back(Split{stage, reduction, "ro", "ru", kUnrolledReduction});
  std::vector<Name> order = outer;
  order.insert(order.end(), {"ro", "ru", columns, "u", "v"});
  t.push_back(Reorder{stage, order});
  t.push_back(Vectorize{stage, "v"});
  t.push_back(Unroll{stage, columns});
  t.push_back(Unroll{stage, "u"});
  t.push_back(Unroll{stage, "ru"});
}

HandSchedule conv(std::string name, std::int64_t size, std::int64_t channels, std::int64_t tile_channels,
                  std::int64_t tile_columns, bool parallel_channels) {
  HandSchedule hand{.name = std::move(name), .size = size, .in_channels = channels, .out_channels = channels};
  hand.tile_channels = tile_channels;
  hand.tile_columns = tile_columns;
  hand.parallel_channels = parallel_channels;
  hand.task = make_task(hand.name, conv_bias_relu(size, channels));
  Trajectory& t = hand.trajectory;
  t = {Inline{"add0"},
       Pack{"w", {{0, tile_channels}, {1, channels}, {2, 3}, {3, 3}, {0, channels / tile_channels}}},
       Split{"relu0", "c", "co", "ci", tile_channels},
       Split{"relu0", "ci", "u", "v", kLanes},
       Split{"relu0", "x", "xo", "xi", tile_columns},
       Reorder{"relu0", {"co", "n", "y", "xo", "xi", "u", "v"}},
       Vectorize{"relu0", "v"},
       Unroll{"relu0", "xi"},
       Unroll{"relu0", "u"},
       Fuse{"relu0", "co", "n", "b"}};
  if (parallel_channels) {
    t.push_back(Parallel{"relu0", "b"});
  } else {
    t.push_back(Fuse{"relu0", "b", "y", "rows"});
    t.push_back(Parallel{"relu0", "rows"});
  }
  t.push_back(ComputeAt{"conv0", "relu0", "xo"});
  append_accumulators(t, "conv0", "ci", "c", "x", {"ky", "kx"});
  t.push_back(StoreIn{"conv0", Storage::kStack});
  t.insert(t.end(),
           {Split{"conv0.pad", "c", "co", "v", kLanes}, Vectorize{"conv0.pad", "v"}, Parallel{"conv0.pad", "y"}});
  return hand;
}

HandSchedule gemm(std::int64_t m, std::int64_t k, std::int64_t n) {
  HandSchedule hand{.name = "gemm_512", .size = m, .in_channels = k, .out_channels = n};
  hand.tile_channels = 64;
  hand.tile_columns = 6;
  OpGraph graph;
  graph.inputs = {{"x", f32({m, k})}, {"w", f32({k, n}), true}};
  graph.nodes = {{"dense", "dense", {0, 1}, {}, f32({m, n})}};
  graph.outputs = {2};
  hand.task = make_task(hand.name, graph);
  Trajectory& t = hand.trajectory;
  t = {CacheWrite{"dense0", "out"},
       Pack{"w", {{0, hand.tile_channels}, {1, k}, {0, n / hand.tile_channels}}},
       Split{"out", "n", "co", "ci", hand.tile_channels},
       Split{"out", "ci", "u", "v", kLanes},
       Split{"out", "m", "ro", "ri", hand.tile_columns},
       Reorder{"out", {"ro", "co", "ri", "u", "v"}},
       Vectorize{"out", "v"},
       Unroll{"out", "ri"},
       Unroll{"out", "u"},
       Parallel{"out", "ro"},
       ComputeAt{"dense0", "out", "co"}};
  append_accumulators(t, "dense0", "k", "n", "m", {});
  t.push_back(StoreIn{"dense0", Storage::kStack});
  return hand;
}

}  // namespace

std::vector<HandSchedule> hand_schedules() {
  // 64 x 7 needs every register of AVX-512 for accumulators and operands; 32 x 14 leaves one for the compiler.
  return {conv("conv_56x64", 56, 64, 64, 7, false),          conv("conv_28x128", 28, 128, 64, 7, false),
          conv("conv_14x256", 14, 256, 32, 14, true),        conv("conv_56x64_32x14", 56, 64, 32, 14, false),
          conv("conv_28x128_32x14", 28, 128, 32, 14, false), gemm(512, 512, 512)};
}

}  // namespace tilecast::bench
