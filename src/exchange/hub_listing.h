// What the hub says of a model's files: the answer of its API, and the index of
// weights that lie in several files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace artspeak::exchange {

struct HubFile {
  std::string name;  // plain: it leads into no other folder
  int64_t size = 0;  // bytes
  // What its bytes hash to, in hexadecimal digits: 64 of SHA-256 for a large
  // file, 40 of SHA-1 for a small one (see HubDigest). The cache names it so.
  std::string digest;

  bool operator==(const HubFile&) const = default;
};

struct HubListing {
  std::string commit;          // 40 hexadecimal digits
  std::vector<HubFile> files;  // those of the top folder with plain names

  // Null when there is none of that name.
  const HubFile* Find(std::string_view name) const;
};

// Reads the answer to GET /api/models/NAME/revision/REVISION?blobs=true:
// {"sha": commit, "siblings": [{"rfilename", "size", "blobId", "lfs":
// {"sha256", "size"}}]}. `model` is the name for a message. Throws Error when
// it is no such answer.
HubListing ParseHubListing(std::string_view json, std::string_view model);

// Reads model.safetensors.index.json: the names of the files that hold the
// weights, each once. Throws Error when it is damaged or a name is not plain.
std::vector<std::string> ParseShardIndex(std::string_view json,
                                         std::string_view place);

}  // namespace artspeak::exchange
