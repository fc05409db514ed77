// The web server as it runs: the public site on its address, and the owner's
// pages on theirs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/admin_server.h"
#include "app/configuration.h"
#include "app/held_words.h"
#include "app/site_guards.h"
#include "app/stores.h"
#include "base/clock.h"
#include "net/http_message.h"
#include "net/http_server.h"
#include "service/gallery.h"
#include "service/live_text.h"
#include "service/mailing_list.h"
#include "service/reception.h"
#include "web/site.h"

namespace artspeak::app {

// Listens from construction to destruction, which answers those who are inside.
class WebRole {
 public:
  struct Options {
    // What the worker of this process writes.
    service::LiveText* live = nullptr;
    // Called after each stored submission, from any thread; must not block.
    std::function<void()> on_submission = {};
    // Asked before the site, from several threads at once. May be empty.
    std::function<std::optional<net::Response>(const net::Request&)>
        answer_program = {};
  };

  // All that is given must outlive it. Throws base::Error if a template is
  // missing or broken, or an address cannot be had.
  WebRole(const Configuration& configuration, Stores& stores,
          base::Clock& clock, Options options);
  ~WebRole() { site_.EndStreams(); }  // for which the server would wait
  WebRole(const WebRole&) = delete;
  WebRole& operator=(const WebRole&) = delete;

  // Builds all that needs no address, and throws as it would.
  static void Check(const Configuration& configuration, Stores& stores,
                    base::Clock& clock);

  std::string url() const { return server_->url(); }
  // Of the owner's pages; empty if there are none.
  std::string admin_url() const { return admin_ ? admin_->url() : ""; }

 private:
  // What the site does for a visitor, by whom.
  struct Desk {
    Desk(const Configuration& configuration, Stores& stores, base::Clock& clock,
         std::function<void()> on_submission);
    web::SiteServices services();

    std::optional<HeldWords> held_words;
    service::Reception reception;
    service::MailingList list;
    service::Gallery gallery;
  };

  Desk desk_;
  SiteGuards guards_;
  web::Site site_;
  std::optional<AdminServer> admin_;
  std::optional<net::HttpServer> server_;  // last: it asks the others
};

}  // namespace artspeak::app
