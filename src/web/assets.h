// The files that pages refer to: style, script, pictures, fonts.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "web/file_stamp.h"

namespace artspeak::web {

// A folder's files, kept in memory and read again when they change.
// Thread-safe.
class Assets {
 public:
  struct Asset {
    std::string content;
    std::string type;  // of Content-Type
    std::string etag;  // of the content, quoted
  };

  explicit Assets(std::filesystem::path directory);

  // `path` as in "style.css" or "fonts/text.woff2": letters, digits, dots,
  // dashes and underscores, no part that begins with a dot. Nothing if there is
  // no such regular file, or it is larger than kMaxBytes.
  std::shared_ptr<const Asset> Find(std::string_view path) const;

  static constexpr int64_t kMaxBytes = 16 << 20;

 private:
  struct Known {
    FileStamp stamp;
    std::shared_ptr<const Asset> asset;
  };

  std::filesystem::path directory_;
  mutable std::mutex mutex_;  // guards known_
  mutable std::map<std::string, Known, std::less<>> known_;
};

}  // namespace artspeak::web
