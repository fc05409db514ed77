#include "web/page_cache.h"

#include <utility>

#include "web/safe_answer.h"

namespace artspeak::web {

PageCache::Files PageCache::LookAt(const Basis& basis) const {
  Files files;
  if (!basis.template_name.empty()) {
    files.page = pages_.Identity(basis.template_name);
  }
  if (!basis.file.empty()) {
    files.file = StampOf(pages_.directory() / basis.file);
  }
  return files;
}

std::shared_ptr<const net::Response> PageCache::Find(
    std::string_view path) const {
  std::shared_ptr<Kept> kept;
  {
    const std::scoped_lock lock(mutex_);
    const auto it = kept_.find(path);
    if (it == kept_.end()) return nullptr;
    kept = it->second;
  }
  const Time now = std::chrono::steady_clock::now();
  if (now - kept->made >= kept->basis.life) return nullptr;
  if (kept->basis.store && reception_.Version() != kept->store) return nullptr;
  if (now - kept->looked.load() >= kTrust) {
    if (LookAt(kept->basis) != kept->files) return nullptr;
    kept->looked = now;
  }
  return kept->response;
}

net::Response PageCache::Make(const std::string& path, const Basis& basis,
                              const std::function<Made()>& make) const {
  // Before the page is made: a change in between makes it old at once.
  auto kept = std::make_shared<Kept>();
  kept->made = std::chrono::steady_clock::now();
  kept->looked = kept->made;
  kept->basis = basis;
  if (basis.store) kept->store = reception_.Version();
  kept->files = LookAt(basis);
  Made made = make();
  if (!made.lasts || made.response.body.size() > kMaxPageBytes ||
      (basis.store && !kept->store)) {
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
