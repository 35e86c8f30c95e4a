// An action as numbers: what it is, what it does and where in the program, without building the State that it leads to.
// An ActionTracker follows a trajectory with a list of loops a stage; bounds are not inferred: the extents of a stage
// that is computed inside another are those of its host's loops inside, axis by axis.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "base/name.h"
#include "ir/compute_dag.h"
#include "schedule/action.h"
#include "schedule/state.h"

namespace tilecast {

// Counts and extents are given as log2(1 + x). What does not belong to the action's kind is 0.
struct ActionFeatures {
  std::array<float, std::variant_size_v<Action>> kind{};  // one of them is 1

  // The stage that the action is about; of cache_read the reader, of pack none.
  float stage_from_output = 0;  // stages after it, not as a logarithm
  float stage_reduces = 0;      // 1 or 0
  float stage_elements = 0;     // of its buffer
  float stage_reduction = 0;    // terms that are combined into an element
  float stage_operations = 0;   // of one term
  float stage_loads = 0;        // of one term

  // The loop that the action is about, before it; of fuse the outer one, of compute_at none.
  float loop_extent = 0;
  float loop_reduces = 0;        // 1 or 0
  float loop_axis = 0;           // 1 + the axis that it runs over, innermost first; 0 for loops over several
  float loops_inside = 0;        // of its nest, not as a logarithm
  float iterations_inside = 0;   // of the loops inside
  float iterations_outside = 0;  // of the loops outside

  // split: factor. vectorize, unroll, parallel: extent. fuse: product. unroll_limit: steps. store_in: the storage's
  // number. choose_algorithm: the algorithm's number. As number_features (tokenizer.h) has it.
  std::array<float, 4> number{};
  float outer_extent = 0;  // split: of the outer loop
  float tail = 0;          // split: 1 if the factor does not divide

  // What was annotated in the stage before: products of extents.
  float vectorized = 0;
  float unrolled = 0;
  float parallel = 0;

  // compute_at: the host, and the loop's place in it.
  float host_from_output = 0;
  float host_inside = 0;      // iterations of the loops inside
  float host_outside = 0;     // iterations of the loop and those outside: how often the stage is computed
  float region_elements = 0;  // of the stage, each time

  // reorder: the three innermost loops after it, innermost first.
  std::array<float, 3> inner_extent{};
  std::array<float, 3> inner_reduces{};

  // pack: extents of the three innermost parts, and how many parts.
  std::array<float, 3> part_extent{};
  float parts = 0;

  float step = 0;  // actions before it, not as a logarithm

  // All of the above in order.
  static constexpr std::size_t kCount = std::variant_size_v<Action> + 36;
  std::array<float, kCount> values() const { return std::bit_cast<std::array<float, kCount>>(*this); }
};
inline constexpr std::size_t kActionFeatureCount = ActionFeatures::kCount;

// A value: copies go on from a common prefix.
class ActionTracker {
 public:
  // Before the first action, with the first algorithm. `program` must outlive the tracker and its copies.
  explicit ActionTracker(const Program& program);

  // The features of the next action, which is then taken as done. Zeros stand for stages and loops that do not exist;
  // whether the action is legal is not checked.
  ActionFeatures follow(const Action& action);

  struct Loop {
    Name name;
    std::int64_t extent = 1;
    std::int16_t axis = -1;  // spatial axes first, then reduction axes; -1: several
    bool reduces = false;
    Annotation annotation = Annotation::kNone;
  };
  struct Stage {
    const tilecast::Stage* def = nullptr;
    Name name;
    std::vector<Loop> loops;  // outermost first
    bool is_copy = false;     // computes nothing: of cache_write, cache_read
    Placement placement = Placement::kRoot;
    std::ptrdiff_t host = -1;  // of kAt: its place among the stages
    double times = 1;          // of kAt: how often it is computed for each time that the host is
    double host_inside = 1;    // of kAt: iterations of the host's loops inside
    Storage storage = Storage::kAuto;
    std::int64_t unroll_limit = 0;
    int tails = 0;  // splits that do not divide
    std::int64_t vectorized = 1, unrolled = 1, parallel = 1;
  };

  // In the order of their creation; those of the program in topological order.
  std::span<const Stage> stages() const { return stages_; }
  std::span<const std::vector<PackPart>> packs() const { return packs_; }
  std::size_t algorithm() const { return algorithm_; }  // its number among the alternatives
  int steps() const { return steps_; }
  std::span<const int> kind_counts() const { return kind_counts_; }  // steps of each kind

 private:
  static Stage unscheduled(const tilecast::Stage& def, const Name& name);
  static Stage copy_of(const Stage& stage, const Name& name);
  void start(const ComputeDag& dag);
  Stage* find_stage(const Name& name);
  static Loop* find_loop(Stage& stage, const Name& name);
  void describe_stage(const Stage& stage, ActionFeatures& features) const;
  static void describe_loop(const Stage& stage, const Loop& loop, ActionFeatures& features);

  void follow_kind(const Split& action, ActionFeatures& features);
  void follow_kind(const Fuse& action, ActionFeatures& features);
  void follow_kind(const Reorder& action, ActionFeatures& features);
  void follow_kind(const Vectorize& action, ActionFeatures& features);
  void follow_kind(const Unroll& action, ActionFeatures& features);
  void follow_kind(const Parallel& action, ActionFeatures& features);
  void follow_kind(const ComputeAt& action, ActionFeatures& features);
  void follow_kind(const ComputeRoot& action, ActionFeatures& features);
  void follow_kind(const Inline& action, ActionFeatures& features);
  void follow_kind(const CacheWrite& action, ActionFeatures& features);
  void follow_kind(const CacheRead& action, ActionFeatures& features);
  void follow_kind(const Rfactor& action, ActionFeatures& features);
  void follow_kind(const StoreIn& action, ActionFeatures& features);
  void follow_kind(const Pack& action, ActionFeatures& features);
  void follow_kind(const UnrollLimit& action, ActionFeatures& features);
  void follow_kind(const ChooseAlgorithm& action, ActionFeatures& features);
  void follow_annotation(const Name& stage, const Name& loop, Annotation annotation, std::int64_t Stage::*product,
                         ActionFeatures& features);

  const Program* program_;
  std::vector<Stage> stages_;
  std::vector<std::vector<PackPart>> packs_;
  std::size_t algorithm_ = 0;
  int steps_ = 0;
  std::array<int, std::variant_size_v<Action>> kind_counts_{};
};

// Features of all actions of a trajectory, actions x kActionFeatureCount.
std::vector<float> action_rows(const Program& program, std::span<const Action> trajectory);

}  // namespace tilecast
