#include "exchange/hub_client.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "net/retry_after.h"
#include "net/url.h"

namespace artspeak::exchange {

using base::Error;
using base::Seconds;

namespace {

constexpr int kMostFailures = 6;  // in a row
constexpr Seconds kFirstPause(1);
constexpr Seconds kLongestPause(300);
constexpr int64_t kProgress = 1 << 20;  // bytes that make up for failures

// What may be over at the next try.
struct PassingFault {
  std::string sentence;
  std::optional<Seconds> wait = {};  // as the hub asks
};

// "bytes 100-199/200" (RFC 9110, 14.4): where it begins, and of how many.
struct ContentRange {
  int64_t begin = -1;
  int64_t total = -1;
};

int64_t TakeNumber(std::string_view& text) {
  int64_t number = -1;
  const auto [end, fault] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc()) return -1;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

ContentRange ParseContentRange(const std::string* header) {
  constexpr std::string_view kUnit = "bytes ";
  ContentRange range;
  if (header == nullptr || !header->starts_with(kUnit)) return range;
  std::string_view rest = std::string_view(*header).substr(kUnit.size());
  range.begin = TakeNumber(rest);
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  rest.remove_prefix(slash + 1);
  range.total = TakeNumber(rest);
  return range;
}

// sent: -1 where the answer does not say.
void CheckSize(const HubFile& file, int64_t sent) {
  if (sent < 0 || sent == file.size) return;
  throw Error(
      "the hub lists {} with {} bytes and sends {}: try again later, or "
      "another "
      "HF_ENDPOINT",
      file.name, file.size, sent);
}

// Makes the blob ready for the body that follows this head.
void BeginBody(const net::FetchResult& head, PartialBlob& blob) {
  if (head.status == 200) {
    if (const std::string* length = head.Find("Content-Length")) {
      std::string_view text = *length;
      CheckSize(blob.file(), TakeNumber(text));
    }
    if (blob.size() > 0) blob.Restart();
    return;
  }
  const ContentRange range = ParseContentRange(head.Find("Content-Range"));
  if (range.begin != blob.size()) {
    blob.Restart();
    throw PassingFault{
        fmt::format("the hub sends another part of {} than it was asked for",
                    blob.file().name)};
  }
  CheckSize(blob.file(), range.total);
}

std::string Escaped(const std::string& revision) {
  std::string escaped;
  for (const char c : revision) {
    escaped += c == '/' ? "%2F" : std::string(1, c);
  }
  return escaped;
}

}  // namespace

HubClient::HubClient(HubAccess access, base::Clock& clock, std::stop_token stop,
                     PauseCallback on_pause)
    : access_(std::move(access)),
      clock_(clock),
      stop_(std::move(stop)),
      on_pause_(std::move(on_pause)) {}

std::string HubClient::host() const {
  const auto url = net::ParseUrl(access_.endpoint);
  return url ? url->authority() : access_.endpoint;
}

HubListing HubClient::List(const HubName& name) {
  std::string text;
  Persist([&] {
    text = Fetch(name,
                 {.url = fmt::format("{}/api/models/{}/revision/{}?blobs=true",
                                     access_.endpoint, name.repository,
                                     Escaped(name.revision))})
               .body;
  });
  return ParseHubListing(text, name.text());
}

std::string HubClient::FileUrl(const HubName& name, const std::string& commit,
                               const HubFile& file) const {
  return fmt::format("{}/{}/resolve/{}/{}", access_.endpoint, name.repository,
                     commit, file.name);
}

std::string HubClient::Read(const HubName& name, const std::string& commit,
                            const HubFile& file) {
  std::string text;
  Persist(
      [&] { text = Fetch(name, {.url = FileUrl(name, commit, file)}).body; });
  HubDigest digest(file);
  digest.Update(text);
  if (!digest.Matches()) {
    throw Error(
        "{} did not arrive as the hub lists it (its hash differs): pull again",
        file.name);
  }
  return text;
}

void HubClient::Download(const HubName& name, const std::string& commit,
                         PartialBlob& blob,
                         const std::function<void()>& progress) {
  furthest_ = blob.size();
  const std::string url = FileUrl(name, commit, blob.file());
  Persist([&] {
    if (!blob.full()) DownloadRest(name, url, blob, progress);
  });
}

void HubClient::DownloadRest(const HubName& name, const std::string& url,
                             PartialBlob& blob,
                             const std::function<void()>& progress) {
  bool begun = false;
  const auto take = [&](const net::FetchResult& head, std::string_view bytes) {
    if (!std::exchange(begun, true)) BeginBody(head, blob);
    blob.Append(bytes);
    furthest_ = std::max(furthest_, blob.size());
    progress();
  };
  const net::FetchResult answer =
      Fetch(name, {.url = url, .offset = blob.size(), .sink = take});
  if (answer.status == 416) {
    blob.Restart();
    throw PassingFault{fmt::format("{} has no such part", url)};
  }
  if (!blob.full()) {
    throw PassingFault{fmt::format("{} ends after {} of {} bytes", url,
                                   blob.size(), blob.file().size)};
  }
}

net::FetchResult HubClient::Fetch(const HubName& name,
                                  net::FetchRequest request) {
  if (!access_.token.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + access_.token});
  }
  net::FetchResult answer;
  try {
    answer = http_.Fetch(request, stop_);
  } catch (const net::FetchError& error) {
    switch (error.failure()) {
      case net::FetchFailure::kStopped:
        throw Error("stopped before all of {} was here: pull again to go on",
                    name.text());
      case net::FetchFailure::kDns:
      case net::FetchFailure::kRefused:
      case net::FetchFailure::kTimeout:
      case net::FetchFailure::kTls:
        if (!answered_) throw HubUnreachable(error.what());
        [[fallthrough]];
      case net::FetchFailure::kBroken:
        throw PassingFault{error.what()};
      default:
        throw;
    }
  }
  answered_ = true;
  const bool is_no_part = answer.status == 416 && request.offset > 0;
  if (answer.status != 200 && answer.status != 206 && !is_no_part) {
    Refuse(name, answer);
  }
  return answer;
}

