// The gallery in the words and numbers that the templates ask for.
#pragma once

#include <span>
#include <string>

#include "net/url.h"
#include "service/gallery.h"
#include "web/template_folder.h"
#include "web/time_zone.h"

namespace artspeak::web {

// For pages/gallery.html:
//   works (id, path, title, excerpt if a text says something, eccentricity,
//   hung_date, hung_iso, first); number and rooms; one_room or several_rooms;
//   first_room; newer_path and older_path where there are such rooms; link, the
//   room's own address; card, the address of its picture for link previews; and
//   feed_path.
Values DescribeRoom(const service::GalleryRoom& room, const net::Url& site,
                    const TimeZone& zone);

// For feeds/gallery.xml:
//   gallery_link, feed_link, updated; entries (link, title, prompt, paragraphs
//   of the first text that says something, eccentricity, created_iso,
//   hung_iso).
Values DescribeFeed(std::span<const service::HungReview> newest,
                    const net::Url& site, const TimeZone& zone);

// For partials/gallery-offer.html, on the page of a finished review: one of the
// sections may_offer, offered, hung, or none; and offer_path.
Values DescribePlace(service::GalleryState state, std::string_view id);

std::string RoomPath(int number);  // "/gallery/", "/gallery/2/"

inline constexpr std::string_view kFeedPath = "/gallery/feed.xml";

}  // namespace artspeak::web
