// A review for programs.
#pragma once

#include <string>

#include "net/url.h"
#include "service/review.h"

namespace artspeak::web {

// One JSON object (RFC 8259): id, link, state ("waiting", "generating", "done",
// "failed", "blocked", "held"), prompt, eccentricity, created
// ("2026-01-31T09:30:00Z"), texts ([{"number": 1, "text": "…"}], the finished
// ones); while unfinished jobs_ahead and, where it is known, estimate ({"low":
// 60, "high": 90}, seconds from now). Of a blocked or held review only id, link
// and state.
std::string DescribeAsJson(const service::Review& review, const net::Url& site);

}  // namespace artspeak::web
