// The public site: every page that a visitor sees, from templates that the
// artist may change while the program runs.
//
//   GET  /                    home
//   GET  /generate/           the form
//   GET  /examples/           reviews chosen by the owner (site/examples.txt)
//   GET  /review/<id>         waiting, generating, done, failed; blocked: 410
//   GET  /assets/<path>       files of site/assets, with an ETag
//   GET  /robots.txt, /health
//   POST /submission          303 to /review/<id>, or 422 with the form, its
//                             faults and what the visitor had written
//   POST /review/<id>/report  blocks the review, 303 to it
//
// A GET changes nothing; HEAD answers as GET. Pages name no other host, carry
// a strict Content-Security-Policy and need no script. Every POST is refused
// unless it comes from our own pages (or from a program that is no browser).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "net/http_message.h"
#include "service/reception.h"

namespace artspeak::web {

struct SiteOptions {
  std::filesystem::path directory = "site";  // templates, assets, examples.txt
  std::string base_url = "http://127.0.0.1:8080";  // scheme and host, no path
  std::string time_zone = "UTC";                   // as in /usr/share/zoneinfo
  std::string name = "Artspeak";                   // {{site}} in the templates
};

// Thread-safe. `reception` must outlive it.
class Site {
 public:
  // Larger bodies are answered 413 …
  static constexpr size_t kMaxBody = 16 * 1024;
  // … by a page in plain words as long as the server reads them: whoever pastes
  // a whole essay should not meet a closed connection. For the server's
  // max_body.
  static constexpr size_t kMaxReadBody = 128 * 1024;

  // Throws Error if the folder, the address or the time zone is no good, or a
  // template is missing or broken: better now than to the first visitor.
  Site(SiteOptions options, service::Reception& reception);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Never throws. The answer to HEAD carries the body that GET would have; the
  // server sends its length alone.
  net::Response Handle(const net::Request& request) noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::web
