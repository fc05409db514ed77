#include "exchange/hub_listing.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/utf8.h"
#include "exchange/hub_name.h"

namespace artspeak::exchange {

using base::Error;
using nlohmann::json;

namespace {

constexpr uint64_t kLargestFile = uint64_t{1} << 40;  // keeps sums in 64 bits
constexpr size_t kMostShards = 1000;

// For a message: what came from outside, short and on one line.
std::string Shown(std::string_view text) {
  return base::OneLine(base::Utf8Prefix(text, 80));
}

// The text under `key`; "" when there is none.
std::string Text(const json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return "";
  return found->get<std::string>();
}

bool IsDigest(std::string_view text, size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

HubFile ParseFile(const json& entry, std::string_view model) {
  HubFile file{.name = Text(entry, "rfilename"), .digest = {}};
  const auto lfs = entry.find("lfs");
  const bool is_large = lfs != entry.end() && lfs->is_object();
  const json& sized = is_large ? *lfs : entry;
  file.digest = is_large ? Text(*lfs, "sha256") : Text(entry, "blobId");
  const auto size = sized.find("size");
  if (!IsDigest(file.digest, is_large ? 64 : 40) || size == sized.end() ||
      !size->is_number_unsigned() || size->get<uint64_t>() > kLargestFile) {
    throw Error(
        "the hub lists the file {} of {} without a proper size and hash: try "
        "again later, or another HF_ENDPOINT",
        file.name, model);
  }
  file.size = static_cast<int64_t>(size->get<uint64_t>());
  return file;
}

}  // namespace

const HubFile* HubListing::Find(std::string_view name) const {
  for (const HubFile& file : files) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

HubListing ParseHubListing(std::string_view text, std::string_view model) {
  const json answer = json::parse(text, nullptr, false);
  HubListing listing{.commit = Text(answer, "sha"), .files = {}};
  const auto siblings =
      answer.is_object() ? answer.find("siblings") : answer.end();
  if (!IsCommit(listing.commit) || siblings == answer.end() ||
      !siblings->is_array()) {
    throw Error(
        "the answer about {} is not that of a model hub: check HF_ENDPOINT and "
        "the proxy",
        model);
  }
  for (const json& entry : *siblings) {
    // Files in folders are none of a GPT-2's; they stay where they are.
    if (!IsPlainFileName(Text(entry, "rfilename"))) continue;
    listing.files.push_back(ParseFile(entry, model));
  }
  return listing;
}

std::vector<std::string> ParseShardIndex(std::string_view text,
                                         std::string_view place) {
  const json index = json::parse(text, nullptr, false);
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (!index.is_object() || map == index.end() || !map->is_object() ||
      map->empty()) {
    throw Error("{} is no index of weights: pull or copy it again", place);
  }
  std::set<std::string> names;
  for (const auto& [tensor, shard] : map->items()) {
    const std::string name = shard.is_string() ? shard.get<std::string>() : "";
    if (!IsPlainFileName(name) || !name.ends_with(".safetensors")) {
      throw Error(
          "{} lays the tensor \"{}\" into \"{}\", which is no safetensors file "
          "beside it: use another model",
          place, Shown(tensor), Shown(name));
    }
    names.insert(name);
    if (names.size() > kMostShards) {
      throw Error("{} names more than {} files: use another model", place,
                  kMostShards);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace artspeak::exchange
