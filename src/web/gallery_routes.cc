#include "web/gallery_routes.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <string>

#include "web/etag.h"
#include "web/gallery_page.h"
#include "web/review_page.h"
#include "web/xml_characters.h"

namespace artspeak::web {

namespace {

using net::Response;

constexpr std::string_view kGallery = "/gallery/";
constexpr int kFeedEntries = 20;
// A sitemap holds at most 50,000 addresses (sitemaps.org): the fixed pages
// below and the newest of the reviews.
constexpr const char* kFixedPages[] = {"/", "/generate/", "/gallery/",
                                       "/examples/"};
constexpr int kSitemapReviews =
    50'000 - static_cast<int>(std::size(kFixedPages));

// "2", and no other way to write it.
std::optional<int> ParseRoomNumber(std::string_view text) {
  int number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 ||
      text.front() == '0') {
    return std::nullopt;
  }
  return number;
}

Response Xml(const char* type, std::string body) {
  return {200,
          {{"Content-Type", type},
           {"Cache-Control", "no-cache"},
           {"X-Robots-Tag", "noindex"}},  // itself: what it names may be listed
          std::move(body)};
}

}  // namespace

GalleryRoutes::GalleryRoutes(const Pages& pages, const net::Url& site,
                             const TimeZone& zone, service::Gallery& gallery,
                             const PageCache& cache)
    : pages_(pages),
      site_(site),
      zone_(zone),
      gallery_(gallery),
      cache_(cache) {
  pages_.RenderFile("feeds/gallery.xml", {});
}

std::optional<Response> GalleryRoutes::Answer(
    const net::Request& request) const {
  const std::string_view path = request.path;
  const bool sitemap = path == "/sitemap.xml";
  if (!sitemap && path != "/gallery" && !path.starts_with(kGallery)) {
    return std::nullopt;
  }
  if (request.method != "GET") return pages_.WrongMethod("GET, HEAD");
  if (sitemap) return WithETag(request, Sitemap());
  if (path == kFeedPath) return WithETag(request, Feed());
  if (path == "/gallery") return Redirect(301, RoomPath(1));
  return FindRoom(request);
}

Response GalleryRoutes::FindRoom(const net::Request& request) const {
  std::string_view rest = request.path;
  rest.remove_prefix(kGallery.size());
  int number = 1;
  if (!rest.empty()) {
    const bool slash = rest.ends_with('/');
    if (slash) rest.remove_suffix(1);
    const std::optional<int> parsed = ParseRoomNumber(rest);
    if (!parsed) return pages_.Missing();
    number = *parsed;
    if (!slash || number == 1) return Redirect(301, RoomPath(number));
  }
  return cache_.Make(request.path, {.template_name = "gallery"},
                     [&] { return Room(number); });
}

PageCache::Made GalleryRoutes::Room(int number) const {
  const std::optional<service::GalleryRoom> room =
      Ask([&] { return gallery_.Room(number); });
  if (!room) return {pages_.Missing()};
  return {pages_.Public(200, "gallery", DescribeRoom(*room, site_, zone_)),
          true};
}

Response GalleryRoutes::Feed() const {
  const std::vector<service::HungReview> newest =
      Ask([&] { return gallery_.Newest(kFeedEntries); });
  return Xml("application/atom+xml; charset=utf-8",
             KeepXmlCharacters(pages_.RenderFile(
                 "feeds/gallery.xml", DescribeFeed(newest, site_, zone_))));
}

Response GalleryRoutes::Sitemap() const {
  const std::vector<service::HungId> ids =
      Ask([&] { return gallery_.HungIds(kSitemapReviews); });
  // Addresses of ours hold nothing that XML would have escaped.
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
  const std::string origin = site_.origin();
  for (const char* path : kFixedPages) {
    xml += fmt::format("<url><loc>{}{}</loc></url>\n", origin, path);
  }
  for (const service::HungId& hung : ids) {
    xml +=
        fmt::format("<url><loc>{}{}</loc><lastmod>{}</lastmod></url>\n", origin,
                    ReviewPath(hung.id), FormatIso(zone_.Local(hung.hung)));
  }
  return Xml("application/xml; charset=utf-8", xml + "</urlset>\n");
}

}  // namespace artspeak::web
