// An AdmissionStore in memory, for tests of one process.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "service/admission_store.h"

namespace artspeak::testing {

// Entries in a list; `waiting` is the line.
class FakeAdmissionStore : public service::AdmissionStore {
 public:
  service::Traffic Count(const service::Entry& entry,
                         base::UnixTime since) override {
    if (broken) throw base::Error("the database is locked");
    ++counted;
    service::Traffic traffic;
    traffic.waiting = waiting;
    traffic.spent = spent.contains(entry.ticket_number);
    for (const auto& [at, e] : entries) {
      if (at <= since) continue;
      if (traffic.total++ == 0) traffic.total_oldest = at;
      if (e.client == entry.client) {
        if (traffic.of_client++ == 0) traffic.client_oldest = at;
        traffic.client_newest = at;
      }
      if (e.prompt == entry.prompt && traffic.of_prompt++ == 0) {
        traffic.prompt_oldest = at;
      }
    }
    return traffic;
  }
  bool Enter(
      const service::Entry& entry, const Times& times,
      const std::function<bool(const service::Traffic&)>& may_enter) override {
    if (before_enter) before_enter();
    if (!may_enter(Count(entry, times.since))) return false;
    entries.emplace_back(times.now, entry);
    if (!entry.ticket_number.empty()) spent.insert(entry.ticket_number);
    return true;
  }

  bool PromiseMail(const std::string& address, int limit,
                   base::UnixTime now) override {
    if (broken) throw base::Error("the database is locked");
    std::vector<base::UnixTime>& promised = mails[address];
    std::erase_if(promised, [&](base::UnixTime at) {
      return at <= now - service::kMailWindow;
    });
    if (static_cast<int>(promised.size()) >= limit) return false;
    promised.push_back(now);
    return true;
  }

  std::vector<std::pair<base::UnixTime, service::Entry>> entries;
  std::map<std::string, std::vector<base::UnixTime>> mails;
  std::set<std::string> spent;
  std::function<void()> before_enter;
  int waiting = 0;
  int counted = 0;
  bool broken = false;
};

}  // namespace artspeak::testing
