#include "web/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/utf8.h"
#include "service/review_id.h"
#include "web/assets.h"
#include "web/review_page.h"
#include "web/same_origin.h"
#include "web/site_address.h"
#include "web/template_folder.h"
#include "web/time_zone.h"

namespace artspeak::web {

namespace {

using net::Header;
using net::Request;
using net::Response;

constexpr size_t kMaxExamples = 50;
constexpr int kDefaultEccentricity = 7;

// Nothing but our own files, no frame, no form to elsewhere.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

constexpr std::array<std::string_view, 7> kPages = {
    "home", "generate", "examples", "review", "blocked", "missing", "error"};

// What a GET answers, beside reviews and assets.
constexpr std::array<std::string_view, 7> kPaths = {
    "/",          "/generate",   "/generate/", "/examples",
    "/examples/", "/robots.txt", "/health"};

// The store could not answer; already logged.
struct DeskClosed {};

template <typename Question>
auto Ask(Question question) {
  try {
    return question();
  } catch (const base::Error& error) {
    base::LogError("the store did not answer: {}", error.what());
    throw DeskClosed{};
  }
}

Response PlainText(int status, std::string text) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"},
           {"Cache-Control", "no-store"}},
          std::move(text)};
}

Response Redirect(int status, std::string path) {
  return {status, {{"Location", std::move(path)}}, ""};
}

bool HasPrefixIgnoringCase(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != prefix[i]) return false;
  }
  return true;
}

// Whether an If-None-Match (RFC 9110, 13.1.2) names `etag`, which is strong.
bool Matches(std::string_view if_none_match, std::string_view etag) {
  return if_none_match == "*" ||
         if_none_match.find(etag) != std::string_view::npos;
}

// One id a line, or a link that ends in one; '#' begins a comment.
std::vector<std::string> ParseExamples(std::string_view text) {
  std::vector<std::string> ids;
  while (!text.empty() && ids.size() < kMaxExamples) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = line.substr(0, line.find('#'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' ||
                             line.back() == '\t' || line.back() == '/')) {
      line.remove_suffix(1);
    }
    const size_t id = line.find_last_of("/ \t") + 1;
    if (service::IsReviewId(line.substr(id))) ids.emplace_back(line.substr(id));
  }
  return ids;
}

service::SubmissionForm ReadForm(std::string_view body) {
  service::SubmissionForm form;
  const auto fields = net::ParseForm(body);
  const auto field = [&](std::string_view name) {
    for (const auto& [key, value] : fields) {
      if (key == name) return value;
    }
    return std::string();
  };
  form.prompt = field("prompt");
  form.eccentricity = field("eccentricity");
  form.email = field("email");
  form.update_check = !field("update_check").empty();
  return form;
}

// What pages/generate.html shows: the visitor's input comes back as it was.
Values DescribeForm(const service::SubmissionForm& form,
                    const std::vector<service::FieldFault>& faults) {
  std::vector<Values> scale;
  for (int n = service::kMinEccentricity; n <= service::kMaxEccentricity; ++n) {
    const std::string value = std::to_string(n);
    scale.push_back(
        {{"value", value}, {"checked", value == form.eccentricity}});
  }
  Values values = {
      {"at_generate", true},
      {"prompt", base::ToValidUtf8(form.prompt)},
      {"prompt_limit", std::to_string(service::kMaxPromptCharacters)},
      {"email", base::ToValidUtf8(form.email)},
      {"update_check", form.update_check},
      {"scale", std::move(scale)},
      {"faulty", !faults.empty()}};
  std::vector<Values> list;
  for (const service::FieldFault& fault : faults) {
    list.push_back({{"field", fault.field}, {"message", fault.message}});
    values.emplace_back(fault.field + "_fault", fault.message);
  }
  values.emplace_back("faults", std::move(list));
  return values;
}

}  // namespace

class Site::Impl {
 public:
  Impl(SiteOptions options, service::Reception& reception)
      : options_(std::move(options)),
        address_(ParseSiteAddress(options_.base_url)),
        zone_(TimeZone::Load(options_.time_zone)),
        reception_(reception),
        templates_(options_.directory / "partials", Escape::kHtml),
        assets_(options_.directory / "assets") {
    for (const std::string_view page : kPages) Render(page, {});
  }

