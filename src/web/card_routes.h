// The pictures of link previews, PNG, 1200 x 630:
//   GET /review/<id>/card.png   of a finished review; blocked: 410, else 404
//   GET /card.png               of the site
// Each with an ETag, asked for again each time: a blocked review's is gone at
// once, an artist's change shows at once. 503 with Retry-After when too many
// are being drawn.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.h"
#include "service/reception.h"
#include "web/assets.h"
#include "web/card_press.h"
#include "web/card_style.h"
#include "web/pages.h"

namespace artspeak::web {

// Thread-safe. `pages` and `reception` must outlive it.
class CardRoutes {
 public:
  CardRoutes(const Pages& pages, service::Reception& reception)
      : pages_(pages),
        assets_(pages.directory() / "assets"),
        reception_(reception) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

  // Has a finished review's card drawn, if it is not kept: whoever was shown
  // its page asks for the card next. Returns at once.
  void Prepare(const service::Review& review) const;

 private:
  // How cards look now.
  struct Look {
    std::shared_ptr<const Assets::Asset> stylesheet;  // null: there is none
    CardStyle style;
    std::string key;  // of the style and the site's name
  };

  Look ReadLook() const;
  net::Response Show(const net::Request& request, const std::string& key,
                     const CardPress::MakeCard& card) const;

  const Pages& pages_;
  const Assets assets_;
  service::Reception& reception_;
  mutable std::mutex mutex_;  // guards look_
  mutable Look look_;
  mutable CardPress press_;
};

}  // namespace artspeak::web