void HubClient::Refuse(const HubName& name,
                       const net::FetchResult& answer) const {
  const int status = answer.status;
  const std::string sentence =
      fmt::format("{} answers {} {}", host(), status, net::StatusText(status));
  if (status == 429 || status >= 500) {
    PassingFault fault{sentence};
    if (const std::string* asked = answer.Find("Retry-After")) {
      fault.wait = net::ParseRetryAfter(*asked, clock_.Now());
    }
    throw fault;
  }
  const std::string page = access_.endpoint + "/" + name.repository;
  if ((status == 401 || status == 403) && !access_.token.empty()) {
    throw Error(
        "{} does not let the token of HF_TOKEN read {}: accept the model's "
        "terms at {}, or give another token",
        host(), name.text(), page);
  }
  if (status == 401 || status == 403) {
    throw Error(
        "{} is private or gated on {}, or not there: check the name, accept "
        "its terms at {}, and set HF_TOKEN to a token that may read it",
        name.text(), host(), page);
  }
  const std::string* code = answer.Find("X-Error-Code");
  if (status == 404 && code != nullptr && *code == "RevisionNotFound") {
    throw Error("{} has no revision {}: see its branches and tags at {}",
                name.repository, name.revision, page);
  }
  if (status == 404) {
    throw Error(
        "there is no model {} on {}, or it is private: check the name, or set "
        "HF_TOKEN to a token that may read it",
        name.text(), host());
  }
  throw Error("{}: try again later, or another HF_ENDPOINT", sentence);
}

void HubClient::Persist(const std::function<void()>& attempt) {
  int64_t before = furthest_;
  Seconds pause = kFirstPause;
  for (int failures = 1;; ++failures) {
    try {
      return attempt();
    } catch (const PassingFault& fault) {
      if (furthest_ - before >= kProgress) {
        before = furthest_;
        failures = 1;
        pause = kFirstPause;
      }
      if (failures == kMostFailures) {
        throw HubUnreachable("{}: try again later, what is here is kept",
                             fault.sentence);
      }
      const Seconds wait = std::min(fault.wait.value_or(pause), kLongestPause);
      pause *= 2;
      if (on_pause_) {
        on_pause_(fmt::format("{}: asking again in {:.0f} s", fault.sentence,
                              wait.count()));
      }
      if (!clock_.Sleep(std::chrono::ceil<std::chrono::milliseconds>(wait),
                        stop_)) {
        throw Error("stopped: pull again to go on");
      }
    }
  }
}

}  // namespace artspeak::exchange
