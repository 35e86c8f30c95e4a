// Which of ONNX's operators are read, and how far: made from the table that lowers them and ONNX's own definitions.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace tilecast {

struct OperatorSupport {
  std::string name;
  // Opsets in which a definition of it begins: the one that holds in the oldest opset that is read, and all newer ones.
  std::vector<int> opsets;
  bool supported = false;
  // Of what is supported:
  std::size_t least_inputs = 0;
  std::size_t most_inputs = 0;                  // kManyInputs: as many as there are
  std::vector<std::string> refused_attributes;  // that ONNX defines and that are not read
  std::string limits;                           // what else is not read; empty: nothing is known
};

// All operators of ONNX's own domain in the opsets that are read, by name. Deprecated ones are left out.
std::vector<OperatorSupport> list_operators();

// What list_operators gives as limits, by operator: those that no table says.
const std::map<std::string, std::string>& operator_limits();

// Markdown: a table of what is supported and one of what is not.
std::string operators_document(const std::vector<OperatorSupport>& operators);

}  // namespace tilecast
