#include "train/trainer_state.h"

#include <bit>
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
constexpr uint32_t kVersion = 1;
constexpr size_t kDigestBytes = 16;

// The first bytes of the file.
struct Preamble {
  char magic[8];
  uint32_t version;
  uint32_t header_bytes;
  uint64_t file_bytes;
  uint64_t moments;  // floats in each of the two arrays
};
static_assert(sizeof(Preamble) == 32);

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

TrainerState FromHeader(std::string_view text) {
  const auto json = nlohmann::json::parse(text);
  TrainerState state;
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
  return state;
}

}  // namespace

void SaveState(const std::filesystem::path& path, const TrainerState& state) {
  const std::string header = Header(state);
  const std::span<const float> first = state.moments.first;
  const std::span<const float> second = state.moments.second;
  Preamble preamble;
  std::memcpy(preamble.magic, kMagic, sizeof kMagic);
  preamble.version = kVersion;
  preamble.header_bytes = static_cast<uint32_t>(header.size());
  preamble.moments = first.size();
  preamble.file_bytes = sizeof preamble + header.size() + first.size_bytes() +
                        second.size_bytes() + kDigestBytes;

  base::AtomicFile file(path);
  base::Blake2b hash(kDigestBytes);
  const auto write = [&](const void* data, size_t bytes) {
    file.Write(data, bytes);
    hash.Update(data, bytes);
  };
  write(&preamble, sizeof preamble);
  write(header.data(), header.size());
  write(first.data(), first.size_bytes());
  write(second.data(), second.size_bytes());
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
  const base::MappedFile file(path);
  const std::span<const std::byte> bytes = file.bytes();
  Preamble preamble;
  if (bytes.size() < sizeof preamble + kDigestBytes) {
    throw damaged("it is cut off");
  }
  std::memcpy(&preamble, bytes.data(), sizeof preamble);
  if (std::memcmp(preamble.magic, kMagic, sizeof kMagic) != 0) {
    throw damaged("it is not a trainer state");
  }
  if (preamble.version != kVersion) {
    throw base::Error(
        "{} is of version {}, this program reads version {}: use "
        "the artspeak that wrote it",
        path.string(), preamble.version, kVersion);
  }
  if (preamble.file_bytes != bytes.size()) throw damaged("it is cut off");
  base::Blake2b hash(kDigestBytes);
  hash.Update(bytes.data(), bytes.size() - kDigestBytes);
  if (std::memcmp(hash.Finish().data(), &bytes[bytes.size() - kDigestBytes],
                  kDigestBytes) != 0) {
    throw damaged("its checksum is wrong");
  }
  // From here the bytes are those we wrote, unless someone wrote them on
  // purpose: the sizes are checked all the same.
  const size_t content = bytes.size() - sizeof preamble - kDigestBytes;
  if (preamble.moments > content / (2 * sizeof(float)) ||
      preamble.header_bytes + 2 * sizeof(float) * preamble.moments != content) {
    throw damaged("its lengths do not add up");
  }
  const char* at =
      reinterpret_cast<const char*>(bytes.data()) + sizeof preamble;
  TrainerState state;
  try {
    state = FromHeader({at, preamble.header_bytes});
  } catch (const nlohmann::json::exception& fault) {
    throw damaged(fault.what());
  }
  at += preamble.header_bytes;
  for (std::vector<float>* values :
       {&state.moments.first, &state.moments.second}) {
    values->resize(preamble.moments);
    const size_t size = values->size() * sizeof(float);
    if (size > 0) std::memcpy(values->data(), at, size);
    at += size;
  }
  return state;
}

}  // namespace artspeak::train
