#include "profile/model_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/statistics.h"
#include "profile/text_table.h"

namespace tilecast {
namespace {

double share_of_peak(const ModelComparison& model, double peak_gflops) {
  return model.flops / model.times.median_of(0) / 1e9 / peak_gflops;
}

// Sides are counted with Tilecast's, which is 0.
double geometric_mean_ratio(std::span<const ModelComparison> models, std::size_t side) {
  std::vector<double> ratios;
  for (const ModelComparison& model : models) ratios.push_back(model.times.ratio_to(side));
  return geometric_mean(ratios);
}

std::string milliseconds(double seconds) {
  return fmt::format("{:.3f}", seconds * 1e3);
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6);
}

std::string memory_text(const SideSizes& side) {
  return fmt::format("{} ({})", megabytes(side.memory_peak_bytes),
                     megabytes(side.memory_peak_bytes - side.memory_before_bytes));
}

std::string times_table(std::span<const ModelComparison> models, double peak_gflops) {
  std::vector<TextTable::Column> columns{{"model", TextTable::Align::kLeft}, {"tilecast ms"}};
  for (const PeerComparison& peer : models.front().peers) {
    columns.insert(columns.end(), {{peer.name + " ms"}, {"ratio"}, {"in blocks"}});
  }
  columns.insert(columns.end(), {{"of peak"}, {"error"}, {"disturbed"}});
  TextTable table(std::move(columns));
  for (const ModelComparison& model : models) {
    std::vector<std::string> cells{model.model, milliseconds(model.times.median_of(0))};
    for (std::size_t side = 1; side <= model.peers.size(); ++side) {
      const RatioSpread spread = ratio_spread(model.times, side);
      cells.insert(cells.end(),
                   {milliseconds(model.times.median_of(side)), fmt::format("{:.3f}", model.times.ratio_to(side)),
                    fmt::format("{:.3f} to {:.3f}", spread.low, spread.high)});
    }
    cells.insert(cells.end(), {fmt::format("{:.1f} %", 100 * share_of_peak(model, peak_gflops)),
                               fmt::format("{:.1e}", model.relative_error()),
                               fmt::format("{:.1f} %", 100 * model.times.disturbance)});
    table.add(std::move(cells));
  }
  return table.text();
}

std::string sizes_table(std::span<const ModelComparison> models) {
  std::vector<TextTable::Column> columns{{"", TextTable::Align::kLeft}, {"memory MB (of the model)"}};
  for (const PeerComparison& peer : models.front().peers) columns.push_back({peer.name});
  columns.push_back({"shipped MB"});
  for (const PeerComparison& peer : models.front().peers) columns.push_back({peer.name});
  TextTable table(std::move(columns));
  for (const ModelComparison& model : models) {
    std::vector<std::string> cells{model.model, memory_text(model.tilecast)};
    for (const PeerComparison& peer : model.peers) cells.push_back(memory_text(peer.sizes));
    cells.push_back(megabytes(model.tilecast.shipped_bytes));
    for (const PeerComparison& peer : model.peers) cells.push_back(megabytes(peer.sizes.shipped_bytes));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string means_text(std::span<const ModelComparison> models) {
  std::string text = fmt::format("geometric mean of the ratios {:.3f}", geometric_mean_ratio(models, 1));
  for (std::size_t side = 2; side <= models.front().peers.size(); ++side) {
    text += fmt::format(", to {} {:.3f}", models.front().peers[side - 1].name, geometric_mean_ratio(models, side));
  }
  return text;
}

nlohmann::json to_json(const SideSizes& side) {
  return {{"memory_before_bytes", side.memory_before_bytes},
          {"memory_peak_bytes", side.memory_peak_bytes},
          {"shipped_bytes", side.shipped_bytes}};
}

// What a key of the first peer's ratio has behind it for another's.
std::string key_suffix(std::size_t side, const PeerComparison& peer) {
  return side == 1 ? "" : "_to_" + peer.name;
}

nlohmann::json to_json(const ModelComparison& model, double peak_gflops) {
  nlohmann::json json{{"model", model.model},
                      {"threads", model.threads},
                      {"tilecast_seconds", model.times.median_of(0)},
                      {"flops", model.flops},
                      {"share_of_peak", share_of_peak(model, peak_gflops)},
                      {"relative_error", model.relative_error()},
                      {"disturbance", model.times.disturbance},
                      {"tilecast", to_json(model.tilecast)}};
  for (std::size_t side = 1; side <= model.peers.size(); ++side) {
    const PeerComparison& peer = model.peers[side - 1];
    const RatioSpread spread = ratio_spread(model.times, side);
    const std::string ratio = "ratio" + key_suffix(side, peer);
    json[peer.name] = to_json(peer.sizes);
    json[peer.name]["relative_error"] = peer.relative_error;
    json[peer.name + "_seconds"] = model.times.median_of(side);
    json[ratio] = model.times.ratio_to(side);
    json[ratio + "_low"] = spread.low;
    json[ratio + "_high"] = spread.high;
  }
  return json;
}

}  // namespace

double ModelComparison::relative_error() const {
  double largest = 0;
  for (const PeerComparison& peer : peers) largest = std::max(largest, peer.relative_error);
  return largest;
}

RatioSpread ratio_spread(const BlockTimes& times, std::size_t side) {
  const std::vector<double> ratios = times.block_ratios_to(side);
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  return {*low, *high};
}

std::string comparison_table(std::span<const ModelComparison> models, double peak_gflops) {
  if (models.empty()) return "";
  return fmt::format("{}\n{}\npeak {:.1f} GFLOP/s; {}\n", times_table(models, peak_gflops), sizes_table(models),
                     peak_gflops, means_text(models));
}

nlohmann::json to_json(std::span<const ModelComparison> models, double peak_gflops) {
  nlohmann::json results = nlohmann::json::array();
  for (const ModelComparison& model : models) results.push_back(to_json(model, peak_gflops));
  nlohmann::json json{{"peak_gflops", peak_gflops}, {"results", results}, {"geometric_mean_ratio", nullptr}};
  if (models.empty()) return json;
  const std::vector<PeerComparison>& peers = models.front().peers;
  for (std::size_t side = 1; side <= peers.size(); ++side) {
    json["geometric_mean_ratio" + key_suffix(side, peers[side - 1])] = geometric_mean_ratio(models, side);
  }
  return json;
}

}  // namespace tilecast
