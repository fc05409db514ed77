#include "gpt2/int8_weights.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "gpt2/checkpoint.h"
#include "gpt2/safetensors_writer.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;

namespace {

// A gain next to zero must not make the numbers divided by it large.
constexpr float kLeastFactor = 1e-3f;  // of the largest

std::vector<float> Floats(const StoredTensor& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.size));
  CopyAsFloats(tensor, values);
  return values;
}

std::vector<float> FactorsOf(const std::vector<float>& gains) {
  float largest = 0;
  for (const float gain : gains) largest = std::max(largest, std::fabs(gain));
  if (!(kLeastFactor * largest > 0 && largest < INFINITY)) {
    return std::vector<float>(gains.size(), 1.0f);
  }
  std::vector<float> factors;
  for (const float gain : gains) {
    factors.push_back(std::max(std::fabs(gain), kLeastFactor * largest));
  }
  return factors;
}

// Rounding would make of a damaged weight one that looks sound.
void CheckFinite(const std::vector<float>& values, const fs::path& source,
                 const std::string& name) {
  for (const float value : values) {
    if (!std::isfinite(value)) {
      throw base::Error(
          "{} has numbers in \"{}\" that are none: its weights are damaged or "
          "its training diverged; use an earlier checkpoint",
          source.string(), name);
    }
  }
}

// The norm whose numbers a matrix multiplies; "" where none stands before it.
std::string NormBefore(const std::string& name) {
  const std::string layer = name.substr(0, name.find('.', 2) + 1);
  if (name == "wte.weight") return "ln_f";
  if (name.ends_with("attn.c_attn.weight")) return layer + "ln_1";
  if (name.ends_with("mlp.c_fc.weight")) return layer + "ln_2";
  return "";
}

}  // namespace

std::optional<nn::Int8Matrix> Int8ShapeOf(const TensorPlace& place) {
  if (place.shape.size() != 2 || place.name == "wpe.weight") return {};
  if (place.name == "wte.weight") {
    return nn::Int8Matrix{place.shape[1], place.shape[0]};
  }
  return nn::Int8Matrix{place.shape[0], place.shape[1]};
}

void QuantizeInt8(const fs::path& source, const fs::path& output,
                  const base::ProgressCallback& progress) {
  const Checkpoint checkpoint(source);
  const std::vector<TensorPlace> places = TensorPlaces(checkpoint.config());
  std::vector<TensorHeading> headings;
  std::map<std::string, std::vector<float>> factors;  // by norm
  for (size_t i = 0; i < places.size(); ++i) {
    const auto matrix = Int8ShapeOf(places[i]);
    if (matrix) {
      headings.push_back({places[i].name, "U8", {matrix->bytes()}});
    } else {
      headings.push_back({places[i].name, "F32", places[i].shape});
    }
    const std::string& name = places[i].name;
    if (name.find("ln_") != name.npos && name.ends_with(".weight")) {
      factors[name.substr(0, name.rfind('.'))] =
          FactorsOf(Floats(*checkpoint.tensors()[i]));
    }
  }
  headings.push_back({kHeadFactors, "F32", {checkpoint.config().width}});

  base::MakeDirectories(output);
  SafetensorsWriter writer(output / "model.safetensors", headings);
  int64_t done = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    std::vector<float> values = Floats(*checkpoint.tensors()[i]);
    const std::string& name = places[i].name;
    if (const auto matrix = Int8ShapeOf(places[i])) {
      // The embedding's rows are outputs, the others' are inputs.
      const bool turned = name == "wte.weight";
      const int64_t k_stride = turned ? 1 : matrix->N;
      const int64_t n_stride = turned ? matrix->K : 1;
      if (const auto norm = factors.find(NormBefore(name));
          norm != factors.end()) {
        for (int64_t n = 0; n < matrix->N; ++n) {
          for (int64_t k = 0; k < matrix->K; ++k) {
            values[static_cast<size_t>(k * k_stride + n * n_stride)] *=
                norm->second[static_cast<size_t>(k)];
          }
        }
      }
      CheckFinite(values, source, name);
      std::vector<std::byte> bytes(static_cast<size_t>(matrix->bytes()));
      nn::PackInt8(*matrix, values.data(), k_stride, n_stride, bytes.data());
      writer.Write(bytes);
    } else {
      if (const auto norm = factors.find(name.substr(0, name.rfind('.')));
          norm != factors.end()) {
        for (size_t k = 0; k < values.size(); ++k) values[k] /= norm->second[k];
      }
      CheckFinite(values, source, name);
      writer.Write(std::as_bytes(std::span(values)));
    }
    done += places[i].size;
    if (progress) progress({done, checkpoint.config().parameter_count(), ""});
  }
  writer.Write(std::as_bytes(std::span(factors.at("ln_f"))));
  writer.Commit();
  Config config = checkpoint.config();
  config.weights = WeightFormat::kInt8;
  config.Save(output);
}

}  // namespace artspeak::gpt2
