#include "web/page_cache.h"

#include <utility>

namespace artspeak::web {

net::Response PageCache::Answer(const std::string& path, std::string_view page,
                                const std::optional<FileStamp>& list,
                                const std::function<Made()>& make) const {
  // Before the page is made: a change in between makes it old at once.
  const std::optional<service::StoreVersion> store = reception_.Version();
  if (!store) return make().response;
  const Stamp stamp = {*store, pages_.Identity(page), list};
  std::shared_ptr<const net::Response> known;
  {
    const std::scoped_lock lock(mutex_);
    const auto it = kept_.find(path);
    if (it != kept_.end() && it->second.stamp == stamp) {
      known = it->second.response;
    }
  }
  if (known) return *known;
  Made made = make();
  if (made.lasts && made.response.body.size() <= kMaxPageBytes) {
    auto response = std::make_shared<const net::Response>(made.response);
    const std::scoped_lock lock(mutex_);
    if (kept_.size() >= kMaxPages && !kept_.contains(path)) kept_.clear();
    kept_[path] = {stamp, std::move(response)};
  }
  return std::move(made.response);
}

}  // namespace artspeak::web
