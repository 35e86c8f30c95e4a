// TreeEvaluator: what judges have in common that describe a program by rows of features and let trees add up what each
// row says. Trees that learnt from other tasks say what an estimate leaves unexplained. What both leave of the
// measurements at hand is learnt by further trees; and, where programs are also points in a space in which near ones
// run about as fast, by a Gaussian process over those, which knows how sure it is. Then each of the two has half of the
// say.
#pragma once

#include <map>
#include <memory>

#include "base/hardware.h"
#include "evaluator/evaluator.h"
#include "evaluator/packed_trees.h"
#include "evaluator/residual_fit.h"
#include "worldmodel/tensor_file.h"

namespace tilecast {

class GaussianProcess;
struct GaussianKernel;

class TreeEvaluator : public Evaluator {
 public:
  // How many trees pretraining grows.
  static constexpr int kPretrainedTrees = 300;

  // Minus log2 of the predicted time, up to a constant of the task.
  std::vector<double> score(const TaskContext& task, std::span<const Trajectory> trajectories) const final {
    return optimistic_scores(task, trajectories, 0);
  }
  std::vector<double> optimistic_scores(const TaskContext& task, std::span<const Trajectory> trajectories,
                                        double optimism) const final;
  // Trains anew on everything so far. Candidates that failed are not learnt from.
  void update(const TaskContext& task, std::span<const MeasureRecord> records) final;
  // Each entry's programs are described for the entry's own machine.
  Status pretrain(std::span<const TaskRecords> records) final;
  // Also when only the estimate has learnt from times.
  bool is_pretrained() const final { return pretrained_trees_ != nullptr || share_of_trees() < 1; }
  std::unique_ptr<Evaluator> fresh() const final;

  // What pretraining taught: bytes "trees" and metadata "trees_slope", and "trees_point_scale" where there are points.
  // Fails before pretraining.
  Status write_pretrained(TensorFile& file) const;
  // Takes the place of pretraining. Fails on a file without trees, with damaged ones, or with those of a judge whose
  // rows have another number of columns; what was known before is then still there.
  Status read_pretrained(const TensorFile& file);

 protected:
  // Of consecutive programs; one that is illegal has no rows.
  struct Features {
    PackedRows rows;
    std::vector<double> log_estimate;  // log2 of each program's time, in any unit
    std::vector<char> legal;
    std::vector<float> points;  // programs x point_columns()
  };

  // `machine` is where the judged code runs; `threads` how many judge.
  TreeEvaluator(Machine machine, int threads) : machine_(std::move(machine)), threads_(threads) {}

  // Called from several threads at once, with a part of the programs each.
  virtual Features describe(const TaskContext& task, std::span<const Trajectory> trajectories,
                            const Machine& machine) const = 0;
  // How much of a prediction is the pretrained trees', between 0 and 1; the rest is the estimate's. With 1 the trees
  // learn what the estimate leaves unexplained. Below, both say all of log2 of the time, and they are averaged: for an
  // estimate that has itself learnt from measurements, whose errors on what it learnt from say nothing of its errors
  // on what is new.
  virtual double share_of_trees() const { return 1; }
  // Of the rows that describe() gives.
  virtual std::size_t columns() const = 0;
  // Of the points that describe() gives; 0: none.
  virtual std::size_t point_columns() const { return 0; }
  // One of the same kind, for the same machine, that has learnt nothing.
  virtual std::unique_ptr<TreeEvaluator> unlearnt() const = 0;

  const Machine& machine() const { return machine_; }
  int threads() const { return threads_; }

 private:
  Features describe_all(const TaskContext& task, std::span<const Trajectory> trajectories,
                        const Machine& machine) const;
  // Appends those that were measured and are legal.
  void append(const TaskContext& task, std::span<const MeasureRecord> records, const Machine& machine,
              MeasuredPrograms& programs) const;
  // From all measured programs of all tasks: the slope, then trees for what it leaves.
  void train_trees();
  // From the fastest measured programs of one task, for what the slope leaves.
  void fit_process(const std::string& task_key);
  bool has_points() const { return point_scale_ > 0; }
  GaussianKernel kernel() const;
  // Null: none of the task's programs was measured yet.
  const GaussianProcess* process_of(const TaskContext& task) const;
  // log2 of each program's time without what updates taught, but for the slope.
  std::vector<double> known_log_times(const Features& features) const;
  // What the pretrained trees contribute to each program's log2 time; zeros before pretraining.
  std::vector<float> pretrained_values(const PackedRows& rows) const;

  Machine machine_;
  int threads_;
  double pretrained_slope_ = 1;                          // of log time over the estimate
  std::shared_ptr<const PackedTrees> pretrained_trees_;  // null before pretraining
  std::map<std::string, MeasuredPrograms> measured_;     // by task key; known: what the pretrained trees say
  double slope_ = 1;
  std::shared_ptr<const PackedTrees> trees_;
  double point_scale_ = 0;  // how far a component of points deviates within a task (root mean square); 0: unknown
  std::map<std::string, std::shared_ptr<const GaussianProcess>> processes_;  // by task key
};

}  // namespace tilecast
