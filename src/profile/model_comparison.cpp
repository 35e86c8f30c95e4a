#include "profile/model_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/statistics.h"
#include "profile/text_table.h"

namespace tilecast {
namespace {

double share_of_peak(const ModelComparison& model, double peak_gflops) {
  return model.flops / model.times.first_median() / 1e9 / peak_gflops;
}

double geometric_mean_ratio(std::span<const ModelComparison> models) {
  std::vector<double> ratios;
  for (const ModelComparison& model : models) ratios.push_back(model.times.ratio());
  return geometric_mean(ratios);
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6);
}

std::string memory_text(const SideSizes& side) {
  return fmt::format("{} ({})", megabytes(side.memory_peak_bytes),
                     megabytes(side.memory_peak_bytes - side.memory_before_bytes));
}

nlohmann::json to_json(const SideSizes& side) {
  return {{"memory_before_bytes", side.memory_before_bytes},
          {"memory_peak_bytes", side.memory_peak_bytes},
          {"shipped_bytes", side.shipped_bytes}};
}

nlohmann::json to_json(const ModelComparison& model, double peak_gflops) {
  const RatioSpread spread = ratio_spread(model.times);
  return {{"model", model.model},
          {"threads", model.threads},
          {"tilecast_seconds", model.times.first_median()},
          {"onnxruntime_seconds", model.times.second_median()},
          {"ratio", model.times.ratio()},
          {"ratio_low", spread.low},
          {"ratio_high", spread.high},
          {"flops", model.flops},
          {"share_of_peak", share_of_peak(model, peak_gflops)},
          {"relative_error", model.relative_error},
          {"disturbance", model.times.disturbance},
          {"tilecast", to_json(model.tilecast)},
          {"onnxruntime", to_json(model.onnxruntime)}};
}

}  // namespace

RatioSpread ratio_spread(const BlockTimes& times) {
  const std::vector<double> ratios = times.block_ratios();
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  return {*low, *high};
}

std::string comparison_table(std::span<const ModelComparison> models, double peak_gflops) {
  using enum TextTable::Align;
  if (models.empty()) return "";
  TextTable times({{"model", kLeft},
                   {"tilecast ms"},
                   {"onnxruntime ms"},
                   {"ratio"},
                   {"in blocks"},
                   {"of peak"},
                   {"error"},
                   {"disturbed"}});
  TextTable sizes({{"", kLeft}, {"memory MB (of the model)"}, {"onnxruntime"}, {"shipped MB"}, {"onnxruntime"}});
  for (const ModelComparison& model : models) {
    const RatioSpread spread = ratio_spread(model.times);
    times.add({model.model, fmt::format("{:.3f}", model.times.first_median() * 1e3),
               fmt::format("{:.3f}", model.times.second_median() * 1e3), fmt::format("{:.3f}", model.times.ratio()),
               fmt::format("{:.3f} to {:.3f}", spread.low, spread.high),
               fmt::format("{:.1f} %", 100 * share_of_peak(model, peak_gflops)),
               fmt::format("{:.1e}", model.relative_error), fmt::format("{:.1f} %", 100 * model.times.disturbance)});
    sizes.add({model.model, memory_text(model.tilecast), memory_text(model.onnxruntime),
               megabytes(model.tilecast.shipped_bytes), megabytes(model.onnxruntime.shipped_bytes)});
  }
  return fmt::format("{}\n{}\npeak {:.1f} GFLOP/s; geometric mean of the ratios {:.3f}\n", times.text(), sizes.text(),
                     peak_gflops, geometric_mean_ratio(models));
}

nlohmann::json to_json(std::span<const ModelComparison> models, double peak_gflops) {
  nlohmann::json results = nlohmann::json::array();
  for (const ModelComparison& model : models) results.push_back(to_json(model, peak_gflops));
  return {{"peak_gflops", peak_gflops},
          {"results", results},
          {"geometric_mean_ratio",
           models.empty() ? nlohmann::json(nullptr) : nlohmann::json(geometric_mean_ratio(models))}};
}

}  // namespace tilecast
