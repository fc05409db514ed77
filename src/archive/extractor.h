// From the bytes of a page to its text and its links.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "archive/archive_database.h"
#include "archive/recipe.h"

namespace artspeak::archive {

// Throws Error, one sentence, when this is no HTML by its header or its bytes.
void CheckIsHtml(std::string_view content_type, std::string_view bytes);

// The text of a document's page. Throws Error when it is not HTML and when the
// recipe's rule finds no text.
ArchivedDocument ExtractDocument(const Recipe& recipe, const net::Url& url,
                                 const RawPage& page);

// The links of a list's page that stay on the allowed hosts, each once. Throws
// Error when it is not HTML.
std::vector<NewLink> ExtractLinks(const Recipe& recipe, const net::Url& url,
                                  const RawPage& page);

}  // namespace artspeak::archive
