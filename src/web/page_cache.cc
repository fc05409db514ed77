#include "web/page_cache.h"

#include <utility>

#include "web/safe_answer.h"

namespace artspeak::web {

PageCache::State PageCache::LookAt(const Basis& basis) const {
  State state;
  if (basis.store) state.store = reception_.Version();
  if (!basis.template_name.empty()) {
    state.page = pages_.Identity(basis.template_name);
  }
  if (!basis.file.empty()) {
    state.file = StampOf(pages_.directory() / basis.file);
  }
  return state;
}

std::shared_ptr<const net::Response> PageCache::Find(
    std::string_view path) const {
  std::shared_ptr<const Kept> kept;
  {
    const std::scoped_lock lock(mutex_);
    const auto it = kept_.find(path);
    if (it == kept_.end()) return nullptr;
    kept = it->second;
  }
  const auto age = std::chrono::steady_clock::now() - kept->made;
  if (age >= kept->basis.life || LookAt(kept->basis) != kept->state) {
    return nullptr;
  }
  return kept->response;
}

net::Response PageCache::Make(const std::string& path, const Basis& basis,
                              const std::function<Made()>& make) const {
  auto kept = std::make_shared<Kept>();
  kept->basis = basis;
  kept->made = std::chrono::steady_clock::now();
  // Before the page is made: a change in between makes it old at once.
  kept->state = LookAt(basis);
  Made made = make();
  if (!made.lasts || made.response.body.size() > kMaxPageBytes ||
      (basis.store && !kept->state.store)) {
    return std::move(made.response);
  }
  auto response = std::make_shared<net::Response>(made.response);
  AddPageHeaders(*response);
  kept->response = std::move(response);
  const std::scoped_lock lock(mutex_);
  if (kept_.size() >= kMaxPages && !kept_.contains(path)) kept_.clear();
  kept_[path] = std::move(kept);
  return std::move(made.response);
}

}  // namespace artspeak::web
