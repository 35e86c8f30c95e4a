#include "evaluator/packed_trees.h"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "base/xz.h"

namespace tilecast {
namespace {

// An XGBoost handle and the call that frees it.
template <int (*Free)(void*)>
class Handle {
 public:
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (handle_ != nullptr) Free(handle_);
  }
  void** out() { return &handle_; }
  void* get() const { return handle_; }

 private:
  void* handle_ = nullptr;
};
using Matrix = Handle<XGDMatrixFree>;
using Booster = Handle<XGBoosterFree>;

Status checked(int code) {
  if (code != 0) return Error{fmt::format("XGBoost: {}", XGBGetLastError())};
  return Unit{};
}

Status make_matrix(const PackedRows& rows, Matrix& matrix) {
  return checked(XGDMatrixCreateFromMat(rows.values.data(), rows.rows(), rows.columns,
                                        std::numeric_limits<float>::quiet_NaN(), matrix.out()));
}

Status set(const Booster& booster, const char* name, const std::string& value) {
  return checked(XGBoosterSetParam(booster.get(), name, value.c_str()));
}

// A population to be judged has few rows: one thread (useful_threads).
Status prepare_to_judge(const Booster& booster) {
  return set(booster, "nthread", "1");
}

// Sums of the trees' values of each program's rows.
Result<std::vector<float>> program_sums(const Booster& booster, const Matrix& matrix, const PackedRows& rows,
                                        bool training) {
  bst_ulong length = 0;
  const float* values = nullptr;
  constexpr int kMargin = 1;
  TILECAST_CHECK(
      checked(XGBoosterPredict(booster.get(), matrix.get(), kMargin, 0, training ? 1 : 0, &length, &values)));
  std::vector<float> sums;
  sums.reserve(rows.counts.size());
  std::size_t row = 0;
  for (const std::uint32_t count : rows.counts) {
    float sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) sum += values[row++];
    sums.push_back(sum);
  }
  return sums;
}

// XGBoost's threads meet after every node of a tree and spin while they wait: with few rows a node is shorter than the
// wait, and on a machine whose cores are taken the wait is as long as the scheduler's time slice.
constexpr std::size_t kRowsPerThread = 16384;

int useful_threads(std::size_t rows, int most) {
  return std::max(1, static_cast<int>(std::min(rows / kRowsPerThread, static_cast<std::size_t>(std::max(most, 1)))));
}

}  // namespace

struct PackedTrees::Impl {
  Booster booster;
};

PackedTrees::PackedTrees(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PackedTrees::PackedTrees(PackedTrees&&) noexcept = default;
PackedTrees& PackedTrees::operator=(PackedTrees&&) noexcept = default;
PackedTrees::~PackedTrees() = default;

Result<PackedTrees> PackedTrees::train(const PackedRows& rows, const std::vector<float>& targets,
                                       const std::vector<float>& weights, const TreeOptions& options) {
  Matrix matrix;
  TILECAST_CHECK(make_matrix(rows, matrix));
  auto impl = std::make_unique<Impl>();
  const DMatrixHandle handle = matrix.get();
  TILECAST_CHECK(checked(XGBoosterCreate(&handle, 1, impl->booster.out())));
  const std::pair<const char*, std::string> parameters[] = {
      {"max_depth", std::to_string(options.depth)},
      {"eta", std::to_string(options.eta)},
      {"min_child_weight", std::to_string(options.min_child_weight)},
      {"nthread", std::to_string(useful_threads(rows.rows(), options.threads))},
      {"tree_method", rows.rows() > 4096 ? "hist" : "exact"},
      {"base_score", "0"},
      {"colsample_bytree", "0.6"},
      {"verbosity", "0"},
      {"seed", "0"}};
  for (const auto& [name, value] : parameters) TILECAST_CHECK(set(impl->booster, name, value));

  std::vector<float> gradient(rows.rows());
  std::vector<float> hessian(rows.rows());
  for (int round = 0; round < options.rounds; ++round) {
    TILECAST_TRY(const std::vector<float> sums, program_sums(impl->booster, matrix, rows, true));
    std::size_t row = 0;
    for (std::size_t p = 0; p < rows.counts.size(); ++p) {
      // Each row of a program has the program's error; the sum changes once for each of its rows.
      for (std::uint32_t i = 0; i < rows.counts[p]; ++i, ++row) {
        gradient[row] = weights[p] * (sums[p] - targets[p]);
        hessian[row] = weights[p] * static_cast<float>(rows.counts[p]);
      }
    }
    TILECAST_CHECK(checked(
        XGBoosterBoostOneIter(impl->booster.get(), matrix.get(), gradient.data(), hessian.data(), gradient.size())));
  }
  TILECAST_CHECK(prepare_to_judge(impl->booster));
  return PackedTrees(std::move(impl));
}

Result<PackedTrees> PackedTrees::deserialized(std::string_view bytes) {
  auto model = decompress_xz(bytes);
  if (!model.ok()) return Error{fmt::format("the trees are damaged: {}", model.error().message)};
  auto impl = std::make_unique<Impl>();
  TILECAST_CHECK(checked(XGBoosterCreate(nullptr, 0, impl->booster.out())));
  TILECAST_CHECK(set(impl->booster, "verbosity", "0"));
  if (XGBoosterLoadModelFromBuffer(impl->booster.get(), model->data(), model->size()) != 0) {
    // XGBoost's own message is a page with a stack trace.
    return Error{"the trees are damaged: XGBoost cannot read them"};
  }
  TILECAST_CHECK(prepare_to_judge(impl->booster));
  return PackedTrees(std::move(impl));
}

Result<std::string> PackedTrees::serialized() const {
  bst_ulong length = 0;
  const char* model = nullptr;
  TILECAST_CHECK(checked(XGBoosterSaveModelToBuffer(impl_->booster.get(), R"({"format": "ubj"})", &length, &model)));
  return compress_xz({model, length});
}

Result<std::size_t> PackedTrees::columns() const {
  bst_ulong count = 0;
  TILECAST_CHECK(checked(XGBoosterGetNumFeature(impl_->booster.get(), &count)));
  return static_cast<std::size_t>(count);
}

std::vector<float> PackedTrees::predict(const PackedRows& rows) const {
  Matrix matrix;
  if (!make_matrix(rows, matrix).ok()) return std::vector<float>(rows.counts.size(), 0);
  auto sums = program_sums(impl_->booster, matrix, rows, false);
  return sums.ok() ? *std::move(sums) : std::vector<float>(rows.counts.size(), 0);
}

}  // namespace tilecast
