// Gradient-boosted trees over programs of several statements: a program's value is the sum of the trees' values of its
// statements ("packed" rows, as Ansor's cost model has them). XGBoost grows the trees; the objective is ours.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tilecast {

// Rows of `columns` features, those of one program after the other.
struct PackedRows {
  std::size_t columns = 0;
  std::vector<float> values;
  std::vector<std::uint32_t> counts;  // rows of each program

  std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
};

struct TreeOptions {
  int rounds = 80;
  int depth = 6;
  double eta = 0.15;
  double min_child_weight = 0.5;
  int threads = 2;  // at most; few rows are faster with one
};

class PackedTrees {
 public:
  // Fits sum over rows = target for each program, by weighted squared error. Fails only inside XGBoost.
  static Result<PackedTrees> train(const PackedRows& rows, const std::vector<float>& targets,
                                   const std::vector<float>& weights, const TreeOptions& options);
  // What serialized() gave; predictions are the same to the last bit. Fails on bytes that were changed or that are no
  // trees.
  static Result<PackedTrees> deserialized(std::string_view bytes);
  PackedTrees(PackedTrees&&) noexcept;
  PackedTrees& operator=(PackedTrees&&) noexcept;
  ~PackedTrees();

  // XGBoost's model in its format UBJSON, compressed as .xz, by whose checksums damage is found. Fails only inside
  // XGBoost and liblzma.
  Result<std::string> serialized() const;
  // Features of the rows that they learnt from. Fails only inside XGBoost.
  Result<std::size_t> columns() const;
  // One value a program. Safe from several threads at once.
  std::vector<float> predict(const PackedRows& rows) const;

 private:
  struct Impl;
  explicit PackedTrees(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tilecast
