// Pages that stay the same for as long as the store, their templates and their
// list do: kept whole, so that a page that everyone looks at is made once.
#pragma once

#include <cstddef>
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

  PageCache(const Pages& pages, service::Reception& reception)
      : pages_(pages), reception_(reception) {}

  struct Made {
    net::Response response;
    bool lasts = false;  // until something changes: keep it
  };

  // The answer at `path`: the kept one, or that of `make`. `page` is the name
  // of its template, `list` what else of the site's folder it shows. Throws
  // what `make` throws.
  net::Response Answer(const std::string& path, std::string_view page,
                       const std::optional<FileStamp>& list,
                       const std::function<Made()>& make) const;

 private:
  struct Stamp {
    service::StoreVersion store{};
    std::shared_ptr<const void> page;
    std::optional<FileStamp> list;

    bool operator==(const Stamp&) const = default;
  };
  struct Kept {
    Stamp stamp;
    std::shared_ptr<const net::Response> response;
  };

  const Pages& pages_;
  service::Reception& reception_;
  mutable std::mutex mutex_;  // guards kept_
  mutable std::map<std::string, Kept, std::less<>> kept_;
};

}  // namespace artspeak::web
