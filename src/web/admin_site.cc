#include "web/admin_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/log.h"
#include "web/admin_people.h"
#include "web/admin_routes.h"
#include "web/admin_sessions.h"
#include "web/file_routes.h"
#include "web/pages.h"
#include "web/posted_form.h"
#include "web/safe_answer.h"
#include "web/site_address.h"
#include "web/time_zone.h"

namespace artspeak::web {

using net::Request;
using net::Response;

namespace {

constexpr std::string_view kCookie = "artspeak_admin";
constexpr const char* kSignIn = "/admin/sign-in";

// The token that a browser sent, or nothing.
std::string TokenOf(const Request& request) {
  const std::string* header = request.Find("Cookie");
  std::string_view rest = header == nullptr ? "" : std::string_view(*header);
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const size_t equals = pair.find('=');
    if (pair.substr(0, equals) == kCookie && equals != std::string_view::npos) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return "";
}

// Where the browser believes to be, which is all that a form has to agree with.
// There are several ways to this address: a tunnel, a proxy.
net::Url OwnAddress(const Request& request) {
  const std::string* host = request.Find("Host");
  const auto url =
      net::ParseUrl("http://" + (host == nullptr ? "localhost" : *host) + "/");
  return url ? *url : *net::ParseUrl("http://localhost/");
}

// A cookie of this session, or one that ends it. A browser that came by https
// shall send it by https alone.
net::Header CookieOf(const Request& request, std::string_view token) {
  const std::string* origin = request.Find("Origin");
  const bool https = origin != nullptr && origin->starts_with("https:");
  return {"Set-Cookie",
          fmt::format(
              "{}={}; Path=/admin/; Max-Age={}; HttpOnly; "
              "SameSite=Strict{}",
              kCookie, token,
              token.empty() ? 0 : std::chrono::seconds(kSessionLife).count(),
              https ? "; Secure" : "")};
}

}  // namespace

class AdminSite::Impl {
 public:
  Impl(const SiteOptions& options, PasswordHash password, AdminStores stores,
       base::Clock& clock)
      : pages_(options.directory, options.name, "admin"),
        address_(ParseSiteAddress(options.base_url)),
        zone_(TimeZone::Load(options.time_zone)),
        trail_(stores.trail),
        clock_(clock),
        sessions_(std::move(password), clock),
        files_(pages_, address_),
        people_(pages_, stores.people, stores.subscribers, clock),
        routes_(pages_, address_, zone_, stores, clock) {
    for (const char* page : {"sign-in", "missing", "error"}) {
      pages_.Render(page, {});
    }
  }

  Response Handle(const Request& request) noexcept {
    return SafeAnswer(pages_, [&] { return Route(request); });
  }

 private:
  Response Route(const Request& request) {
    if (auto response = files_.Answer(request)) return *std::move(response);
    const std::string_view path = request.path;
    if (path == "/" || path == "/admin") return Redirect(301, "/admin/");
    if (!path.starts_with("/admin/")) return pages_.Missing();
    if (request.method != "GET" && request.method != "POST") {
      return pages_.WrongMethod("GET, HEAD, POST");
    }
    const bool posted = request.method == "POST";
    if (path == kSignIn) return posted ? SignIn(request) : Form(200, {});

    const std::string token = TokenOf(request);
    if (!sessions_.Holds(token)) return Redirect(303, kSignIn);
    const std::string key = AdminSessions::FormKey(token);
    if (!posted) {
      if (auto page = people_.Show(request, key)) return *std::move(page);
      return routes_.Show(request, key);
    }

    auto form = ReadPostedForm(request, OwnAddress(request), pages_);
    if (auto* refusal = std::get_if<Response>(&form)) {
      return std::move(*refusal);
    }
    const PostedForm& fields = std::get<PostedForm>(form);
    if (!AdminSessions::IsFormKey(fields.Field("key"), token)) {
      return pages_.Problem(403, "That page was old",
                            "You signed in again since it was opened, so "
                            "nothing was done. Please "
                            "open it again.");
    }
    if (path == "/admin/sign-out") {
      sessions_.SignOut(token);
      Response response = Redirect(303, kSignIn);
      response.headers.push_back(CookieOf(request, ""));
      return response;
    }
    if (auto done = people_.Do(request, fields, key)) return *std::move(done);
    return routes_.Do(request);
  }

  Response Form(int status, Values values) const {
    return pages_.Private(status, "sign-in", std::move(values));
  }

  Response SignIn(const Request& request) {
    auto form = ReadPostedForm(request, OwnAddress(request), pages_);
    if (auto* refusal = std::get_if<Response>(&form)) {
      return std::move(*refusal);
    }
    const AdminSessions::SignIn result = sessions_.Try(
        std::get<PostedForm>(form).Field("password"), request.remote_address);
    if (result.wait.count() > 0) {
      const auto minutes = std::chrono::ceil<std::chrono::minutes>(result.wait);
      Response response = Form(
          429, {{"wait", minutes.count() == 1
                             ? "a minute"
                             : fmt::format("{} minutes", minutes.count())}});
      response.headers.push_back(
          {"Retry-After", std::to_string(result.wait.count())});
      return response;
    }
    if (result.token.empty()) {
      base::LogWarning("a wrong password was given on the owner's pages");
      return Form(422, {{"wrong", true}});
    }
    Ask([&] {
      trail_.Append({clock_.Now(), std::string(service::kByAdminPage),
                     "sign in", "", ""});
      return true;
    });
    Response response = Redirect(303, "/admin/");
    response.headers.push_back(CookieOf(request, result.token));
    return response;
  }

  const Pages pages_;
  const net::Url address_;
  const TimeZone zone_;
  service::AuditTrail& trail_;
  base::Clock& clock_;
  AdminSessions sessions_;
  const FileRoutes files_;
  const AdminPeople people_;
  const AdminRoutes routes_;
};

AdminSite::AdminSite(const SiteOptions& options, PasswordHash password,
                     AdminStores stores, base::Clock& clock)
    : impl_(std::make_unique<Impl>(options, std::move(password), stores,
                                   clock)) {}

AdminSite::~AdminSite() = default;

net::Response AdminSite::Handle(const net::Request& request) noexcept {
  return impl_->Handle(request);
}

}  // namespace artspeak::web
