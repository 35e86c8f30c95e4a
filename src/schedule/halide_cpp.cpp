// Directives as Halide C++, for people.
#include <fmt/format.h>

#include <array>
#include <cctype>
#include <set>

#include "schedule/action_fields.h"
#include "schedule/directives.h"

namespace tilecast {
namespace {

// Names of stages and loops hold dots; C++ identifiers do not.
std::string identifier(const Name& name) {
  std::string result;
  for (const char c : name.view()) result += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  if (result.empty() || std::isdigit(static_cast<unsigned char>(result[0])) != 0) result.insert(0, "v");
  return result;
}

class Printer {
 public:
  std::string definition(const Name& stage, directive::Definition d) const {
    return identifier(stage) + (d == directive::Definition::kUpdate ? ".update()" : "");
  }

  void operator()(const directive::CacheWrite& d) {
    line("Func {} = {}.in();", identifier(d.copy), identifier(d.stage));
  }
  void operator()(const directive::CacheRead& d) {
    line("Func {} = {}.in({});", identifier(d.cache), identifier(d.buffer), identifier(d.reader));
  }
  void operator()(const directive::Rfactor& d) {
    declare(d.axis, false);
    line("Func {} = {}.update().rfactor({{{{{}, {}}}}});", identifier(d.partial), identifier(d.stage),
         identifier(d.loop), identifier(d.axis));
  }
  void operator()(const directive::Split& d) {
    declare(d.outer, d.reduction);
    declare(d.inner, d.reduction);
    line("{}.split({}, {}, {}, {}, TailStrategy::{});", definition(d.stage, d.definition), identifier(d.loop),
         identifier(d.outer), identifier(d.inner), d.factor,
         d.tail == directive::Tail::kRoundUp ? "RoundUp" : "GuardWithIf");
  }
  void operator()(const directive::Fuse& d) {
    declare(d.fused, d.reduction);
    // Halide names the inner loop first.
    line("{}.fuse({}, {}, {});", definition(d.stage, d.definition), identifier(d.inner), identifier(d.outer),
         identifier(d.fused));
  }
  void operator()(const directive::Reorder& d) {
    std::string loops;
    for (const Name& loop : d.loops) loops += (loops.empty() ? "" : ", ") + identifier(loop);
    line("{}.reorder({});", definition(d.stage, d.definition), loops);
  }
  void operator()(const directive::Annotate& d) {
    const char* call = d.annotation == Annotation::kVectorized ? "vectorize"
                       : d.annotation == Annotation::kUnrolled ? "unroll"
                                                               : "parallel";
    line("{}.{}({});", definition(d.stage, d.definition), call, identifier(d.loop));
  }
  void operator()(const directive::ComputeAt& d) {
    line("{}.compute_at({}, {});", identifier(d.stage), identifier(d.host), identifier(d.loop));
  }
  void operator()(const directive::ComputeRoot& d) { line("{}.compute_root();", identifier(d.stage)); }
  void operator()(const directive::StoreIn& d) {
    static constexpr std::array<const char*, 4> kTypes = {"Auto", "Heap", "Stack", "Register"};
    line("{}.store_in(MemoryType::{});", identifier(d.stage), kTypes[static_cast<std::size_t>(d.storage)]);
  }
  void operator()(const directive::BoundExtent& d) {
    line("{}.bound_extent({}, {});", identifier(d.stage), identifier(d.axis), d.extent);
  }

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }
  std::string take() { return std::move(text_); }

 private:
  void declare(const Name& loop, bool reduction) {
    if (declared_.insert(identifier(loop)).second) {
      line("{} {}(\"{}\");", reduction ? "RVar" : "Var", identifier(loop), loop.view());
    }
  }

  std::string text_;
  std::set<std::string> declared_;
};

}  // namespace

std::string to_halide_cpp(const State& state) {
  Printer printer;
  printer.line("// algorithm: {}", state.algorithm().view());
  for (const PackedInput& packed : state.packed()) {
    printer.line("// packed: {}",
                 to_text(Action(Pack{state.dag().inputs[static_cast<std::size_t>(packed.input)].name, packed.parts})));
  }
  for (const Directive& d : to_directives(state)) std::visit(printer, d);
  return printer.take();
}

}  // namespace tilecast
