// The form and what it sends:
//   GET  /generate/    the form
//   POST /submission   303 to /review/<id>, with #no-mail if the address gets
//                      no more mails today; or the form again with what the
//                      visitor had written: 422 with its faults, 429 or 503
//                      with what the doorkeeper says
#pragma once

#include <optional>
#include <string_view>

#include "net/http_message.h"
#include "net/url.h"
#include "service/reception.h"
#include "web/admission_notice.h"
#include "web/guard.h"
#include "web/page_cache.h"
#include "web/pages.h"
#include "web/posted_form.h"
#include "web/subscription_wording.h"

namespace artspeak::web {

// Thread-safe. All that is given must outlive it.
class FormRoutes {
 public:
  FormRoutes(const Pages& pages, const net::Url& site,
             const SubscriptionWording& wording, service::Reception& reception,
             const PageCache& cache, const Guard& guard)
      : pages_(pages),
        site_(site),
        wording_(wording),
        reception_(reception),
        cache_(cache),
        guard_(guard) {}

  // Nothing: the path is another's.
  std::optional<net::Response> Answer(const net::Request& request) const;

 private:
  PageCache::Made Show(const net::Request& request) const;
  net::Response Submit(const net::Request& request) const;
  net::Response SubmitChecked(const service::SubmissionForm& form,
                              const PostedForm& posted) const;
  net::Response Again(const service::SubmissionForm& form,
                      const FormNotice& notice,
                      const service::FormTicket& ticket) const;
  service::FormTicket TicketFor(std::string_view client,
                                std::string_view old = {}) const;

  const Pages& pages_;
  const net::Url& site_;
  const SubscriptionWording& wording_;
  service::Reception& reception_;
  const PageCache& cache_;
  const Guard& guard_;
};

}  // namespace artspeak::web
