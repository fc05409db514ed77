// A model hub on loopback: its API, its files, and the other host to which it
// sends for large ones. For rooms that include net.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/sha.h"
#include "tests/support/breaking_server.h"

namespace artspeak::testing {

struct HubDoubleFile {
  std::string name;
  std::string content;
  bool large = false;       // named by SHA-256, served by the other host
  std::string digest = {};  // as listed
  size_t listed_size = 0;
};

// Serves one model, "tiny/model", at the commit Commit(), which "main" and "v1"
// mean.
class HubDouble {
 public:
  using Fault = std::function<std::optional<ServerAnswer>(const net::Request&)>;

  static std::string Commit() { return std::string(40, 'c'); }

  HubDouble() = default;
  // With the files of a model's folder; safetensors are large.
  explicit HubDouble(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      Add(entry.path().filename().string(), base::ReadFile(entry.path()),
          entry.path().extension() == ".safetensors");
    }
  }

  // Replaces the file of that name. Before the first request.
  HubDoubleFile& Add(const std::string& name, const std::string& content,
                     bool large = false) {
    Remove(name);
    base::Sha sha(large ? base::ShaKind::kSha256 : base::ShaKind::kSha1);
    if (!large) {
      sha.Update(fmt::format("blob {}", content.size()));
      sha.Update("\0", 1);
    }
    sha.Update(content);
    files_.push_back({name, content, large, sha.FinishHex(), content.size()});
    return files_.back();
  }
  void Remove(const std::string& name) {
    std::erase_if(files_, [&](const auto& file) { return file.name == name; });
  }
  const HubDoubleFile& Get(const std::string& name) const {
    return *std::find_if(files_.begin(), files_.end(),
                         [&](const auto& file) { return file.name == name; });
  }

  // Asked before each answer of either host; what it gives is sent in its
  // place. Runs in the servers' threads.
  void SetFault(Fault fault) {
    const std::lock_guard lock(mutex_);
    fault_ = std::make_shared<Fault>(std::move(fault));
  }

  std::string endpoint() const { return hub_.origin(); }

  // What was asked of each host so far.
  std::vector<net::Request> hub_requests() const { return Copy(hub_asked_); }
  std::vector<net::Request> store_requests() const {
    return Copy(store_asked_);
  }

  // The content from where the request's Range begins.
  static ServerAnswer Part(const net::Request& request,
                           const std::string& content) {
    const std::string* range = net::FindHeader(request.headers, "Range");
    if (range == nullptr) return {{200, {}, content}};
    const size_t begin =
        std::stoul(range->substr(std::string("bytes=").size()));
    if (begin >= content.size()) return {{416, {}, ""}};
    return {
        {206,
         {{"Content-Range", fmt::format("bytes {}-{}/{}", begin,
                                        content.size() - 1, content.size())}},
         content.substr(begin)}};
  }

 private:
  std::vector<net::Request> Copy(const std::vector<net::Request>& asked) const {
    const std::lock_guard lock(mutex_);
    return asked;
  }

  std::optional<ServerAnswer> Note(std::vector<net::Request>& asked,
                                   const net::Request& request) {
    std::shared_ptr<Fault> fault;
    {
      const std::lock_guard lock(mutex_);
      asked.push_back(request);
      fault = fault_;
    }
    return fault && *fault ? (*fault)(request) : std::nullopt;
  }

  std::string Listing() const {
    std::string siblings;
    for (const HubDoubleFile& file : files_) {
      if (!siblings.empty()) siblings += ", ";
      siblings += fmt::format(
          R"({{"rfilename": "{}", "size": {}, "blobId": "{}")", file.name,
          file.listed_size, file.large ? std::string(40, 'a') : file.digest);
      if (file.large) {
        siblings += fmt::format(R"(, "lfs": {{"sha256": "{}", "size": {}}})",
                                file.digest, file.listed_size);
      }
      siblings += "}";
    }
    return fmt::format(
        R"({{"id": "tiny/model", "sha": "{}", "siblings": [{}]}})", Commit(),
        siblings);
  }

  ServerAnswer AnswerOfHub(const net::Request& request) {
    if (auto fault = Note(hub_asked_, request)) return *fault;
    const std::string& target = request.target;
    const std::string api = "/api/models/tiny/model/revision/";
    if (target.starts_with(api)) {
      const std::string revision =
          target.substr(api.size(), target.find('?') - api.size());
      if (revision == "main" || revision == "v1" || revision == Commit()) {
        return {{200, {{"Content-Type", "application/json"}}, Listing()}};
      }
      return {{404, {{"X-Error-Code", "RevisionNotFound"}}, "{}"}};
    }
    const std::string resolve = "/tiny/model/resolve/" + Commit() + "/";
    for (const HubDoubleFile& file : files_) {
      if (target != resolve + file.name) continue;
      if (!file.large) return Part(request, file.content);
      return {{302,
               {{"Location", store_.origin() + "/" + file.name},
                {"X-Linked-Etag", "\"" + file.digest + "\""}},
               ""}};
    }
    return {{404, {{"X-Error-Code", "RepoNotFound"}}, "{}"}};
  }

  ServerAnswer AnswerOfStore(const net::Request& request) {
    if (auto fault = Note(store_asked_, request)) return *fault;
    return Part(request, Get(request.target.substr(1)).content);
  }

  std::vector<HubDoubleFile> files_;
  mutable std::mutex mutex_;  // guards what follows up to the servers
  std::vector<net::Request> hub_asked_, store_asked_;
  std::shared_ptr<Fault> fault_;
  BreakingServer store_{
      [this](const net::Request& request) { return AnswerOfStore(request); }};
  BreakingServer hub_{
      [this](const net::Request& request) { return AnswerOfHub(request); }};
};

}  // namespace artspeak::testing
