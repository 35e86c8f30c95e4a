// From models to a packed dataset, as a user would: tasks, collect (killed again and again), pack, show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/child_process.h"
#include "base/random.h"
#include "base/temp_directory.h"
#include "base/text_file.h"
#include "record/dataset_file.h"
#include "record/record_log.h"
#include "run_program.h"

namespace tilecast {
namespace {

using testing::expect_one_line_errors;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_tilecast;
using Json = nlohmann::json;

const std::string kSuite = std::string(TILECAST_SOURCE_DIR) + "/data/subgraphs.json";

class DatasetCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string models = std::string(TILECAST_SOURCE_DIR) + "/models/tests/";
    Json index{{"models", Json::array()}, {"apart", Json::array()}};
    for (const char* name : {"mlp", "residual_block"}) {
      index["models"].push_back({{"file", models + name + "/model.onnx"},
                                 {"name", name},
                                 {"network", name},
                                 {"kind", "vision"},
                                 {"held_out", std::string(name) == "mlp"}});
    }
    ASSERT_TRUE(write_text(path("index.json"), index.dump()).ok());
    const auto listed = run_tilecast("dataset tasks " + path("index.json") + " -o " + path("tasks.jsonl.xz") +
                                     " --least-flops 1 --json");
    ASSERT_EQ(listed.exit_code, 0) << listed.output;
    tasks_ = Json::parse(listed.last_line()).at("all").at("tasks").get<std::int64_t>();
    ASSERT_GE(tasks_, 2);
  }
  std::string path(const std::string& name) const { return directory_.path() / name; }
  std::string collect() const { return "collect --tasks " + path("tasks.jsonl.xz") + " -o " + path("collected"); }
  std::string pack(const std::string& output) const {
    return "dataset pack " + path("collected") + " --tasks " + path("tasks.jsonl.xz") + " -o " + path(output);
  }

