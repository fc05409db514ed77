// Pages that stay the same for as long as what they are made from does: kept
// whole, so that a page that everyone looks at is made once.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.h"
#include "service/reception.h"
#include "web/file_stamp.h"
#include "web/pages.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class PageCache {
 public:
  static constexpr size_t kMaxPages = 256;
  static constexpr size_t kMaxPageBytes = 64 * 1024;

  // What a page is made from.
  struct Basis {
    std::string template_name = {};   // with its partials; empty: none
    std::filesystem::path file = {};  // what else of the site's folder it shows
    bool store = true;                // whether it shows what the store holds
    std::chrono::milliseconds life = std::chrono::hours(1);
  };

  struct Made {
    net::Response response;
    bool lasts = false;  // as long as its basis: keep it
  };

  PageCache(const Pages& pages, service::Reception& reception)
      : pages_(pages), reception_(reception) {}

  // Null: none is kept for `path`, or its basis changed. Waits for nothing but
  // the kernel's notes on files. Throws if a template has been broken.
  std::shared_ptr<const net::Response> Find(std::string_view path) const;

  // What `make` answers, kept for `path` if it lasts. Throws what it throws.
  net::Response Make(const std::string& path, const Basis& basis,
                     const std::function<Made()>& make) const;

 private:
  // What a basis was when it was looked at.
  struct State {
    std::shared_ptr<const void> page;
    std::optional<FileStamp> file;
    std::optional<service::StoreVersion> store;

    bool operator==(const State&) const = default;
  };
  struct Kept {
    Basis basis;
    State state;
    std::chrono::steady_clock::time_point made;
    std::shared_ptr<const net::Response> response;
  };

  State LookAt(const Basis& basis) const;

  const Pages& pages_;
  service::Reception& reception_;
  mutable std::mutex mutex_;  // guards kept_
  mutable std::map<std::string, std::shared_ptr<const Kept>, std::less<>> kept_;
};

}  // namespace artspeak::web
