#include "web/admin_people.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "service/audit_trail.h"
#include "service/email_address.h"
#include "service/subscriber_csv.h"

namespace artspeak::web {

using net::Response;

namespace {

constexpr std::string_view kPeople = "/admin/people/";

// What was erased, as the address bar may show it: numbers alone.
std::string DonePath(const service::ErasedPerson& erased) {
  return fmt::format("{}?erased=yes&list={:d}&addresses={}&reviews={}", kPeople,
                     erased.subscription, erased.addresses, erased.reviews);
}

void AddCount(Values& values, const std::string& name, std::string count) {
  if (count.size() > 9 || count.find_first_not_of("0123456789") != count.npos) {
    return;  // not from DonePath
  }
  if (count.empty() || count == "0") return;
  values.emplace_back("one_" + name, count == "1");
  values.emplace_back(name, std::move(count));
}

// The notice after an erasure, if the address tells of one.
void AddNotice(const net::Request& request, Values& values) {
  const PostedForm query(net::ParseForm(request.query));
  if (query.Field("erased") != "yes") return;
  Values notice;
  AddCount(notice, "list", query.Field("list"));
  AddCount(notice, "addresses", query.Field("addresses"));
  AddCount(notice, "reviews", query.Field("reviews"));
  notice.emplace_back("nothing", notice.empty());
  values.emplace_back("notice", std::vector<Values>{std::move(notice)});
}

}  // namespace

AdminPeople::AdminPeople(const Pages& pages, service::PersonStore& people,
                         service::SubscriberStore& subscribers,
                         base::Clock& clock)
    : pages_(pages), people_(people), subscribers_(subscribers), clock_(clock) {
  for (const char* page : {"people", "erase-person"}) pages_.Render(page, {});
}

std::optional<Response> AdminPeople::Show(const net::Request& request,
                                          const std::string& key) const {
  const std::string_view path = request.path;
  if (path == "/admin/people/subscribers.csv") return Subscribers();
  if (path != kPeople) return std::nullopt;
  Values values = {{"signed_in", true}, {"key", key}};
  try {
    AddNotice(request, values);
  } catch (const base::Error&) {
    // A damaged address tells of nothing.
  }
  return People(request, std::move(values));
}

Response AdminPeople::People(const net::Request& request, Values values) const {
  const size_t count = Ask([&] { return subscribers_.Confirmed().size(); });
  values.emplace_back("at_people", true);
  values.emplace_back("any", count > 0);
  values.emplace_back("one", count == 1);
  values.emplace_back("count", std::to_string(count));
  return pages_.Private(request.method == "POST" ? 422 : 200, "people",
                        std::move(values));
}

Response AdminPeople::Subscribers() const {
  return {
      200,
      {{"Content-Type", "text/csv; charset=utf-8"},
       {"Content-Disposition", "attachment; filename=\"subscribers.csv\""},
       {"Cache-Control", "no-store"}},
      service::SubscribersAsCsv(Ask([&] { return subscribers_.Confirmed(); }))};
}

std::optional<Response> AdminPeople::Do(const net::Request& request,
                                        const PostedForm& form,
                                        const std::string& key) const {
  if (request.path != "/admin/people/erase") return std::nullopt;
  const std::string address = form.Field("address");
  const bool reviews = !form.Field("reviews").empty();
  Values values = {{"signed_in", true},
                   {"key", key},
                   {"address", base::ToValidUtf8(address)},
                   {"reviews", reviews}};
  if (!service::IsEmailAddress(address)) {
    values.emplace_back("fault", true);
    return People(request, std::move(values));
  }
  if (form.Field("sure") != "yes") {
    return pages_.Private(200, "erase-person", std::move(values));
  }
  return Redirect(303, DonePath(Ask([&] {
                    return people_.Erase(address, reviews,
                                         {service::kByAdminPage, clock_.Now()});
                  })));
}

}  // namespace artspeak::web