  Response Handle(const Request& request) {
    Response response;
    try {
      try {
        response = Route(request);
      } catch (const DeskClosed&) {
        response = Problem(
            503, "The desk is closed for a moment",
            "The site could not reach its own records. Nothing was lost, and "
            "nothing was stored: please try again in a minute.");
        response.headers.push_back({"Retry-After", "30"});
      }
    } catch (const base::Error& error) {
      base::LogError("a page could not be made: {}", error.what());
      response = PlainText(
          500,
          "This page is being rehung. Please come back in a few minutes.\n");
    }
    response.headers.push_back(
        {"Content-Security-Policy", std::string(kContentSecurityPolicy)});
    response.headers.push_back({"X-Content-Type-Options", "nosniff"});
    // "no-referrer" would make browsers post with "Origin: null".
    response.headers.push_back({"Referrer-Policy", "same-origin"});
    return response;
  }

 private:
  Response Route(const Request& request) {
    const std::string_view path = request.path;
    const bool get = request.method == "GET" || request.method == "HEAD";
    if (path == "/submission") {
      return request.method == "POST" ? Submit(request) : WrongMethod("POST");
    }
    constexpr std::string_view kReview = "/review/";
    if (path.starts_with(kReview)) {
      const std::string_view rest = path.substr(kReview.size());
      const std::string_view id = rest.substr(0, rest.find('/'));
      const std::string_view what = rest.substr(id.size());
      if (!service::IsReviewId(id)) return Missing();
      if (what == "/report") {
        return request.method == "POST" ? Report(request, id)
                                        : WrongMethod("POST");
      }
      if (what != "" && what != "/") return Missing();
      if (!get) return WrongMethod("GET, HEAD");
      return what.empty() ? Review(id) : Redirect(301, ReviewPath(id));
    }
    constexpr std::string_view kAssets = "/assets/";
    const bool asset = path.starts_with(kAssets);
    if (!asset &&
        std::find(kPaths.begin(), kPaths.end(), path) == kPaths.end()) {
      return Missing();
    }
    if (!get) return WrongMethod("GET, HEAD");
    if (asset) return Asset(request, path.substr(kAssets.size()));
    if (path == "/") return Home();
    if (path == "/generate/") {
      service::SubmissionForm empty;
      empty.eccentricity = std::to_string(kDefaultEccentricity);
      return Page(200, "generate", DescribeForm(empty, {}));
    }
    if (path == "/examples/") return Examples();
    if (path == "/robots.txt") return Robots();
    if (path == "/health") return Health();
    return Redirect(301, std::string(path) + "/");
  }

  // ---- pages ----

  std::string Render(std::string_view page, Values values) const {
    values.emplace_back("site", options_.name);
    return templates_.Render(
        options_.directory / "pages" / fmt::format("{}.html", page), values);
  }

  Response Page(int status, std::string_view page, Values values) const {
    return {status,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Cache-Control", "no-cache"}},
            Render(page, std::move(values))};
  }

