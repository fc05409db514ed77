#include "gpt2/inference.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/error.h"
#include "nn/bfloat16.h"
#include "nn/buffer.h"
#include "nn/kernels.h"
#include "nn/linear.h"
#include "nn/packed_linear.h"

namespace artspeak::gpt2 {

using base::Error;
using nn::Buffer;

namespace {

// One token of the step, and where in its sequence it stands.
struct Row {
  int32_t token;
  int position;
};

// Grows, never shrinks: a step allocates only when it is larger than any
// before it.
float* Reserve(Buffer& buffer, int64_t size) {
  if (buffer.size() < size) buffer = Buffer(size);
  return buffer.data();
}

template <typename Number>
Number* As(std::byte* run) {
  return reinterpret_cast<Number*>(run);
}
template <typename Number>
const Number* As(const std::byte* run) {
  return reinterpret_cast<const Number*>(run);
}

// Row `row` of a run of keys or values.
void Store(const nn::Kernels& kernels, KvFormat format, std::byte* run,
           int64_t row, const float* from, int64_t D) {
  switch (format) {
    case KvFormat::kFp32:
      std::copy_n(from, D, As<float>(run) + row * D);
      break;
    case KvFormat::kBf16:
      kernels.round_to_bf16(As<nn::Bfloat16>(run) + row * D, from, D);
      break;
    case KvFormat::kInt8:
      kernels.store_int8_row(run, row, from, D);
      break;
  }
}

}  // namespace

struct Inference::Workspace {
  const nn::Kernels& kernels = nn::BestKernels();
  nn::PackedLinear packed;
  std::vector<Row> rows;
  std::vector<int64_t> first_rows;  // of each slice
  Buffer residual;                  // (rows, C)
  Buffer normed;                    // (rows, C)
  Buffer wide;        // (rows, 4C): query, key and value, or hidden
  Buffer attended;    // (rows, C)
  Buffer statistics;  // (2, rows): layer norm's, not needed afterwards
  Buffer scores;      // (rows, NH, longest sequence)
  Buffer last;        // (slices, C)
  Buffer logits;      // (slices or rows, V)
};

Inference::Inference(std::shared_ptr<const Model> model, base::ThreadPool& pool)
    : model_(std::move(model)),
      pool_(pool),
      workspace_(std::make_unique<Workspace>()) {}

Inference::~Inference() = default;

void Inference::CheckSlices(std::span<const Slice> slices) const {
  const int V = model_->config().vocab_size;
  if (slices.empty()) throw Error("a step needs a sequence to go on with");
  for (const Slice& slice : slices) {
    if (slice.tokens.empty()) throw Error("a step needs a token to go on from");
    const int free = slice.cache->capacity() - slice.cache->length();
    if (static_cast<int64_t>(slice.tokens.size()) > free) {
      throw Error(
          "{} tokens do not fit the {} that are left of the model's "
          "window: give it a shorter text",
          slice.tokens.size(), free);
    }
    for (const int32_t token : slice.tokens) {
      if (token < 0 || token >= V) {
        throw Error(
            "token {} is not of the model's vocabulary of {}: the text "
            "was encoded for another model",
            token, V);
      }
    }
  }
}

void Inference::ComputeHidden(std::span<const Slice> slices) {
  const Config& config = model_->config();
  const Weights& weights = model_->weights();
  Workspace& w = *workspace_;
  const nn::Kernels& kernels = w.kernels;
  const int64_t C = config.width, NH = config.heads;
  StageWatch watch(times_);

  w.rows.clear();
  w.first_rows.clear();
  int64_t longest = 0;
  for (size_t i = 0; i < slices.size(); ++i) {
    w.first_rows.push_back(static_cast<int64_t>(w.rows.size()));
    int position = slices[i].cache->length();
    for (const int32_t token : slices[i].tokens) {
      w.rows.push_back({token, position++});
    }
    longest = std::max<int64_t>(longest, position);
  }
  const auto rows = static_cast<int64_t>(w.rows.size());
  float* residual = Reserve(w.residual, rows * C);
  float* normed = Reserve(w.normed, rows * C);
  float* wide = Reserve(w.wide, rows * 4 * C);
  float* attended = Reserve(w.attended, rows * C);
  float* mean = Reserve(w.statistics, 2 * rows);
  float* rstd = mean + rows;
  float* scores = Reserve(w.scores, rows * NH * longest);

  const auto norm = [&](const float* weight, const float* bias) {
    pool_.For(rows, 64, [&](int64_t begin, int64_t end) {
      kernels.layer_norm(normed + begin * C, mean + begin, rstd + begin,
                         residual + begin * C, weight, bias, end - begin, C,
                         config.layer_norm_epsilon);
    });
  };
  const auto& packed = model_->packed_weights();
  const auto linear = [&](float* out, const float* in, const float* weight,
                          const nn::PackedMatrix* matrix, const float* bias,
                          int64_t In, int64_t Out) {
    if (matrix == nullptr) {
      nn::LinearForward(pool_, kernels, {rows, In, Out}, out, in, weight, bias);
      return;
    }
    w.packed.Forward(pool_, out, in, rows, *matrix, bias);
  };

  for (int64_t i = 0; i < rows; ++i) {
    const Row& row = w.rows[static_cast<size_t>(i)];
    const float* embedding = normed + i * C;  // free until the first norm
    if (packed) {
      nn::Unpack(packed->head, row.token, normed + i * C);
      for (int64_t c = 0; c < C; ++c) {
        normed[i * C + c] /= packed->head_factors[c];
      }
    } else {
      embedding = weights.wte + row.token * C;
    }
    kernels.sum(residual + i * C, embedding, weights.wpe + row.position * C, C);
  }
  for (int layer = 0; layer < config.layers; ++layer) {
    const auto& tensors = weights.layers[static_cast<size_t>(layer)];
    const PackedLayer* matrices =
        packed ? &packed->layers[static_cast<size_t>(layer)] : nullptr;
    const auto matrix = [&](nn::PackedMatrix PackedLayer::*field) {
      return matrices != nullptr ? &(matrices->*field) : nullptr;
    };
    norm(tensors.ln_1_weight, tensors.ln_1_bias);
    watch.Lap(&StepTimes::rest);
    linear(wide, normed, tensors.attn_weight, matrix(&PackedLayer::attn),
           tensors.attn_bias, C, 3 * C);
    watch.Lap(&StepTimes::products);
    Attend(slices, layer, attended, scores, wide, longest);
    watch.Lap(&StepTimes::attention);
    linear(normed, attended, tensors.attn_proj_weight,
           matrix(&PackedLayer::attn_proj), tensors.attn_proj_bias, C, C);
    watch.Lap(&StepTimes::products);
    kernels.add(residual, normed, rows * C);
    norm(tensors.ln_2_weight, tensors.ln_2_bias);
    watch.Lap(&StepTimes::rest);
    linear(wide, normed, tensors.fc_weight, matrix(&PackedLayer::fc),
           tensors.fc_bias, C, 4 * C);
    watch.Lap(&StepTimes::products);
    pool_.For(rows * 4 * C, 1 << 12, [&](int64_t begin, int64_t end) {
      kernels.gelu(wide + begin, wide + begin, end - begin);
    });
    watch.Lap(&StepTimes::rest);
    linear(normed, wide, tensors.fc_proj_weight, matrix(&PackedLayer::fc_proj),
           tensors.fc_proj_bias, 4 * C, C);
    watch.Lap(&StepTimes::products);
    kernels.add(residual, normed, rows * C);
  }
  norm(weights.ln_f_weight, weights.ln_f_bias);
  for (const Slice& slice : slices) {
    slice.cache->length_ += static_cast<int>(slice.tokens.size());
  }
  watch.Lap(&StepTimes::rest);
}

void Inference::ComputeLogits(float* logits, const float* hidden,
                              int64_t rows) {
  const int64_t C = model_->config().width, V = model_->config().vocab_size;
  Workspace& w = *workspace_;
  StageWatch watch(times_);
  if (const auto& packed = model_->packed_weights()) {
    w.packed.Forward(pool_, logits, hidden, rows, packed->head, nullptr);
  } else {
    nn::LinearForwardTransposed(pool_, w.kernels, {rows, C, V}, logits, hidden,
                                model_->weights().wte);
  }
  watch.Lap(&StepTimes::products);
}

// Puts the rows' keys and values, from qkv (rows, 3C), in their caches; then
// out (rows, C) is each row's attention over its cache. scores: scratch of
// rows · NH · longest.
void Inference::Attend(std::span<const Slice> slices, int layer, float* out,
                       float* scores, const float* qkv, int64_t longest) {
  const Config& config = model_->config();
  const int64_t C = config.width, NH = config.heads, D = config.head_width();
  const Workspace& w = *workspace_;
  const auto count = static_cast<int64_t>(slices.size());
  // About 4 · D operations a key: a task is some ten microseconds or more.
  const int64_t operations =
      4 * D * longest * static_cast<int64_t>(w.rows.size()) / count;
  const int64_t grain = std::max<int64_t>(1, (1 << 18) / operations);
  pool_.For(count * NH, grain, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const auto slice = static_cast<size_t>(task / NH);
      const int64_t h = task % NH, first = w.first_rows[slice];
      KvCache& cache = *slices[slice].cache;
      std::byte* const keys = cache.keys(layer, h);
      std::byte* const values = cache.values(layer, h);
      const auto tokens = static_cast<int64_t>(slices[slice].tokens.size());
      for (int64_t i = first; i < first + tokens; ++i) {
        const int64_t position = w.rows[static_cast<size_t>(i)].position;
        const float* const key = qkv + i * 3 * C + C + h * D;
        Store(w.kernels, cache.format(), keys, position, key, D);
        Store(w.kernels, cache.format(), values, position, key + C, D);
      }
      for (int64_t i = first; i < first + tokens; ++i) {
        AttendOne(cache.format(), out + i * C + h * D,
                  scores + (i * NH + h) * longest, qkv + i * 3 * C + h * D,
                  keys, values, w.rows[static_cast<size_t>(i)].position + 1);
      }
    }
  });
}

