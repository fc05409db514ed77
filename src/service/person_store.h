// Port: what the site keeps about a person, to erase it.
#pragma once

#include <string_view>

#include "service/audit_trail.h"

namespace artspeak::service {

struct ErasedPerson {
  bool subscription = false;  // the address was on the list, or asked to be
  int addresses = 0;          // taken off so many reviews
  int reviews = 0;            // erased with their texts
};

// Thread-safe, and several processes may share one store.
class PersonStore {
 public:
  virtual ~PersonStore() = default;

  // Erases the address, in whatever case it was typed, wherever it stands: the
  // list, reviews, and mails that wait; and the hashes of the network addresses
  // that these reviews came from, and its own that limits mails. With
  // `reviews`, the reviews too; a worker that holds one of them loses its
  // lease. The audit trail tells that a person was erased, not who. All in one
  // transaction, or throws base::Error and has done nothing.
  virtual ErasedPerson Erase(std::string_view address, bool reviews,
                             const Deed& deed) = 0;
};

}  // namespace artspeak::service
