// Which characters the bytes of a page mean.
#pragma once

#include <string>
#include <string_view>

namespace artspeak::archive {

// The page as UTF-8. Its encoding is told, in this order, by a byte order mark,
// the Content-Type header, a <meta> tag in the first bytes; else it is UTF-8
// when it reads as that, and windows-1252 when not (WHATWG Encoding; latin-1
// means windows-1252 there). A page declared as UTF-8 that has not one valid
// character beyond ASCII is windows-1252 too: servers say UTF-8 about old
// pages. Bytes without a meaning become U+FFFD; never fails.
std::string DecodeHtml(std::string_view bytes, std::string_view content_type);

}  // namespace artspeak::archive
