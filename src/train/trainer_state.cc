#include "train/trainer_state.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace artspeak::train {

namespace {

static_assert(std::endian::native == std::endian::little,
              "the file is little-endian and written from memory");

constexpr char kMagic[8] = {'A', 'R', 'T', 'S', 'T', 'A', 'T', 'E'};
constexpr uint32_t kVersion = 2;
constexpr size_t kDigestBytes = 16;
constexpr size_t kChunk = 1 << 20;

// The first bytes of the file.
struct Preamble {
  char magic[8];
  uint32_t version;
  uint32_t header_bytes;
  uint64_t file_bytes;
  uint64_t moments;  // numbers in each of the two arrays
  // From version 2 on; before, all moments were fp32.
  uint64_t moment_bits;  // of one number: 32 or 8
  uint64_t blocks;       // with 8 bits, that have a scale
  uint64_t adapters;     // numbers
};
static_assert(sizeof(Preamble) == 56);
constexpr size_t kPreambleBytes1 = 32;  // of version 1

// Adapters and moments as they lie in the file, one after the other: all that
// is written and read.
template <typename State, typename Visit>
void ForEachArray(State& state, const Visit& visit) {
  visit(state.adapters);
  auto& moments = state.moments;
  visit(moments.first);
  visit(moments.second);
  visit(moments.quantized.first);
  visit(moments.quantized.second);
  visit(moments.quantized.first_scales);
  visit(moments.quantized.second_scales);
}

// Makes the arrays as long as the file says. False if that cannot be, with
// `bytes` for all of them.
bool Resize(TrainerState& state, const Preamble& preamble, uint64_t bytes) {
  if (preamble.adapters > bytes / sizeof(float)) return false;
  state.adapters.resize(preamble.adapters);
  bytes -= preamble.adapters * sizeof(float);
  Moments& moments = state.moments;
  const uint64_t N = preamble.moments, M = preamble.blocks;
  if (N > bytes || M > bytes) return false;  // so that no product overflows
  if (preamble.moment_bits == 32) {
    if (M != 0 || bytes / (2 * sizeof(float)) != N ||
        bytes % (2 * sizeof(float)) != 0) {
      return false;
    }
    moments.first.resize(N);
    moments.second.resize(N);
    return true;
  }
  if (preamble.moment_bits != 8 || bytes % 2 != 0 ||
      N + sizeof(float) * M != bytes / 2) {
    return false;
  }
  moments.quantized.first.resize(N);
  moments.quantized.second.resize(N);
  moments.quantized.first_scales.resize(M);
  moments.quantized.second_scales.resize(M);
  return true;
}

template <typename T>
void PutOptional(nlohmann::json& json, const char* name,
                 const std::optional<T>& value) {
  if (value) json[name] = *value;
}

template <typename T>
void GetOptional(const nlohmann::json& json, const char* name,
                 std::optional<T>& value) {
  if (json.contains(name)) value = json.at(name).get<T>();
}

std::string Header(const TrainerState& state) {
  nlohmann::json json = {
      {"step", state.step},
      {"leg_begin", state.leg_begin},
      {"leg_end", state.leg_end},
      {"tokens", state.tokens},
      {"passes", state.passes},
      {"data_position", state.data_position},
      {"validations_since_best", state.validations_since_best},
      {"base", state.base},
      {"data_digest", state.data_digest},
      {"parameters_digest", state.parameters_digest},
      {"moment_updates", state.moments.updates},
      {"options", ToJson(state.options)},
  };
  PutOptional(json, "best_validation_loss", state.best_validation_loss);
  PutOptional(json, "best_step", state.best_step);
  PutOptional(json, "smoothed_loss", state.smoothed_loss);
  if (state.pending) {
    json["pending"] = {{"loss", state.pending->loss},
                       {"learning_rate", state.pending->learning_rate},
                       {"tokens_per_second", state.pending->tokens_per_second}};
  }
  // A folder's name may hold any bytes.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// All but the moments.
void ReadHeader(std::string_view text, TrainerState& state) {
  const auto json = nlohmann::json::parse(text);
  json.at("step").get_to(state.step);
  json.at("leg_begin").get_to(state.leg_begin);
  json.at("leg_end").get_to(state.leg_end);
  json.at("tokens").get_to(state.tokens);
  json.at("passes").get_to(state.passes);
  json.at("data_position").get_to(state.data_position);
  json.at("validations_since_best").get_to(state.validations_since_best);
  json.at("base").get_to(state.base);
  json.at("data_digest").get_to(state.data_digest);
  json.at("parameters_digest").get_to(state.parameters_digest);
  json.at("moment_updates").get_to(state.moments.updates);
  state.options = FromJson(json.at("options").get<std::string>());
  GetOptional(json, "best_step", state.best_step);
  // Without its step, in states of old, no checkpoint was kept for the loss:
  // the next validation is the first best that has one.
  if (state.best_step) {
    GetOptional(json, "best_validation_loss", state.best_validation_loss);
  }
  GetOptional(json, "smoothed_loss", state.smoothed_loss);
  if (json.contains("pending")) {
    const auto& pending = json.at("pending");
    state.pending.emplace();
    pending.at("loss").get_to(state.pending->loss);
    pending.at("learning_rate").get_to(state.pending->learning_rate);
    pending.at("tokens_per_second").get_to(state.pending->tokens_per_second);
  }
}

}  // namespace

void SaveState(const std::filesystem::path& path, const TrainerState& state) {
  const std::string header = Header(state);
  Preamble preamble;
  std::memcpy(preamble.magic, kMagic, sizeof kMagic);
  preamble.version = kVersion;
  preamble.header_bytes = static_cast<uint32_t>(header.size());
  preamble.moments = state.moments.size();
  preamble.moment_bits = state.moments.quantized.first.empty() ? 32 : 8;
  preamble.blocks = state.moments.quantized.first_scales.size();
  preamble.adapters = state.adapters.size();
  preamble.file_bytes = sizeof preamble + header.size() + kDigestBytes;
  ForEachArray(state, [&](const auto& values) {
    preamble.file_bytes += std::as_bytes(std::span(values)).size();
  });

  base::AtomicFile file(path);
  base::Blake2b hash(kDigestBytes);
  const auto write = [&](const void* data, size_t bytes) {
    file.Write(data, bytes);
    hash.Update(data, bytes);
  };
  write(&preamble, sizeof preamble);
  write(header.data(), header.size());
  ForEachArray(state, [&](const auto& values) {
    write(values.data(), std::as_bytes(std::span(values)).size());
  });
  file.Write(hash.Finish());
  file.Commit();
}

TrainerState LoadState(const std::filesystem::path& path) {
  const auto damaged = [&](std::string_view how) {
    return base::Error(
        "{} is damaged ({}): go on from the model beside it with "
        "--restore-from {}, or start again with --restore-from fresh",
        path.string(), how, (path.parent_path() / "model").string());
  };
  base::InputFile file(path);
  base::Blake2b hash(kDigestBytes);
  // In pieces, so that what was read is still at hand when it is hashed.
  const auto read = [&](void* data, size_t bytes) {
    auto* to = static_cast<std::byte*>(data);
    while (bytes > 0) {
      const size_t piece = std::min(bytes, kChunk);
      if (file.Read(to, piece) != piece) throw damaged("it is cut off");
      hash.Update(to, piece);
      to += piece;
      bytes -= piece;
    }
  };
  Preamble preamble{};
  read(&preamble, kPreambleBytes1);
  if (std::memcmp(preamble.magic, kMagic, sizeof kMagic) != 0) {
    throw damaged("it is not a trainer state");
  }
  size_t before_header = kPreambleBytes1;
  if (preamble.version == 1) {
    preamble.moment_bits = 32;
  } else if (preamble.version == kVersion) {
    before_header = sizeof preamble;
    read(&preamble.moment_bits, before_header - kPreambleBytes1);
  } else {
    throw base::Error(
        "{} is of version {}, this program reads versions up to {}: use "
        "the artspeak that wrote it",
        path.string(), preamble.version, kVersion);
  }
  if (preamble.file_bytes != file.size()) throw damaged("it is cut off");
  // Nothing is allocated that the file is too short for.
  const uint64_t around = before_header + kDigestBytes;
  TrainerState state;
  if (file.size() < around + preamble.header_bytes ||
      !Resize(state, preamble, file.size() - around - preamble.header_bytes)) {
    throw damaged("its lengths do not add up");
  }
  std::string header(preamble.header_bytes, '\0');
  read(header.data(), header.size());
  ForEachArray(state, [&](auto& values) {
    read(values.data(), std::as_bytes(std::span(values)).size());
  });
  char digest[kDigestBytes];
  if (file.Read(digest, sizeof digest) != sizeof digest ||
      hash.Finish() != std::string_view(digest, sizeof digest)) {
    throw damaged("its checksum is wrong");
  }
  try {
    ReadHeader(header, state);
  } catch (const nlohmann::json::exception& fault) {
    throw damaged(fault.what());
  }
  return state;
}

}  // namespace artspeak::train
