#include "gpt2/weight_packer.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::gpt2 {

namespace fs = std::filesystem;

namespace {

// A gain next to zero must not make the numbers divided by it large.
constexpr float kLeastFactor = 1e-3f;  // of the largest
constexpr int64_t kTaskWeights = 1 << 16;

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

std::vector<std::byte> BytesOf(std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

WeightPacker::WeightPacker(const Checkpoint& checkpoint, fs::path source,
                           WeightFormat format, base::ThreadPool& pool)
    : checkpoint_(checkpoint),
      source_(std::move(source)),
      pool_(pool),
      format_(format),
      places_(TensorPlaces(checkpoint.config())) {
  for (size_t i = 0; i < places_.size(); ++i) {
    const std::string& name = places_[i].name;
    if (const auto matrix = PackedShapeOf(places_[i], format)) {
      headings_.push_back({name, "U8", {matrix->bytes()}});
    } else {
      headings_.push_back({name, "F32", places_[i].shape});
    }
    if (name.find("ln_") != name.npos && name.ends_with(".weight")) {
      factors_[name.substr(0, name.rfind('.'))] =
          FactorsOf(Floats(*checkpoint.tensors()[i]));
    }
  }
  headings_.push_back({kHeadFactors, "F32", {checkpoint.config().width}});
}

std::vector<std::byte> WeightPacker::Tensor(size_t i) const {
  if (i == places_.size()) return BytesOf(factors_.at("ln_f"));
  const std::string& name = places_[i].name;
  std::vector<float> values = Floats(*checkpoint_.tensors()[i]);
  const auto matrix = PackedShapeOf(places_[i], format_);
  if (!matrix) {
    if (const auto norm = factors_.find(name.substr(0, name.rfind('.')));
        norm != factors_.end()) {
      for (size_t k = 0; k < values.size(); ++k) values[k] /= norm->second[k];
    }
    CheckFinite(values, source_, name);
    return BytesOf(values);
  }
  // The embedding's rows are outputs, the others' are inputs.
  const bool turned = name == "wte.weight";
  const int64_t k_stride = turned ? 1 : matrix->N;
  const int64_t n_stride = turned ? matrix->K : 1;
  if (const auto norm = factors_.find(NormBefore(name));
      norm != factors_.end()) {
    const int64_t rows = turned ? matrix->N : matrix->K;
    const int64_t columns = turned ? matrix->K : matrix->N;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t column = 0; column < columns; ++column) {
        values[static_cast<size_t>(row * columns + column)] *=
            norm->second[static_cast<size_t>(turned ? column : row)];
      }
    }
  }
  CheckFinite(values, source_, name);
  std::vector<std::byte> bytes(static_cast<size_t>(matrix->bytes()));
  const int64_t grain =
      std::max<int64_t>(1, kTaskWeights / (matrix->K * nn::kPackedPanel));
  pool_.For(matrix->panels(), grain, [&](int64_t begin, int64_t end) {
    nn::Pack(*matrix, values.data(), k_stride, n_stride, begin, end,
             bytes.data());
  });
  return bytes;
}

void Quantize(const fs::path& source, const fs::path& output,
              WeightFormat format, base::ThreadPool& pool,
              const base::ProgressCallback& progress) {
  const Checkpoint checkpoint(source);
  const WeightPacker packer(checkpoint, source, format, pool);
  base::MakeDirectories(output);
  SafetensorsWriter writer(output / "model.safetensors", packer.headings());
  const int64_t total = checkpoint.config().parameter_count();
  int64_t done = 0;
  for (size_t i = 0; i < packer.headings().size(); ++i) {
    writer.Write(packer.Tensor(i));
    if (i < checkpoint.tensors().size()) done += checkpoint.tensors()[i]->size;
    if (progress) progress({done, total, ""});
  }
  writer.Commit();
  Config config = checkpoint.config();
  config.weights = format;
  config.Save(output);
}

}  // namespace artspeak::gpt2
