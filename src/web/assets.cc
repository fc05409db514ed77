#include "web/assets.h"

#include <array>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "web/etag.h"

namespace artspeak::web {

namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// No part is empty, "." or "..", or hidden: the path stays in its folder.
bool IsAssetPath(std::string_view path) {
  if (path.size() > 200) return false;
  bool at_begin = true;
  for (const char c : path) {
    if (at_begin ? !IsNameCharacter(c) || c == '.'
                 : !IsNameCharacter(c) && c != '/') {
      return false;
    }
    at_begin = c == '/';
  }
  return !at_begin;
}

std::string_view TypeOf(const std::filesystem::path& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14>
      kTypes = {{{".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".txt", "text/plain; charset=utf-8"},
                 {".svg", "image/svg+xml"},
                 {".png", "image/png"},
                 {".jpg", "image/jpeg"},
                 {".jpeg", "image/jpeg"},
                 {".gif", "image/gif"},
                 {".webp", "image/webp"},
                 {".avif", "image/avif"},
                 {".ico", "image/x-icon"},
                 {".woff", "font/woff"},
                 {".woff2", "font/woff2"},
                 {".pdf", "application/pdf"}}};
  const std::string extension = path.extension().string();
  for (const auto& [known, type] : kTypes) {
    if (extension == known) return type;
  }
  return "application/octet-stream";
}

}  // namespace

Assets::Assets(std::filesystem::path directory)
    : directory_(std::move(directory)) {}

std::shared_ptr<const Assets::Asset> Assets::Find(std::string_view path) const {
  if (!IsAssetPath(path)) return nullptr;
  const std::filesystem::path file = directory_ / path;
  const std::optional<FileStamp> stamp = StampOf(file);
  if (!stamp || stamp->size > kMaxBytes) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    const auto it = known_.find(path);
    if (it != known_.end() && it->second.stamp == *stamp) {
      return it->second.asset;
    }
  }
  auto asset = std::make_shared<Asset>();
  try {
    asset->content = base::ReadFile(file);
  } catch (const base::Error& error) {
    base::LogError("an asset could not be read: {}", error.what());
    return nullptr;
  }
  asset->type = TypeOf(file);
  asset->etag = ETagOf(asset->content);
  const std::lock_guard lock(mutex_);
  known_[std::string(path)] = Known{*stamp, asset};
  return asset;
}

}  // namespace artspeak::web
