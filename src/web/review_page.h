// A review in the words and numbers that the templates ask for.
#pragma once

#include "net/url.h"
#include "service/review.h"
#include "web/template_folder.h"
#include "web/time_zone.h"

namespace artspeak::web {

// For pages/review.html:
//   prompt, prompt_short, eccentricity, id, path, link, report_path,
//   note_limit, created_date, created_time, created_iso; one of the sections
//   waiting, generating, done, failed; texts (number, total, first,
//   paragraphs); finished, total, none_yet, some; for link previews card (the
//   address of their picture) and excerpt (how the texts begin, if they say
//   something); while unfinished refresh (seconds), events_path, estimate
//   (words) if there is one, jobs_ahead and next / one_ahead / several_ahead.
// Not for blocked and held reviews: these show no word of it.
Values DescribeReview(const service::Review& review, const net::Url& site,
                      const TimeZone& zone);

// For a list of examples: the same without the state, and the first text that
// says something as paragraphs, and its first one as opening.
Values DescribeExample(const service::Review& review, const net::Url& site,
                       const TimeZone& zone);

std::string ReviewPath(std::string_view id);  // "/review/<id>"

}  // namespace artspeak::web
