#include "frontend/operator_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/defs/schema.h>

#include <algorithm>
#include <set>

#include "frontend/lowering/node_lowering.h"
#include "frontend/onnx_reader.h"

namespace tilecast {
namespace {

// All that ONNX says of one operator in the opsets that are read.
struct Definition {
  std::vector<int> opsets;
  std::set<std::string> attributes;
};

bool is_read(const onnx::OpSchema& schema, int newest) {
  if (schema.domain() != onnx::ONNX_DOMAIN || schema.since_version() > newest) return false;
  if (schema.since_version() >= kOldestOpset) return true;
  const onnx::OpSchema* at_oldest = onnx::OpSchemaRegistry::Schema(schema.Name(), kOldestOpset, onnx::ONNX_DOMAIN);
  return at_oldest != nullptr && at_oldest->since_version() == schema.since_version();
}

std::map<std::string, Definition> definitions() {
  const int newest = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map().at(onnx::ONNX_DOMAIN).second;
  std::map<std::string, Definition> result;
  for (const onnx::OpSchema& schema : onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    if (!is_read(schema, newest) || schema.deprecated()) continue;
    Definition& definition = result[schema.Name()];
    definition.opsets.push_back(schema.since_version());
    for (const auto& [name, attribute] : schema.attributes()) definition.attributes.insert(name);
  }
  for (auto& [name, definition] : result) std::sort(definition.opsets.begin(), definition.opsets.end());
  return result;
}

// The table, with what the reader itself makes of Constant nodes.
LoweringTable operators_read() {
  LoweringTable table = lowering_table();
  table["Constant"] = {nullptr,
                       0,
                       0,
                       {{"value", AttributeKind::kFloat},
                        {"value_float", AttributeKind::kFloat},
                        {"value_floats", AttributeKind::kFloats},
                        {"value_int", AttributeKind::kInt},
                        {"value_ints", AttributeKind::kInts}}};
  return table;
}

std::string inputs_text(const OperatorSupport& op) {
  if (op.most_inputs == kManyInputs) return fmt::format("{} or more", op.least_inputs);
  if (op.least_inputs == op.most_inputs) return fmt::format("{}", op.least_inputs);
  return fmt::format("{} to {}", op.least_inputs, op.most_inputs);
}

}  // namespace

std::vector<OperatorSupport> list_operators() {
  const LoweringTable table = operators_read();
  std::vector<OperatorSupport> operators;
  for (const auto& [name, definition] : definitions()) {
    OperatorSupport op{.name = name, .opsets = definition.opsets};
    if (const auto known = table.find(name); known != table.end()) {
      op.supported = true;
      op.least_inputs = known->second.least_inputs;
      op.most_inputs = known->second.most_inputs;
      std::copy_if(definition.attributes.begin(), definition.attributes.end(),
                   std::back_inserter(op.refused_attributes),
                   [&](const std::string& attribute) { return !known->second.attributes.contains(attribute); });
      if (const auto limits = operator_limits().find(name); limits != operator_limits().end())
        op.limits = limits->second;
    }
    operators.push_back(std::move(op));
  }
  return operators;
}

std::string operators_document(const std::vector<OperatorSupport>& operators) {
  std::string supported = "| operator | opsets | inputs | attributes not read | limits |\n|---|---|---|---|---|\n";
  std::string missing = "| operator | opsets |\n|---|---|\n";
  std::size_t count = 0;
  for (const OperatorSupport& op : operators) {
    const std::string opsets = fmt::format("{}", fmt::join(op.opsets, ", "));
    if (!op.supported) {
      missing += fmt::format("| {} | {} |\n", op.name, opsets);
      continue;
    }
    ++count;
    supported += fmt::format("| {} | {} | {} | {} | {} |\n", op.name, opsets, inputs_text(op),
                             fmt::join(op.refused_attributes, ", "), op.limits);
  }
  return fmt::format(
      "<!-- Written by `tilecast operators --markdown`; do not edit. -->\n"
      "# Operators of ONNX\n\n"
      "What models may hold, by ONNX's own definitions: *opsets* are those in which a definition begins, the first of\n"
      "them the one that holds in the oldest opset that is read. All else is refused with one line when the model is\n"
      "read. Elements are float32 unless an operator of [operators.md](operators.md) says otherwise.\n\n"
      "## The {} that are read\n\n{}\n## The {} that are not\n\n{}",
      count, supported, operators.size() - count, missing);
}

}  // namespace tilecast
