// Asks a model hub: patient with one that is busy or breaks off, not with one
// that says no.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "exchange/hub_blob.h"
#include "exchange/hub_listing.h"
#include "exchange/hub_name.h"
#include "exchange/hub_settings.h"
#include "net/http_client.h"

namespace artspeak::exchange {

// No answer came, or only that of a hub in trouble: what was pulled before can
// still be used.
class HubUnreachable : public base::Error {
 public:
  using Error::Error;
};

// A broken connection, a stall, 429 and 5xx are tried again, after pauses that
// grow from 1 s to 16 s or last as long as Retry-After asks (5 minutes at
// most); after six failures in a row it throws HubUnreachable. A download that
// went on by a MiB counts as none. A host that does not answer is believed at
// once, unless it has answered before. Every other refusal, and a stop, is an
// Error. The token goes to the endpoint alone, not to where a redirect leads.
// Not thread-safe.
class HubClient {
 public:
  // Is told of each pause before it begins, in a sentence; may be empty.
  using PauseCallback = std::function<void(const std::string& sentence)>;

  HubClient(HubAccess access, base::Clock& clock, std::stop_token stop,
            PauseCallback on_pause);

  // The host, for a person: "huggingface.co".
  std::string host() const;

  // The commit that the name's revision means, and its files.
  HubListing List(const HubName& name);

  // A small file, checked against its hash.
  std::string Read(const HubName& name, const std::string& commit,
                   const HubFile& file);

  // Goes on until the blob is full, telling after each piece; its hash is not
  // checked yet.
  void Download(const HubName& name, const std::string& commit,
                PartialBlob& blob, const std::function<void()>& progress);

 private:
  void Persist(const std::function<void()>& attempt);
  // One try. Throws unless the answer is 200 or 206, or says that a part does
  // not exist (416).
  net::FetchResult Fetch(const HubName& name, net::FetchRequest request);
  void DownloadRest(const HubName& name, const std::string& url,
                    PartialBlob& blob, const std::function<void()>& progress);
  std::string FileUrl(const HubName& name, const std::string& commit,
                      const HubFile& file) const;
  // Throws what the status means.
  [[noreturn]] void Refuse(const HubName& name,
                           const net::FetchResult& answer) const;

  HubAccess access_;
  base::Clock& clock_;
  std::stop_token stop_;
  PauseCallback on_pause_;
  net::HttpClient http_{{}};
  bool answered_ = false;  // the hub, at least once
  int64_t furthest_ = 0;   // bytes of the blob in hand, at its best
};

}  // namespace artspeak::exchange
