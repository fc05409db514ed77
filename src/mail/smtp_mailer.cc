#include "mail/smtp_mailer.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string_view>

#include "base/error.h"
#include "service/email_address.h"

namespace artspeak::mail {

using service::Delivery;
using service::DeliveryResult;

namespace {

std::string WithoutLineEnds(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' '; }, ' ');
  return text;
}

// The last line the server said, for the log.
size_t KeepReply(char* data, size_t size, size_t count, void* user) {
  *static_cast<std::string*>(user) = std::string(data, size * count);
  return size * count;
}

struct Upload {
  std::string_view rest;
};

size_t ReadUpload(char* buffer, size_t size, size_t count, void* user) {
  auto* upload = static_cast<Upload*>(user);
  const size_t bytes = std::min(size * count, upload->rest.size());
  std::memcpy(buffer, upload->rest.data(), bytes);
  upload->rest.remove_prefix(bytes);
  return bytes;
}

bool HasCredentials(const std::string& url) {
  struct Free {
    void operator()(CURLU* parts) const { curl_url_cleanup(parts); }
  };
  const std::unique_ptr<CURLU, Free> parts(curl_url());
  if (curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    throw base::Error(
        "[mail] url is no address of a mail server: write it like "
        "\"smtp://mail.example.org:587\"");
  }
  char* user = nullptr;
  const bool has =
      curl_url_get(parts.get(), CURLUPART_USER, &user, 0) == CURLUE_OK;
  curl_free(user);
  return has;
}

// 530, 534, 535, 538 speak of the password or of encryption (RFC 4954): of the
// site, not of this mail.
bool IsAboutTheMail(long reply) {
  return reply >= 500 && reply < 600 && !(reply >= 530 && reply <= 538);
}

}  // namespace

struct SmtpMailer::Connection {
  struct Close {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };
  std::unique_ptr<CURL, Close> curl;
  char error[CURL_ERROR_SIZE] = "";
  std::string reply;
};

SmtpMailer::SmtpMailer(const std::string& url, Sender sender, Timeouts timeouts)
    : connection_(std::make_unique<Connection>()), sender_(std::move(sender)) {
  static std::once_flag once;  // libcurl's own global state
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!url.starts_with("smtp://") && !url.starts_with("smtps://")) {
    throw base::Error(
        "[mail] url must begin with smtp:// or smtps://, like "
        "\"smtp://mail.example.org:587\"");
  }
  const bool secret = HasCredentials(url);
  connection_->curl.reset(curl_easy_init());
  CURL* curl = connection_->curl.get();
  if (!curl) throw base::Error("libcurl could not be started");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   static_cast<long>(secret ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(timeouts.connect.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(timeouts.total.count()));
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, connection_->error);
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, ReadUpload);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, KeepReply);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &connection_->reply);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, KeepReply);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &connection_->reply);
}

SmtpMailer::~SmtpMailer() = default;

DeliveryResult SmtpMailer::Send(const service::Mail& mail) {
  // libcurl puts these into the dialogue as they are, line breaks and all.
  if (!service::IsEmailAddress(mail.to)) {
    return {Delivery::kRefused, "the address is no mail address"};
  }
  std::string message;
  try {
    message = FormatMessage(sender_, mail);
  } catch (const base::Error& error) {
    return {Delivery::kRefused, error.what()};
  }

  CURL* curl = connection_->curl.get();
  struct Free {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  const std::unique_ptr<curl_slist, Free> recipients(
      curl_slist_append(nullptr, fmt::format("<{}>", mail.to).c_str()));
  const std::string from = fmt::format("<{}>", sender_.address);
  Upload upload{message};
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  connection_->error[0] = '\0';
  connection_->reply.clear();

  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return {Delivery::kSent, ""};

  long reply = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
  std::string reason = connection_->error[0] != '\0' ? connection_->error
                                                     : curl_easy_strerror(code);
  if (reply >= 400 && !connection_->reply.empty()) {
    reason += " (" + connection_->reply + ")";
  }
  // Only what the server said to this mail's commands, not to the log-in.
  const bool refused =
      code != CURLE_LOGIN_DENIED && code != CURLE_USE_SSL_FAILED &&
      code != CURLE_OPERATION_TIMEDOUT && IsAboutTheMail(reply);
  return {refused ? Delivery::kRefused : Delivery::kRetry,
          WithoutLineEnds(std::move(reason))};
}

}  // namespace artspeak::mail