  // A page that belongs to whoever has its link: kept by no cache and no index.
  Response PrivatePage(int status, std::string_view page, Values values) const {
    return {status,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Cache-Control", "no-store"},
             {"X-Robots-Tag", "noindex"}},
            Render(page, std::move(values))};
  }

  Response Missing() const { return PrivatePage(404, "missing", {}); }

  Response Problem(int status, const char* title, std::string message) const {
    return PrivatePage(status, "error",
                       {{"title", title}, {"message", std::move(message)}});
  }

  Response WrongMethod(const char* allowed) const {
    Response response =
        Problem(405, "Not like this",
                "This address does not take that kind of request.");
    response.headers.push_back({"Allow", allowed});
    return response;
  }

  Response Home() const {
    Values values;
    for (const std::string& id : ExampleIds()) {  // mostly the first will do
      const std::vector<service::Review> found =
          Ask([&] { return reception_.FindDone(std::span(&id, 1)); });
      if (found.empty()) continue;
      Values example = DescribeExample(found[0], address_, zone_);
      const bool speaks = std::any_of(
          example.begin(), example.end(),
          [](const auto& value) { return value.first == "opening"; });
      if (!speaks) continue;
      values.emplace_back("example", std::vector<Values>{std::move(example)});
      break;
    }
    return Page(200, "home", std::move(values));
  }

  Response Examples() const {
    std::vector<Values> examples;
    const std::vector<std::string> ids = ExampleIds();
    for (const service::Review& review :
         Ask([&] { return reception_.FindDone(ids); })) {
      examples.push_back(DescribeExample(review, address_, zone_));
    }
    return Page(200, "examples",
                {{"at_examples", true}, {"examples", std::move(examples)}});
  }

  std::vector<std::string> ExampleIds() const {
    const std::filesystem::path file = options_.directory / "examples.txt";
    const std::optional<FileStamp> stamp = StampOf(file);
    if (!stamp || stamp->size > (1 << 16)) return {};
    return ParseExamples(base::ReadFile(file));
  }

  Response Review(std::string_view id) const {
    const std::optional<service::Review> review =
        Ask([&] { return reception_.Find(id); });
    if (!review) return Missing();
    if (review->state == service::ReviewState::kBlocked) {
      return PrivatePage(410, "blocked", {});
    }
    return PrivatePage(200, "review", DescribeReview(*review, address_, zone_));
  }

  // ---- what visitors send ----

  Response Submit(const Request& request) const {
    if (std::optional<Response> refusal = Refuse(request)) return *refusal;
    const std::string* type = request.Find("Content-Type");
    if (type == nullptr ||
        !HasPrefixIgnoringCase(*type, "application/x-www-form-urlencoded")) {
      return Problem(415, "Not a form",
                     "This address takes what the form on this site sends, and "
                     "nothing else.");
    }
    service::SubmissionForm form;
    try {
      form = ReadForm(request.body);
    } catch (const base::Error&) {
      return Problem(400, "Damaged on the way",
                     "The form did not arrive as it was sent. Please fill it "
                     "in again.");
    }
    const auto result = Ask([&] { return reception_.Submit(form); });
    if (const auto* faults =
            std::get_if<std::vector<service::FieldFault>>(&result)) {
      return PrivatePage(422, "generate", DescribeForm(form, *faults));
    }
    return Redirect(303, ReviewPath(std::get<std::string>(result)));
  }

  Response Report(const Request& request, std::string_view id) const {
    if (std::optional<Response> refusal = Refuse(request)) return *refusal;
    if (!Ask([&] { return reception_.Report(id); })) return Missing();
    return Redirect(303, ReviewPath(id));
  }

  // Why a POST is not even looked at, if so.
  std::optional<Response> Refuse(const Request& request) const {
    if (!IsSameOrigin(request, address_)) {
      return Problem(403, "Sent from elsewhere",
                     "This was sent from a page that is not ours. Please use "
                     "the form on this site.");
    }
    if (request.body.size() > Site::kMaxBody) {
      return Problem(
          413, "That is a whole catalogue",
          fmt::format("The machine needs a beginning, not the "
                      "complete works: please keep to {} characters.",
                      service::kMaxPromptCharacters));
    }
    return std::nullopt;
  }

  // ---- files ----

  Response Asset(const Request& request, std::string_view path) const {
    const auto asset = assets_.Find(path);
    if (!asset) return Missing();
    Response response;
    // Asked for each time, answered in a line: an artist's change shows at
    // once.
    response.headers = {{"Cache-Control", "no-cache"}, {"ETag", asset->etag}};
    const std::string* known = request.Find("If-None-Match");
    if (known != nullptr && Matches(*known, asset->etag)) {
      response.status = 304;
      return response;
    }
    response.headers.push_back({"Content-Type", asset->type});
    response.body = asset->content;
    return response;
  }

  Response Robots() const {
    const std::filesystem::path file = options_.directory / "robots.txt";
    if (!StampOf(file)) return Missing();
    Response response = PlainText(200, base::ReadFile(file));
    response.headers[1].value = "max-age=3600";
    return response;
  }

  // For whoever watches the site: it answers, and its store too.
  Response Health() const {
    Ask([&] { return reception_.Find("000000000000"); });
    return PlainText(200, "ok\n");
  }

  const SiteOptions options_;
  const net::Url address_;
  const TimeZone zone_;
  service::Reception& reception_;
  const TemplateFolder templates_;
  const Assets assets_;
};

Site::Site(SiteOptions options, service::Reception& reception)
    : impl_(std::make_unique<Impl>(std::move(options), reception)) {}

Site::~Site() = default;

net::Response Site::Handle(const net::Request& request) noexcept {
  try {
    return impl_->Handle(request);
  } catch (const std::exception& error) {
    base::LogError("a request could not be answered: {}", error.what());
    return PlainText(500, "Something went wrong here. Please try again.\n");
  }
}

}  // namespace artspeak::web
