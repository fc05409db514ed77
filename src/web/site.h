// The public site: every page that a visitor sees, from templates that the
// artist may change while the program runs.
//
//   /                                     home
//   /generate/, /submission               form_routes.h
//   /review/<id>                          review_routes.h
//   /subscription/<token>                 subscription_routes.h
//   /card.png, /review/<id>/card.png      card_routes.h
//   /review/<id>/events, /review/<id>.json  live_routes.h
//   /examples/                            reviews that the owner chose
//                                         (examples_file.h)
//   /gallery/, /sitemap.xml               gallery_routes.h
//   /assets/<path>, /robots.txt           file_routes.h
//   /health                               for whoever watches the site
//
// A GET changes nothing; HEAD answers as GET. Pages name no other host, carry
// a strict Content-Security-Policy and need no script. Every POST is refused
// unless it comes from our own pages (or from a program that is no browser),
// but for the one that unsubscribes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "net/http_message.h"
#include "service/gallery.h"
#include "service/live_text.h"
#include "service/mailing_list.h"
#include "service/reception.h"
#include "web/guard.h"

namespace artspeak::web {

struct SiteOptions {
  std::filesystem::path directory = "site";  // templates, assets, examples.txt
  std::string base_url = "http://127.0.0.1:8080";  // scheme and host, no path
  std::string time_zone = "UTC";                   // as in /usr/share/zoneinfo
  std::string name = "Artspeak";                   // {{site}} in the templates
};

// What the site does for a visitor, by whom. All must outlive the site.
struct SiteServices {
  service::Reception& reception;
  service::MailingList& list;
  service::Gallery& gallery;
  // What this process's worker writes. Null: none does.
  service::LiveText* live = nullptr;
  Guard guard = {};
};

// Thread-safe.
class Site {
 public:
  // Of the server's connections, beside those of other visitors.
  static constexpr int kMaxEventStreams = 2'000;
  // For the server's max_body: more than a form may hold, so that whoever
  // pastes a whole essay meets a page in plain words and no closed connection.
  static constexpr size_t kMaxReadBody = 128 * 1024;

  // Throws Error if the folder, the address or the time zone is no good, or a
  // template is missing or broken: better now than to the first visitor.
  Site(const SiteOptions& options, const SiteServices& services);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Never throws. The answer to HEAD carries the body that GET would have; the
  // server sends its length alone.
  net::Response Handle(const net::Request& request) noexcept;

  // What Handle would answer, if it is at hand; else null. Waits for nothing.
  std::shared_ptr<const net::Response> FindReady(
      const net::Request& request) noexcept;

  // Ends the event streams, for good: before the server that carries them, so
  // that it need not wait for them.
  void EndStreams();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace artspeak::web
