// Einsum: sums of products of elements whose indices an equation names, as matrix products.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "frontend/lowering/composition.h"

namespace tilecast {
namespace {

// A dimension's index: a letter, or one of those that an ellipsis stands for, numbered from kEllipsis on.
using Label = int;
using Labels = std::vector<Label>;
constexpr Label kEllipsis = 256;

struct Equation {
  std::vector<Labels> operands;
  Labels output;
};

// A tensor of the expression; its dimensions have different labels.
struct Term {
  NetworkId value;
  Labels labels;
};

bool contains(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

// The labels of one operand or of the output. Its ellipsis stands for `dots` dimensions: the last ones of the `widest`
// that one stands for.
Result<Labels> parse_labels(const NodeLowering& node, const std::string& text, std::size_t dots, std::size_t widest) {
  Labels labels;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 3, "...") == 0) {
      for (std::size_t d = widest - dots; d < widest; ++d) labels.push_back(kEllipsis + static_cast<Label>(d));
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(text[i])) != 0) {
      labels.push_back(text[i]);
    } else {
      return node.error(fmt::format("its equation has '{}', which is no label", text[i]));
    }
  }
  return labels;
}

// The dimensions that the ellipsis of each operand stands for.
Result<std::vector<std::size_t>> ellipsis_ranks(const NodeLowering& node, const std::vector<std::string>& operands) {
  std::vector<std::size_t> ranks;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const bool dots = operands[i].find("...") != std::string::npos;
    const std::size_t letters = operands[i].size() - (dots ? 3 : 0);
    const std::size_t rank = node.rank(i);
    if (rank < letters || (!dots && rank != letters)) {
      return node.error(fmt::format("'{}' of its equation does not fit an input of {} dimensions", operands[i], rank));
    }
    ranks.push_back(rank - letters);
  }
  return ranks;
}

// Without `->`: the ellipsis, then the labels that occur once, in alphabetical order.
Labels implicit_output(const std::vector<Labels>& operands) {
  std::map<Label, int> counts;
  std::set<Label> dots;
  for (const Labels& labels : operands) {
    for (const Label label : labels) {
      if (label >= kEllipsis) {
        dots.insert(label);
      } else {
        ++counts[label];
      }
    }
  }
  Labels output(dots.begin(), dots.end());
  for (const auto& [label, count] : counts) {
    if (count == 1) output.push_back(label);
  }
  return output;
}

// What stands between the commas.
std::vector<std::string> split_operands(const std::string& text) {
  std::vector<std::string> parts = {""};
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Result<Equation> read_equation(const NodeLowering& node) {
  std::string text = node.attributes().get_string("equation", "");
  std::erase(text, ' ');
  const std::size_t arrow = text.find("->");
  const std::vector<std::string> parts = split_operands(text.substr(0, arrow));
  if (parts.size() != node.input_count()) {
    return node.error(fmt::format("its equation has {} operands, the node {}", parts.size(), node.input_count()));
  }
  TILECAST_TRY(const auto dots, ellipsis_ranks(node, parts));
  const std::size_t widest = *std::max_element(dots.begin(), dots.end());
  Equation equation;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    TILECAST_TRY(Labels labels, parse_labels(node, parts[i], dots[i], widest));
    if (labels.size() != node.rank(i))
      return node.error(fmt::format("'{}' in its equation is not supported", parts[i]));
    equation.operands.push_back(std::move(labels));
  }
  if (arrow == std::string::npos) {
    equation.output = implicit_output(equation.operands);
    return equation;
  }
  TILECAST_TRY(equation.output, parse_labels(node, text.substr(arrow + 2), widest, widest));
  for (const Label label : equation.output) {
    const bool known = std::any_of(equation.operands.begin(), equation.operands.end(),
                                   [&](const Labels& labels) { return contains(labels, label); });
    if (!known || std::count(equation.output.begin(), equation.output.end(), label) > 1) {
      return node.error("its equation's output has a label twice, or one that no operand has");
    }
  }
  return equation;
}

// Carries an equation out.
class Contraction {
 public:
  Contraction(NodeLowering& node, Equation equation) : node_(node), c_(node), equation_(std::move(equation)) {}

  Status run() {
    TILECAST_CHECK(find_extents());
    Term result = operand(0);
    for (std::size_t i = 1; i < equation_.operands.size(); ++i) result = product(result, operand(i), i + 1);
    result = sum_except(result, equation_.output);
    return c_.finish(c_.transpose(result.value, places(result, equation_.output)));
  }

 private:
  Status find_extents() {
    for (std::size_t i = 0; i < equation_.operands.size(); ++i) {
      const Shape shape = node_.shape(i);
      for (std::size_t d = 0; d < shape.size(); ++d) {
        std::int64_t& extent = extents_.emplace(equation_.operands[i][d], 1).first->second;
        if (extent != 1 && shape[d] != 1 && extent != shape[d]) {
          return node_.error(fmt::format("extents {} and {} of one label do not fit", extent, shape[d]));
        }
        extent = std::max(extent, shape[d]);
      }
    }
    return Unit{};
  }

  std::int64_t count(const Labels& labels) const { return element_count(shape_of(labels)); }
  Shape shape_of(const Labels& labels) const {
    Shape shape;
    for (const Label label : labels) shape.push_back(extents_.at(label));
    return shape;
  }

  // Where in the term each label is.
  static DimOrder places(const Term& term, const Labels& labels) {
    DimOrder order;
    for (const Label label : labels) {
      order.push_back(
          static_cast<std::size_t>(std::find(term.labels.begin(), term.labels.end(), label) - term.labels.begin()));
    }
    return order;
  }

