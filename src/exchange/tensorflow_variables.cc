#include "exchange/tensorflow_variables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "gpt2/parameters.h"

namespace artspeak::exchange {

namespace {

// "h.0.attn.c_attn.weight" -> "model/h0/attn/c_attn/w"
std::string NameOf(const gpt2::TensorPlace& place) {
  std::string_view rest = place.name;
  std::string name = "model/";
  if (rest.starts_with("h.")) {
    name += 'h';
    rest.remove_prefix(2);
  }
  const size_t dot = rest.rfind('.');
  const std::string_view kind = rest.substr(dot + 1);
  name += rest.substr(0, dot);
  std::ranges::replace(name, '.', '/');
  if (name == "model/wte" || name == "model/wpe") return name;
  if (kind == "bias") return name + "/b";
  return name + (place.shape.size() == 1 ? "/g" : "/w");
}

}  // namespace

std::vector<TensorflowVariable> TensorflowVariables(
    const gpt2::Config& config) {
  std::vector<TensorflowVariable> variables;
  for (const gpt2::TensorPlace& place : gpt2::TensorPlaces(config)) {
    TensorflowVariable variable{NameOf(place), place.shape};
    // OpenAI's products are convolutions of width 1.
    if (variable.name.ends_with("/w")) {
      variable.shape.insert(variable.shape.begin(), 1);
    }
    variables.push_back(std::move(variable));
  }
  return variables;
}

std::optional<std::string> WhyNotModel(const BundleIndex& index,
                                       const gpt2::Config& config) {
  for (const TensorflowVariable& variable : TensorflowVariables(config)) {
    const auto found = index.entries.find(variable.name);
    if (found == index.entries.end()) {
      return fmt::format("it has no \"{}\"", variable.name);
    }
    const BundleEntry& entry = found->second;
    if (entry.shape != variable.shape) {
      return fmt::format("it has \"{}\" of shape ({}) in place of ({})",
                         variable.name, fmt::join(entry.shape, ", "),
                         fmt::join(variable.shape, ", "));
    }
    if (entry.dtype != "float32") {
      return fmt::format("it has \"{}\" as {} in place of float32",
                         variable.name, entry.dtype);
    }
  }
  const std::string surplus = fmt::format("model/h{}/ln_1/g", config.layers);
  if (index.entries.contains(surplus)) {
    return fmt::format("it has more than {} layers", config.layers);
  }
  return std::nullopt;
}

}  // namespace artspeak::exchange
