// Pages that stay the same for as long as what they are made from does: kept
// whole, so that a page that everyone looks at is made once.
#pragma once

#include <atomic>
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
  // How long a file that was looked at is taken to be as it was: less than an
  // artist's hand takes from the editor to the browser.
  static constexpr std::chrono::milliseconds kTrust{20};

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
  using Time = std::chrono::steady_clock::time_point;

  struct Files {
    std::shared_ptr<const void> page;
    std::optional<FileStamp> file;

    bool operator==(const Files&) const = default;
  };
  struct Kept {
    Basis basis;
    Files files;
    std::optional<service::StoreVersion> store;
    Time made;
    std::atomic<Time> looked;  // at the files
    std::shared_ptr<const net::Response> response;
  };

  Files LookAt(const Basis& basis) const;

  const Pages& pages_;
  service::Reception& reception_;
  mutable std::mutex mutex_;  // guards kept_
  mutable std::map<std::string, std::shared_ptr<Kept>, std::less<>> kept_;
};

}  // namespace artspeak::web
