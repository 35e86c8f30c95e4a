// What Halide is told for a State, and how it is shown.
#include "schedule/directives.h"

#include <gtest/gtest.h>

#include "test_programs.h"

namespace tilecast {
namespace {

using namespace tilecast::testing;  // NOLINT(google-build-using-namespace)

TEST(HalideCpp, TellsEverythingInOrder) {
  const State state = scheduled(
      product_state(16, 4, 8),
      {Pack{"b", {{0, 8}, {1, 8}, {0, 2}}}, Split{"relu", "n", "n.o", "n.i", 8}, Reorder{"relu", {"n.o", "m", "n.i"}},
       Vectorize{"relu", "n.i"}, Parallel{"relu", "n.o"}, ComputeAt{"product", "relu", "m"},
       Split{"product", "k", "k.o", "k.i", 4}, Unroll{"product", "k.i"}, StoreIn{"product", Storage::kStack}});
  EXPECT_EQ(to_halide_cpp(state), R"(// algorithm: direct
// packed: pack(b, {0:8 1:8 0:2})
product.compute_at(relu, m);
product.bound_extent(n, 8);
product.bound_extent(m, 1);
product.store_in(MemoryType::Stack);
product.reorder(n, m);
RVar k_o("k.o");
RVar k_i("k.i");
product.update().split(k, k_o, k_i, 4, TailStrategy::GuardWithIf);
product.update().reorder(k_i, k_o, n, m);
product.update().unroll(k_i);
Var n_o("n.o");
Var n_i("n.i");
relu.split(n, n_o, n_i, 8, TailStrategy::GuardWithIf);
relu.reorder(n_i, m, n_o);
relu.parallel(n_o);
relu.vectorize(n_i);
)");
}

TEST(HalideCpp, CopiesAndFactoredReductionsComeFirst) {
  const State state =
      scheduled(product_state(16, 4, 8),
                {Split{"product", "k", "ko", "ki", 4}, Rfactor{"product", "ki", "part", "v"}, CacheWrite{"relu", "out"},
                 CacheRead{"a", "part", "cache"}, Fuse{"out", "m", "n", "f"}});
  EXPECT_EQ(to_halide_cpp(state), R"(// algorithm: direct
RVar ko("ko");
RVar ki("ki");
product.update().split(k, ko, ki, 4, TailStrategy::GuardWithIf);
Var v("v");
Func part = product.update().rfactor({{ki, v}});
Func out = relu.in();
Func cache = a.in(part);
cache.compute_root();
cache.reorder(d0, d1);
part.compute_root();
part.reorder(n, m, v);
part.update().reorder(ko, n, m, v);
product.compute_root();
product.reorder(n, m);
product.update().reorder(ki, n, m);
relu.compute_root();
relu.reorder(n, m);
Var f("f");
out.fuse(n, m, f);
)");
}

// Splits of a stage inside another round up, except for the inner parts of other splits.
TEST(HalideCpp, TailsOfStagesInsideOthersAreRoundedUp) {
  const State state = scheduled(blur_state(8, 6), {Inline{"pre"}, ComputeAt{"blur", "post", "y"},
                                                   Split{"blur", "x", "o", "i", 3}, Split{"blur", "i", "p", "q", 2}});
  EXPECT_EQ(to_halide_cpp(state), R"(// algorithm: direct
blur.compute_at(post, y);
blur.bound_extent(x, 9);
blur.bound_extent(y, 1);
Var o("o");
Var i("i");
blur.split(x, o, i, 3, TailStrategy::RoundUp);
Var p("p");
Var q("q");
blur.split(i, p, q, 2, TailStrategy::GuardWithIf);
blur.reorder(q, p, o, y);
post.reorder(x, y);
)");
}

TEST(HalideCpp, NamesBecomeIdentifiers) {
  const State state =
      scheduled(blur_state(8, 6), {Split{"post", "x", "2x.o", "x i", 4}, CacheRead{"blur", "post", "b.c"}});
  const std::string text = to_halide_cpp(state);
  EXPECT_NE(text.find("Var v2x_o(\"2x.o\");\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Var x_i(\"x i\");\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Func b_c = blur.in(post);\n"), std::string::npos) << text;
}

TEST(HalideCpp, EveryPlaceToStore) {
  const State inside = scheduled(blur_state(8, 6), {ComputeAt{"blur", "post", "y"}});
  EXPECT_EQ(to_halide_cpp(inside).find("store_in"), std::string::npos);
  for (const auto& [storage, word] : {std::pair{Storage::kHeap, "Heap"}, std::pair{Storage::kStack, "Stack"},
                                      std::pair{Storage::kRegister, "Register"}}) {
    const std::string text = to_halide_cpp(applied(inside, StoreIn{"blur", storage}));
    EXPECT_NE(text.find("blur.store_in(MemoryType::" + std::string(word) + ");\n"), std::string::npos) << text;
  }
}

TEST(HalideCpp, NamesTheAlgorithm) {
  const State state = scheduled(two_algorithms_state(), {ChooseAlgorithm{"sum"}});
  EXPECT_EQ(to_halide_cpp(state), "// algorithm: sum\nh.compute_root();\n");
}

// Of the update, whose loops are those that the stage shows.
TEST(Directives, PlacesInAReductionAreInItsUpdate) {
  ComputeDag dag;
  dag.inputs = {{"in", DataType::kFloat32, {8}}};
  StageMaker half("half", {{"x", 0, 8}});
  const std::int32_t element = half.load(0, {half.axis(0)});
  half.op(ExprOp::kMul, element, half.real(0.5));
  StageMaker sum("sum", {{"x", 0, 2}}, {{"k", 0, 8}});
  sum.load(1, {sum.axis(1)});
  dag.stages = {half.make(), sum.make()};
  const State state = scheduled(state_of(dag), {ComputeAt{"half", "sum", "k"}});
  const std::vector<Directive> directives = to_directives(state);
  const auto* place = std::get_if<directive::ComputeAt>(&directives.front());
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(place->host_definition, directive::Definition::kUpdate);
  EXPECT_EQ(place->loop, Name("k"));
}

}  // namespace
}  // namespace tilecast