  // All records of the collection; complains about a program that was measured twice.
  std::size_t count_records() const {
    std::set<std::pair<std::string, std::uint64_t>> measured;
    if (!std::filesystem::exists(path("collected"))) return 0;
    for (const auto& log : std::filesystem::directory_iterator(path("collected"))) {
      const auto set = read_record_log(log.path());
      EXPECT_TRUE(set.ok()) << set.error().message;
      if (!set.ok()) continue;
      for (const MeasureRecord& record : set->records) {
        EXPECT_TRUE(measured.insert({record.task_key, trajectory_hash(record.trajectory)}).second) << "measured twice";
      }
    }
    return measured.size();
  }
  // False when there are none after a minute.
  bool wait_for_more_records(std::size_t before) const {
    for (int i = 0; i < 600; ++i) {
      if (count_records() > before) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

  // An evaluator ranks the packed records of the held-out network, after learning from the others and without.
  void judge() const {
    for (const std::string evaluator : {"random", "static", "static --cold"}) {
      const auto result = run_tilecast("eval --json " + path("records.jsonl.xz") + " --evaluator " + evaluator);
      ASSERT_EQ(result.exit_code, 0) << result.output;
      const Json json = Json::parse(result.last_line());
      EXPECT_EQ(json.at("networks").size(), 1U);
      EXPECT_EQ(json.at("networks").at("mlp"), json.at("all")) << "the one held-out network";
      EXPECT_GE(json.at("all").at("programs"), 10);
      EXPECT_EQ(json.at("learnt_programs") > 0, evaluator.find("cold") == std::string::npos);
      const double top1 = json.at("all").at("top1");
      EXPECT_GT(top1, 0);
      EXPECT_LE(top1, json.at("all").at("top5"));
      const Json& pairs = json.at("calibration").at("all");
      EXPECT_GE(pairs.at("pairs"), 10 * 9 / 2);
      EXPECT_GT(pairs.at("right"), 0);
      EXPECT_GT(pairs.at("predicted"), 0);
    }
    const auto calibrated = run_tilecast("eval --calibration " + path("records.jsonl.xz"));
    ASSERT_EQ(calibrated.exit_code, 0) << calibrated.output;
    EXPECT_THAT(calibrated.output, HasSubstr("predicted difference"));
    const auto none = run_tilecast("eval " + path("tasks.jsonl.xz"));
    EXPECT_EQ(none.exit_code, 1);
    EXPECT_THAT(none.output, HasSubstr("has no measured programs of the split held-out"));
    const auto warm =
        run_tilecast("tune " + std::string(TILECAST_SOURCE_DIR) + "/models/tests/mlp/model.onnx --trials 4 " +
                     "--records " + path("tuned.jsonl") + " --warm-start " + path("records.jsonl.xz"));
    EXPECT_EQ(warm.exit_code, 0) << warm.output;
  }

  // Ranks tasks of a sort that was not learnt from. The held-out network has products only (dense), the other one
  // convolutions.
  void judge_transfer() const {
    const std::string command = "eval --json " + path("records.jsonl.xz");
    const auto by_operator = run_tilecast(command + " --by operator");
    ASSERT_EQ(by_operator.exit_code, 0) << by_operator.output;
    const Json json = Json::parse(by_operator.last_line());
    EXPECT_EQ(json.at("operators").size(), 1U);
    EXPECT_EQ(json.at("operators").at("dense"), json.at("all"));
    const auto everything = run_tilecast(command + " --without-operator dense");
    ASSERT_EQ(everything.exit_code, 0) << everything.output;
    EXPECT_THAT(everything.output, HasSubstr("split held-out, without dense"));
    const Json transfer = Json::parse(everything.last_line());
    EXPECT_EQ(transfer.at("all").at("tasks"), json.at("all").at("tasks"));
    EXPECT_EQ(transfer.at("without_operator"), "dense");
    EXPECT_TRUE(transfer.at("train_flops_below").is_null());
    expect_one_line_errors({
        {command + " --without-operator attention", "no task has the main operator attention; there are conv, dense"},
        {command + " --without-operator conv",
         "no measured programs to rank beside what may be learnt from, without conv"},
        {command + " --train-flops-below 1", "no measured programs are left to learn from, below 1 FLOP"},
        {command + " --train-flops-below 1e12",
         "no measured programs to rank beside what may be learnt from, below 1e+12 FLOP"},
    });
  }

  // A world model learns from the packed records, is loaded by a judge, and tunes.
  void train() const {
    const std::string model = path("model.safetensors");
    const auto trained = run_tilecast("train " + path("records.jsonl.xz") + " -o " + model + " --curves " +
                                      path("curves.jsonl") + " --encoder-steps 3 --transition-steps 5 --programs 4");
    ASSERT_EQ(trained.exit_code, 0) << trained.output;
    std::ifstream stream(path("curves.jsonl"));
    std::map<std::string, int> steps;
    for (std::string line; std::getline(stream, line);) ++steps[Json::parse(line).at("part").get<std::string>()];
    EXPECT_EQ(steps, (std::map<std::string, int>{{"encoder", 3}, {"transition", 5}}));
    const std::string judge = " --model " + model;
    const auto result = run_tilecast("eval --json " + path("records.jsonl.xz") + judge);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_GE(Json::parse(result.last_line()).at("all").at("programs"), 10);
    EXPECT_THAT(result.output, HasSubstr("model " + model + ": encoder: 3 steps, seed 0, "));
    EXPECT_THAT(result.output, HasSubstr("; transition: 5 steps, seed 0, "));
    EXPECT_THAT(result.output, HasSubstr("; trees: 300 steps, seed 0, "));
    EXPECT_FALSE(std::filesystem::exists(model + ".state")) << "nothing is left to go on with";
    const auto tuned =
        run_tilecast("tune " + std::string(TILECAST_SOURCE_DIR) + "/models/tests/mlp/model.onnx --trials 4 " +
                     "--records " + path("model_tuned.jsonl") + judge);
    EXPECT_EQ(tuned.exit_code, 0) << tuned.output;
    EXPECT_THAT(tuned.output, HasSubstr("evaluator world-model"));

    judge_by_trees();
    train_on_pretrained_encoder();
    const auto refused =
        run_tilecast("eval " + path("records.jsonl.xz") + " --evaluator world-model --model " + path("curves.jsonl"));
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.output, HasSubstr("curves.jsonl is no intact safetensors file"));
    const auto nothing = run_tilecast("train " + path("tasks.jsonl.xz") + " -o " + model);
    EXPECT_EQ(nothing.exit_code, 1);
    EXPECT_THAT(nothing.output, HasSubstr("no measured programs of the training split"));
    const auto full = run_tilecast("train " + path("records.jsonl.xz") + " -o /dev/full/x --encoder-steps 1");
    EXPECT_EQ(full.exit_code, 1);
    EXPECT_THAT(full.output, HasSubstr("cannot write /dev/full/x"));
  }

  // The trees belong to the transition that they were trained on, and can be trained alone.
  void judge_by_trees() const {
    const std::string model = path("trees.safetensors");
    std::filesystem::copy_file(path("model.safetensors"), model);
    const std::string bench = "bench search --ansor \"\" --suite " + kSuite +
                              " --only bert_ln --seeds 1 --rounds 1 --trials 2 --records " + path("searched") + " -o " +
                              path("report") + " --model " + model;
    const auto searched = run_tilecast(bench + " --judge world-model+pretrained --judge world-model");
    ASSERT_EQ(searched.exit_code, 0) << searched.output;
    EXPECT_THAT(searched.output, HasSubstr("world-model+pretrained:2 "));

    const std::string train = "train " + path("records.jsonl.xz") + " -o " + model + " --part ";
    const std::string before = *read_text(model);
    const auto trees = run_tilecast(train + "trees");
    ASSERT_EQ(trees.exit_code, 0) << trees.output;
    EXPECT_TRUE(*read_text(model) == before) << "the same records, encoder and transition";

    // Damage to them is noticed by those who take them, and by no one else.
    const std::string damaged = path("damaged.safetensors");
    ASSERT_TRUE(write_text(damaged, before.substr(0, before.size() - 1) + 'x').ok());
    expect_one_line_errors(
        {{"tune " + kSuite + " --only bert_ln --trials 1 --records " + path("none.jsonl") + " --model " + damaged,
          "damaged.safetensors: the trees are damaged: "}});
    for (const std::string judge : {"world-model", "world-model --cold", "encoded --cold"}) {
      const auto result =
          run_tilecast("eval " + path("records.jsonl.xz") + " --model " + damaged + " --evaluator " + judge);
      EXPECT_EQ(result.exit_code, 0) << result.output;
    }

    const auto transition = run_tilecast(train + "transition --transition-steps 5 --programs 4");
    ASSERT_EQ(transition.exit_code, 0) << transition.output;
    const auto cold = run_tilecast("eval " + path("records.jsonl.xz") + " --cold --model " + model);
    ASSERT_EQ(cold.exit_code, 0) << cold.output;
    EXPECT_THAT(cold.output, Not(HasSubstr("; trees: ")));
    EXPECT_LT(read_text(model)->size(), before.size());
    expect_one_line_errors({{bench + " --judge world-model+pretrained",
                             "trees.safetensors has no trees; train them with `tilecast train --part trees`"},
                            {train + "trees --encoder-from /tmp", "the encoder, which --part trees keeps"}});
  }

  // The encoder is one of CodeBERT's form that is there already.
  void train_on_pretrained_encoder() const {
    const std::string model = path("pretrained.safetensors");
    const std::string command = "train " + path("records.jsonl.xz") + " -o " + model + " --encoder-from ";
    const std::string directory = std::string(TILECAST_SOURCE_DIR) + "/tests/worldmodel/roberta";
    const auto trained = run_tilecast(command + directory + " --transition-steps 5 --programs 4");
    ASSERT_EQ(trained.exit_code, 0) << trained.output;
    EXPECT_THAT(trained.output, HasSubstr("of 32 dimensions"));
    EXPECT_THAT(trained.output, Not(HasSubstr(" encoder ")));
    const auto result =
        run_tilecast("eval --json " + path("records.jsonl.xz") + " --evaluator world-model --model " + model);
    ASSERT_EQ(result.exit_code, 0) << result.output;
    EXPECT_GE(Json::parse(result.last_line()).at("all").at("programs"), 10);
    const auto missing = run_tilecast(command + path("none"));
    EXPECT_EQ(missing.exit_code, 1);
    EXPECT_THAT(missing.output, HasSubstr("none/vocab.json: No such file or directory"));
    const auto both = run_tilecast(command + directory + " --part transition");
    EXPECT_EQ(both.exit_code, 1);
    EXPECT_THAT(both.output, HasSubstr("--encoder-from replaces the encoder, which --part transition keeps"));
  }

  // A training that is stopped goes on where it was, when it is started in the same way.
  void resume_training() const {
    const std::string model = path("resumed.safetensors");
    const std::string curves = path("resumed.jsonl");
    const std::vector<std::string> arguments = {
        "train", path("records.jsonl.xz"), "-o", model, "--part", "encoder", "--curves",
        curves,  "--encoder-steps",        "20"};
    auto trainer = ChildProcess::spawn({.program = std::filesystem::path(TILECAST_BINARY_DIR) / "tilecast",
                                        .arguments = arguments,
                                        .log_file = path("output")});
    ASSERT_TRUE(trainer.ok()) << trainer.error().message;
    for (int i = 0; i < 600 && first_line_of(curves).empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ASSERT_EQ(::kill(trainer->pid(), SIGTERM), 0);
    EXPECT_EQ(trainer->wait(deadline_after(60)), (ExitStatus{0, 0})) << last_line_of(path("output"));
    EXPECT_THAT(last_line_of(path("output")), HasSubstr("the same command goes on"));
    ASSERT_TRUE(std::filesystem::exists(model + ".state"));
    const std::string command =
        "train " + path("records.jsonl.xz") + " -o " + model + " --part encoder --curves " + curves;
    expect_one_line_errors({
        {command + " --encoder-steps 20 --seed 5", ".state is the state of a training with seed 0, not 5; remove it"},
        {command + " --encoder-steps 21", ".state is the state of a training with steps 20, not 21; remove it"},
    });
    const auto resumed = run_tilecast(command + " --encoder-steps 20");
    ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
    EXPECT_THAT(resumed.output, HasSubstr("encoder: goes on after step "));
    EXPECT_FALSE(std::filesystem::exists(model + ".state"));
    std::ifstream stream(curves);
    std::int64_t steps = 0;
    for (std::string line; std::getline(stream, line);) EXPECT_EQ(Json::parse(line).at("step"), ++steps);
    EXPECT_EQ(steps, 20);
  }

  // How well the model foresees latents, alone and by what judges make of them.
  void roll_out() const {
    const std::string command = "eval rollouts " + path("records.jsonl.xz") + " --model " + path("model.safetensors");
    const auto result = run_tilecast(command + " --programs 3 --json");
    ASSERT_EQ(result.exit_code, 0) << result.output;
    const Json json = Json::parse(result.last_line());
    const Json& steps = json.at("steps");
    EXPECT_EQ(steps.at("1").at("states"), 3 * json.at("tasks").get<int>());
    EXPECT_GT(steps.at("all").at("states"), steps.at("1").at("states"));
    EXPECT_LE(steps.at("all").at("cosine"), 1);
    EXPECT_GT(steps.at("all").at("unchanged_error"), 0);
    EXPECT_EQ(json.at("agreement").at("all").at("tasks"), json.at("tasks"));
    const auto few = run_tilecast(command + " --tasks 1 --latents-only --json");
    ASSERT_EQ(few.exit_code, 0) << few.output;
    EXPECT_EQ(Json::parse(few.last_line()).at("tasks"), 1);
    EXPECT_FALSE(Json::parse(few.last_line()).contains("agreement"));
    expect_one_line_errors({
        {"eval rollouts " + path("tasks.jsonl.xz"), "has no measured programs of the split held-out"},
        {"eval rollouts " + path("records.jsonl.xz") + " --model " + path("curves.jsonl"), "no intact safetensors"},
        {"eval", "give files of a dataset"},
    });
  }

  void derive_states() const {
    const std::string command = "dataset states " + path("records.jsonl.xz") + " --split train --most-programs 5 ";
    const auto result = run_tilecast(command + "--json -o " + path("states.jsonl"));
    ASSERT_EQ(result.exit_code, 0) << result.output;
    const Json summary = Json::parse(result.last_line());
    EXPECT_EQ(summary.at("programs"), 5);
    EXPECT_EQ(summary.at("unknown_tokens"), 0);
    std::ifstream stream(path("states.jsonl"));
    std::size_t texts = 0;
    for (std::string line; std::getline(stream, line);) {
      const Json program = Json::parse(line);
      EXPECT_EQ(program.at("texts").size(), program.at("actions").size() + 1);
      EXPECT_GT(program.at("seconds"), 0);
      texts += program.at("texts").size();
    }
    EXPECT_EQ(summary.at("texts"), texts);
    const auto full = run_tilecast(command + "-o /dev/full");
    EXPECT_EQ(full.exit_code, 1);
    EXPECT_THAT(full.output, HasSubstr("cannot write /dev/full: No space left on device"));
  }

  TempDirectory directory_ = *TempDirectory::create("dataset_command_test");
  std::int64_t tasks_ = 0;
};

TEST_F(DatasetCommandTest, FromModelsToAPackedDataset) {
  const std::int64_t programs = 12 * tasks_;
  const auto collected = run_tilecast(collect() + " --json --round 6 --programs " + std::to_string(programs));
  ASSERT_EQ(collected.exit_code, 0) << collected.output;
  const Json json = Json::parse(collected.last_line());
  EXPECT_EQ(json.at("programs"), programs);
  EXPECT_EQ(json.at("tasks_begun"), tasks_);
  EXPECT_TRUE(json.at("failures").empty()) << json;

  const auto packed = run_tilecast(pack("records.jsonl.xz") + " --json");
  ASSERT_EQ(packed.exit_code, 0) << packed.output;
  const Json counts = Json::parse(packed.last_line());
  EXPECT_EQ(counts.at("all").at("records"), programs);
  // A small task may run out of one kind.
  EXPECT_NEAR(counts.at("by_origin").at("random").get<double>(), static_cast<double>(programs) / 2, 6);
  EXPECT_GE(counts.at("machine_states"), 1);
  EXPECT_GT(counts.at("by_split").at("held-out").at("records"), 0);

  // Packed again without what is there already: nothing is left.
  const auto again = run_tilecast(pack("more.jsonl.xz") + " --except " + path("records.jsonl.xz"));
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("has no new records"));
  const auto shown = run_tilecast("dataset show --json " + path("tasks.jsonl.xz") + " " + path("records.jsonl.xz"));
  ASSERT_EQ(shown.exit_code, 0) << shown.output;
  EXPECT_EQ(Json::parse(shown.last_line()).at("all").at("tasks"), tasks_);
  judge();
  judge_transfer();
  train();
  resume_training();
  roll_out();
  derive_states();
}

TEST_F(DatasetCommandTest, ResumesAfterEachKill) {
  const std::uint64_t seed = 4;
  std::cout << "seed " << seed << '\n';
  Random random(seed);
  std::size_t before = 0;
  for (int kill = 0; kill < 8; ++kill) {
    auto collector = ChildProcess::spawn({.program = std::filesystem::path(TILECAST_BINARY_DIR) / "tilecast",
                                          .arguments = {"collect", "--tasks", path("tasks.jsonl.xz"), "-o",
                                                        path("collected"), "--time", "1000", "--probe", "2"},
                                          .log_file = path("output")});
    ASSERT_TRUE(collector.ok()) << collector.error().message;
    // Most are killed at some moment after they have measured something, every fourth somewhere in its start.
    const bool early = kill % 4 == 3;
    if (!early) {
      ASSERT_TRUE(wait_for_more_records(before)) << last_line_of(path("output"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random.below(early ? 2000 : 600)));
    ASSERT_EQ(collector->kill().signal, SIGKILL) << last_line_of(path("output"));
    const std::size_t now = count_records();
    EXPECT_GE(now, before) << "records were lost";
    before = now;
  }
  EXPECT_GE(before, 6U);
}

TEST_F(DatasetCommandTest, OneLineErrors) {
  const std::string tasks = path("tasks.jsonl.xz");
  ASSERT_TRUE(write_text(path("cut.jsonl.xz"),
                         "\xfd"
                         "7zXZ")
                  .ok());
  std::filesystem::create_directory(path("empty"));
  expect_one_line_errors({
      {"collect --tasks " + tasks + " -o " + path("x"), "give --programs or --time"},
      {"collect --programs 1 --tasks /nonexistent -o " + path("x"), "/nonexistent: cannot read it"},
      {"collect --programs 1 --tasks " + tasks + " -o /dev/null/x", "cannot make /dev/null/x"},
      {"dataset show " + path("cut.jsonl.xz"), "it is no dataset"},
      {"dataset show /dev/null", "/dev/null: it is empty"},
      {"dataset tasks /nonexistent -o " + path("x"), "cannot read /nonexistent"},
      {"dataset pack " + path("empty") + " --tasks " + tasks + " -o " + path("x"), "has no record logs"},
  });
}

}  // namespace
}  // namespace tilecast