// One query of one head.
void Inference::AttendOne(KvFormat format, float* out, float* scores,
                          const float* query, const std::byte* keys,
                          const std::byte* values, int64_t length) const {
  const nn::Kernels& kernels = workspace_->kernels;
  const int64_t D = model_->config().head_width();
  const float scale = 1.0f / std::sqrt(static_cast<float>(D));
  switch (format) {
    case KvFormat::kFp32:
      kernels.attend(out, scores, query, As<float>(keys), As<float>(values),
                     length, D, scale);
      break;
    case KvFormat::kBf16:
      kernels.attend_bf16(out, scores, query, As<nn::Bfloat16>(keys),
                          As<nn::Bfloat16>(values), length, D, scale);
      break;
    case KvFormat::kInt8:
      kernels.attend_int8(out, scores, query, keys, values, length, D, scale);
      break;
  }
}

std::span<const float> Inference::Step(std::span<const Slice> slices) {
  CheckSlices(slices);
  ComputeHidden(slices);
  Workspace& w = *workspace_;
  const int64_t C = model_->config().width, V = model_->config().vocab_size;
  const auto count = static_cast<int64_t>(slices.size());
  float* last = Reserve(w.last, count * C);
  int64_t end = 0;
  for (int64_t i = 0; i < count; ++i) {
    end += static_cast<int64_t>(slices[static_cast<size_t>(i)].tokens.size());
    std::copy_n(w.normed.data() + (end - 1) * C, C, last + i * C);
  }
  float* logits = Reserve(w.logits, count * V);
  ComputeLogits(logits, last, count);
  return {logits, static_cast<size_t>(count * V)};
}

std::span<const float> Inference::AllLogits(std::span<const int32_t> tokens,
                                            std::optional<KvFormat> kv) {
  const Config& config = model_->config();
  if (tokens.empty()) throw Error("there is no token to start from");
  if (tokens.size() > static_cast<size_t>(config.context)) {
    throw Error(
        "{} tokens do not fit the model's window of {}: give it a "
        "shorter text",
        tokens.size(), config.context);
  }
  KvCache cache(config, static_cast<int>(tokens.size()), kv);
  const Slice slice{&cache, tokens};
  CheckSlices({&slice, 1});
  ComputeHidden({&slice, 1});
  Workspace& w = *workspace_;
  const int64_t V = config.vocab_size;
  const auto rows = static_cast<int64_t>(tokens.size());
  float* logits = Reserve(w.logits, rows * V);
  ComputeLogits(logits, w.normed.data(), rows);
  return {logits, static_cast<size_t>(rows * V)};
}

}  // namespace artspeak::gpt2