  // An input with each label once and of its full extent.
  Term operand(std::size_t i) {
    const Labels& labels = equation_.operands[i];
    Term term{c_.expand(c_.plain(i), shape_of(labels)), labels};
    for (std::size_t d = 0; d < term.labels.size(); ++d) {
      const auto after = term.labels.begin() + static_cast<std::ptrdiff_t>(d) + 1;
      const auto twin = std::find(after, term.labels.end(), term.labels[d]);
      if (twin == term.labels.end()) continue;
      term = diagonal(term, d, static_cast<std::size_t>(twin - term.labels.begin()));
      d = static_cast<std::size_t>(-1);
    }
    return term;
  }

  // Two dimensions of n elements as one: every n+1st of their n * n.
  Term diagonal(const Term& term, std::size_t first, std::size_t second) {
    const std::int64_t n = extents_.at(term.labels[first]);
    DimOrder order = {first, second};
    Labels labels = {term.labels[first]};
    for (std::size_t d = 0; d < term.labels.size(); ++d) {
      if (d == first || d == second) continue;
      order.push_back(d);
      labels.push_back(term.labels[d]);
    }
    Shape shape = shape_of(labels);
    Shape flat = shape;
    flat.front() = n * n;
    Ints steps(shape.size(), 1);
    steps.front() = n + 1;
    const NetworkId rows = c_.reshape(c_.transpose(term.value, order), flat);
    const Attributes attributes{{"starts", Ints(shape.size(), 0)}, {"steps", steps}};
    return {c_.apply("slice", {rows}, attributes, shape), labels};
  }

  Term sum_except(const Term& term, const Labels& kept) {
    Ints axes;
    Labels left;
    for (std::size_t d = 0; d < term.labels.size(); ++d) {
      if (contains(kept, term.labels[d])) {
        left.push_back(term.labels[d]);
      } else {
        axes.push_back(static_cast<std::int64_t>(d));
      }
    }
    return {c_.reduce("sum", term.value, axes, false), left};
  }

  // The labels that are needed once the operands before `next` are one term.
  Labels needed_from(std::size_t next) const {
    Labels labels = equation_.output;
    for (std::size_t i = next; i < equation_.operands.size(); ++i) {
      labels.insert(labels.end(), equation_.operands[i].begin(), equation_.operands[i].end());
    }
    return labels;
  }

  // Labels of both that stay are a batch, those of both that do not are summed over, those of one are rows or columns.
  Term product(Term a, Term b, std::size_t next) {
    const Labels needed = needed_from(next);
    const auto joined = [&](const Labels& other) {
      Labels labels = needed;
      labels.insert(labels.end(), other.begin(), other.end());
      return labels;
    };
    a = sum_except(a, joined(b.labels));
    b = sum_except(b, joined(a.labels));
    Labels batch;
    Labels rows;
    Labels columns;
    Labels summed;
    for (const Label label : a.labels) {
      (!contains(b.labels, label) ? rows : contains(needed, label) ? batch : summed).push_back(label);
    }
    for (const Label label : b.labels) {
      if (!contains(a.labels, label)) columns.push_back(label);
    }
    Labels labels = batch;
    labels.insert(labels.end(), rows.begin(), rows.end());
    labels.insert(labels.end(), columns.begin(), columns.end());
    const NetworkId left = matrix(a, batch, rows, summed);
    const NetworkId value = multiply(left, b, batch, count(rows), columns, summed);
    return {c_.reshape(value, shape_of(labels)), labels};
  }

  // The term as [batch…, rows, columns], the latter two of several labels each.
  NetworkId matrix(const Term& term, const Labels& batch, const Labels& rows, const Labels& columns) {
    Labels order = batch;
    order.insert(order.end(), rows.begin(), rows.end());
    order.insert(order.end(), columns.begin(), columns.end());
    Shape shape = shape_of(batch);
    shape.push_back(count(rows));
    shape.push_back(count(columns));
    return c_.reshape(c_.transpose(term.value, places(term, order)), shape);
  }

  // [batch…, rows, columns].
  NetworkId multiply(NetworkId left, const Term& b, const Labels& batch, std::int64_t rows, const Labels& columns,
                     const Labels& summed) {
    Shape shape = shape_of(batch);
    shape.push_back(rows);
    shape.push_back(count(columns));
    if (summed.empty()) return c_.binary("mul", left, matrix(b, batch, {}, columns));
    if (batch.empty() && b.value >= 0 && node_.is_constant_value(b.value)) {
      return c_.apply("dense", {left, matrix(b, batch, summed, columns)}, {}, shape);
    }
    // What is stored by columns already is read so.
    Labels by_columns = batch;
    by_columns.insert(by_columns.end(), columns.begin(), columns.end());
    by_columns.insert(by_columns.end(), summed.begin(), summed.end());
    const bool transposed = b.labels == by_columns;
    const NetworkId right = transposed ? matrix(b, batch, columns, summed) : matrix(b, batch, summed, columns);
    return c_.apply("batch_matmul", {left, right}, {{"transpose_b", std::int64_t{transposed}}}, shape);
  }

  NodeLowering& node_;
  Composition c_;
  Equation equation_;
  std::map<Label, std::int64_t> extents_;
};

Status lower_einsum(NodeLowering& node) {
  TILECAST_CHECK(node.require_float());
  TILECAST_TRY(Equation equation, read_equation(node));
  return Contraction(node, std::move(equation)).run();
}

}  // namespace

void add_einsum(LoweringTable& table) {
  table["Einsum"] = {lower_einsum, 1, kManyInputs, {{"equation", AttributeKind::kString}}};
}

}  // namespace tilecast
