#include "codegen/lowered_features.h"

#include <Halide.h>

#include "base/statistics.h"
#include "codegen/lower.h"

namespace tilecast {
namespace {

namespace ir = Halide::Internal;

class Counter final : public ir::IRVisitor {
 public:
  LoweredFeatures counts;

 private:
  using ir::IRVisitor::visit;

  void visit(const ir::For* loop) override {
    const auto extent = ir::as_const_int(loop->extent);
    const double before = runs_;
    runs_ *= extent ? static_cast<double>(*extent) : 1.0;
    counts.iterations += runs_;
    counts.loops += 1;
    loop->body.accept(this);
    runs_ = before;
  }
  void visit(const ir::Load* load) override {
    counts.loads += runs_ * load->type.lanes();
    ir::IRVisitor::visit(load);
  }
  void visit(const ir::Store* store) override {
    counts.stores += runs_ * store->value.type().lanes();
    ir::IRVisitor::visit(store);
  }
  void visit(const ir::Call* call) override {
    counts.calls += runs_ * call->type.lanes();
    ir::IRVisitor::visit(call);
  }
  void visit(const ir::Allocate* allocate) override {
    counts.allocated_bytes += allocate->type.bytes() * static_cast<double>(allocate->constant_allocation_size());
    ir::IRVisitor::visit(allocate);
  }
  void visit(const ir::Add* op) override { count(op); }
  void visit(const ir::Sub* op) override { count(op); }
  void visit(const ir::Mul* op) override { count(op); }
  void visit(const ir::Div* op) override { count(op); }
  void visit(const ir::Mod* op) override { count(op); }
  void visit(const ir::Min* op) override { count(op); }
  void visit(const ir::Max* op) override { count(op); }

  template <class Op>
  void count(const Op* op) {
    (op->type.is_float() ? counts.float_operations : counts.integer_operations) += runs_ * op->type.lanes();
    ir::IRVisitor::visit(op);
  }

  double runs_ = 1;  // how often what is visited runs
};

}  // namespace

Result<LoweredFeatures> lowered_features(const Task& task, const State& state) {
  TILECAST_TRY(const Halide::Module module, lower(task, state));
  Counter counter;
  for (const auto& function : module.functions()) function.body.accept(&counter);
  LoweredFeatures features = counter.counts;
  for (double* count : {&features.loads, &features.stores, &features.float_operations, &features.integer_operations,
                        &features.calls, &features.iterations, &features.loops, &features.allocated_bytes}) {
    *count = static_cast<double>(log_count(*count));
  }
  return features;
}

}  // namespace tilecast
