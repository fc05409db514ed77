// Reviews made elsewhere, before: read from a file, to be kept under their old
// addresses.
#pragma once

#include <filesystem>
#include <vector>

#include "service/submission_store.h"

namespace artspeak::app {

// One JSON object a line: {"id": "0a1b2c3d", "prompt": "…", "eccentricity": 7,
// "created": 1583020800 or "2020-03-01T00:00:00Z", "texts": ["…", …]}. Ids are
// eight hexadecimal digits as on the origin's site, or twelve as here. Empty
// lines are passed over. Throws base::Error naming the first line that is not
// so; a file is taken whole or not at all.
std::vector<service::ImportedReview> ReadReviews(
    const std::filesystem::path& file);

}  // namespace artspeak::app
