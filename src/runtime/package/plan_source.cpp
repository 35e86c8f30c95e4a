#include "runtime/package/plan_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tilecast {
namespace {

// As a C string literal: bytes that are no plain characters in octal, which ends after three digits.
std::string quoted(const std::string& text) {
  std::string literal = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\' && c != '?';
    literal += plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return literal + '"';
}

std::string_view c_type(DataType type) {
  switch (type) {
    case DataType::kFloat32:
      return "TILECAST_FLOAT32";
    case DataType::kInt64:
      return "TILECAST_INT64";
    case DataType::kInt32:
      return "TILECAST_INT32";
    case DataType::kUInt8:
      return "TILECAST_UINT8";
    case DataType::kInt8:
      return "TILECAST_INT8";
    case DataType::kBool:
      return "TILECAST_BOOL";
    case DataType::kFloat64:
      return "TILECAST_FLOAT64";
  }
  return "TILECAST_FLOAT32";
}

std::string location(const Location& place) {
  return fmt::format("{{{}, {}u}}", place.in_weights ? "TILECAST_IN_WEIGHTS" : "TILECAST_IN_ARENA", place.offset);
}

// C has no empty arrays: a table without rows is a null pointer.
class SourceWriter {
 public:
  void line(const std::string& text) { source_ += text + "\n"; }

  std::string numbers(const std::vector<std::int64_t>& values) {
    if (values.empty()) return "0";
    const std::string name = fmt::format("numbers{}", lists_++);
    line(fmt::format("static const int64_t {}[] = {{{}}};", name, fmt::join(values, ", ")));
    return name;
  }

  std::string table(const std::string& type, const std::string& name, const std::vector<std::string>& rows) {
    if (rows.empty()) return "0";
    line(fmt::format("static const {} {}[] = {{\n  {},\n}};", type, name, fmt::join(rows, ",\n  ")));
    return name;
  }

  std::string take() { return std::move(source_); }

 private:
  std::string source_;
  int lists_ = 0;
};

std::string steps_table(SourceWriter& writer, const ExecutionPlan& plan, std::span<const KernelObject> kernels) {
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const PlanStep& step = plan.steps[i];
    std::vector<std::string> arguments;
    for (const PlanArgument& argument : step.arguments) {
      arguments.push_back(fmt::format("{{{}, {}, {}, {}, {}}}", location(argument.location), c_type(argument.type),
                                      argument.extents.size(), writer.numbers(argument.extents),
                                      writer.numbers(argument.strides)));
    }
    const std::string name = writer.table("tilecast_argument", fmt::format("arguments{}", i), arguments);
    const std::string& function = kernels[step.kernel].function;
    rows.push_back(fmt::format("{{{{{}, {}}}, {}_argv, {}, {}}}", quoted(step.name), quoted(function), function,
                               arguments.size(), name));
  }
  return writer.table("tilecast_step", "steps", rows);
}

std::string ports_table(SourceWriter& writer, const std::string& name, const std::vector<PlanPort>& ports) {
  std::vector<std::string> rows;
  for (const PlanPort& port : ports) {
    rows.push_back(fmt::format("{{{{{}, {}, {}, {}, {}u}}, {}u}}", quoted(port.name), c_type(port.type.dtype),
                               port.type.shape.size(), writer.numbers(port.type.shape), port.type.bytes(),
                               port.offset));
  }
  return writer.table("tilecast_port", name, rows);
}

std::string copies_table(SourceWriter& writer, const std::vector<PlanCopy>& copies) {
  std::vector<std::string> rows;
  for (const PlanCopy& copy : copies) {
    rows.push_back(fmt::format("{{{}, {}u, {}u}}", location(copy.from), copy.to, copy.bytes));
  }
  return writer.table("tilecast_copy", "copies", rows);
}

std::string regions_table(SourceWriter& writer, const std::vector<WeightsRegion>& regions) {
  std::vector<std::string> rows;
  for (const WeightsRegion& region : regions) rows.push_back(fmt::format("{{{}u, {}u}}", region.offset, region.bytes));
  return writer.table("tilecast_region", "lookups", rows);
}

}  // namespace

std::string plan_source(const ExecutionPlan& plan, std::span<const KernelObject> kernels, const std::string& name,
                        const WeightsFile::Summary& weights) {
  SourceWriter writer;
  writer.line("#include \"plan.h\"\n");
  for (const KernelObject& kernel : kernels) writer.line(fmt::format("int {}_argv(void**);", kernel.function));
  const std::string steps = steps_table(writer, plan, kernels);
  const std::string inputs = ports_table(writer, "inputs", plan.inputs);
  const std::string outputs = ports_table(writer, "outputs", plan.outputs);
  const std::string copies = copies_table(writer, plan.copies);
  const std::string lookups = regions_table(writer, plan.lookups);
  writer.line("static const tilecast_plan plan = {");
  writer.line(fmt::format("  {}, {}u, {}u, 0x{:016x}u,", quoted(name), plan.arena_bytes, weights.bytes, weights.hash));
  writer.line(fmt::format("  {}, {}, {}, {}, {},", plan.steps.size(), plan.inputs.size(), plan.outputs.size(),
                          plan.copies.size(), plan.lookups.size()));
  writer.line(fmt::format("  {}, {}, {}, {}, {},\n}};\n", steps, inputs, outputs, copies, lookups));
  writer.line("tilecast_status tilecast_model_load(const char* directory, tilecast_model** model,");
  writer.line("                                    tilecast_error* error) {");
  writer.line("  return tilecast_load_plan(&plan, directory, model, error);");
  writer.line("}");
  return writer.take();
}

}  // namespace tilecast
