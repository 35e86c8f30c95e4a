// Element-wise functions of one argument.
#pragma once

#include <Halide.h>

#include <map>
#include <string>

#include "ir/op_graph.h"

namespace tilecast::ops {

// What an element becomes; `attributes` are the operator's.
using Unary = Halide::Expr (*)(const Halide::Expr& x, const Attributes& attributes);

// By operator.
const std::map<std::string, Unary>& unary_functions();

// A number of the same type as another.
Halide::Expr literal(const Halide::Expr& like, double value);
// Halide's abs makes unsigned numbers of whole ones.
Halide::Expr magnitude(const Halide::Expr& x);

}  // namespace tilecast::ops
