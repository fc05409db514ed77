#include "service/mail_domains.h"

#include <algorithm>
#include <utility>

namespace artspeak::service {

namespace {

constexpr size_t kMaxWaiting = 16;
constexpr size_t kMaxKnown = 1000;
constexpr std::chrono::minutes kKept{10};

std::string DomainOf(std::string_view address) {
  std::string domain(address.substr(address.rfind('@') + 1));
  for (char& c : domain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return domain;
}

bool IsReserved(std::string_view domain) {
  for (const std::string_view name :
       {"example", "test", "invalid", "localhost", "example.com", "example.net",
        "example.org"}) {
    if (domain == name) return true;
    if (domain.ends_with(name) &&
        domain[domain.size() - name.size() - 1] == '.') {
      return true;
    }
  }
  return false;
}

}  // namespace

MailDomains::MailDomains(Lookup lookup, base::Clock& clock,
                         std::chrono::milliseconds patience)
    : lookup_(std::move(lookup)),
      clock_(clock),
      patience_(patience),
      thread_([this](std::stop_token stop) { Run(stop); }) {}

MailDomains::~MailDomains() = default;

const MailDomains::Known* MailDomains::Find(const std::string& domain) const {
  const auto it = known_.find(domain);
  if (it == known_.end() || it->second.until <= clock_.Now()) return nullptr;
  return &it->second;
}

MailDomain MailDomains::Of(std::string_view address) {
  const std::string domain = DomainOf(address);
  if (IsReserved(domain)) return MailDomain::kUnknown;
  std::unique_lock lock(mutex_);
  if (const Known* known = Find(domain)) return known->answer;
  if (std::find(waiting_.begin(), waiting_.end(), domain) == waiting_.end()) {
    if (waiting_.size() >= kMaxWaiting) return MailDomain::kUnknown;
    waiting_.push_back(domain);
    changed_.notify_all();
  }
  changed_.wait_for(lock, patience_, [&] { return Find(domain) != nullptr; });
  const Known* known = Find(domain);
  return known == nullptr ? MailDomain::kUnknown : known->answer;
}

void MailDomains::Run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
    if (stop.stop_requested()) return;
    const std::string domain = waiting_.front();
    lock.unlock();
    const MailDomain answer = lookup_(domain);
    lock.lock();
    waiting_.pop_front();
    if (known_.size() >= kMaxKnown) known_.clear();
    known_[domain] = {answer, clock_.Now() + kKept};
    changed_.notify_all();
  }
}

}  // namespace artspeak::service
