// How well a world model foresees latents: tables, JSON and a plot.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "svg_plot.h"
#include "table.h"
#include "worldmodel/rollout_quality.h"

namespace tilecast::tools {

struct RolloutReport {
  std::string split;
  std::size_t tasks = 0;
  std::size_t programs = 0;  // of a task, at most
  std::size_t latent_width = 0;
  std::string transition;
  std::string model;  // what its parts learnt from
  RolloutQuality latents;
  std::optional<AgreementByLength> agreement;  // of the scores of `foreseen` and `encoded`; none: not asked for
};

// One line on what was compared.
std::string summary(const RolloutReport& report);
// A row for each of kStepRanges of which there is something, and one for all.
Table latents_table(const RolloutQuality& quality);
Table agreement_table(const AgreementByLength& agreement);

// A Markdown page.
std::string to_markdown(const RolloutReport& report);

// {"split","tasks","programs","latent_width","transition","model","steps"} and, where there is one, "agreement":
// objects of those of kStepRanges that have something, and of "all".
nlohmann::json to_json(const RolloutReport& report);

// Means by the first number of each range.
LinePlot rollout_plot(const RolloutReport& report);

}  // namespace tilecast::tools
