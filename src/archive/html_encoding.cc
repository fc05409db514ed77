#include "archive/html_encoding.h"

#include <iconv.h>

#include <cctype>
#include <cerrno>
#include <optional>

#include "base/utf8.h"

namespace artspeak::archive {

namespace {

// Browsers look at the first 1024 bytes; old pages begin with long comments.
constexpr size_t kMetaBytes = 4096;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

// The name after "charset=" in `text`, which is in lower case; "" if none.
std::string CharsetIn(const std::string& text) {
  size_t at = text.find("charset");
  if (at == std::string::npos) return "";
  at = text.find_first_not_of(" \t\r\n", at + 7);
  if (at == std::string::npos || text[at] != '=') return "";
  at = text.find_first_not_of(" \t\r\n\"'", at + 1);
  if (at == std::string::npos) return "";
  const size_t end = text.find_first_of(" \t\r\n\"';>/", at);
  return text.substr(at, end == std::string::npos ? end : end - at);
}

std::string CharsetOfMeta(std::string_view bytes) {
  const std::string head = Lower(bytes.substr(0, kMetaBytes));
  for (size_t at = 0; (at = head.find('<', at)) != std::string::npos;) {
    if (head.compare(at, 4, "<!--") == 0) {
      at = head.find("-->", at);
      if (at == std::string::npos) return "";
      continue;
    }
    const size_t end = head.find('>', at);
    if (end == std::string::npos) return "";
    const std::string tag = head.substr(at, end - at + 1);
    if (tag.starts_with("<meta")) {
      const std::string charset = CharsetIn(tag);
      if (!charset.empty()) return charset;
    }
    at = end + 1;
  }
  // An XHTML page says it in its first line.
  if (head.starts_with("<?xml")) {
    const std::string line = head.substr(0, head.find("?>"));
    const size_t at = line.find("encoding=");
    if (at != std::string::npos && line.size() > at + 10) {
      const size_t end = line.find_first_of("\"'", at + 10);
      return line.substr(at + 10, end - at - 10);
    }
  }
  return "";
}

// What browsers mean by the name (WHATWG Encoding, 4.2), as iconv knows it.
std::string Canonical(const std::string& name) {
  if (name == "utf8" || name == "unicode-1-1-utf-8") return "utf-8";
  for (const char* latin :
       {"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1",
        "ascii", "us-ascii", "ansi_x3.4-1968", "cp1252", "x-cp1252"}) {
    if (name == latin) return "windows-1252";
  }
  if (name == "iso-8859-9" || name == "latin5") return "windows-1254";
  if (name == "iso-8859-11" || name == "tis-620") return "windows-874";
  if (name == "gb2312" || name == "gbk" || name == "x-gbk") return "gb18030";
  if (name == "shift_jis" || name == "shift-jis" || name == "sjis" ||
      name == "x-sjis") {
    return "cp932";
  }
  if (name == "ks_c_5601-1987" || name == "euc-kr") return "cp949";
  if (name == "big5") return "big5-hkscs";
  if (name == "utf-16" || name == "unicode") return "utf-16le";
  return name;
}

bool IsName(const std::string& name) {
  // "//TRANSLIT" and the like are instructions to iconv, not names.
  return !name.empty() && name.size() < 40 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.:") ==
             std::string::npos;
}

class Converter {
 public:
  explicit Converter(const std::string& encoding)
      : handle_(iconv_open("utf-8", encoding.c_str())) {}
  ~Converter() {
    if (known()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool known() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::string Convert(std::string_view bytes) {
    std::string out;
    char* in = const_cast<char*>(bytes.data());  // iconv does not write there
    size_t left = bytes.size();
    char buffer[8192];
    while (left > 0) {
      char* to = buffer;
      size_t room = sizeof buffer;
      const size_t result = iconv(handle_, &in, &left, &to, &room);
      out.append(buffer, static_cast<size_t>(to - buffer));
      if (result != static_cast<size_t>(-1) || errno == E2BIG) continue;
      out += kReplacement;
      if (errno == EINVAL) break;  // the end cuts a character
      ++in;
      --left;
    }
    return out;
  }

 private:
  iconv_t handle_;
};

std::optional<std::string> DecodeAs(std::string_view bytes,
                                    const std::string& encoding) {
  Converter converter(encoding);
  if (!converter.known()) return std::nullopt;
  return converter.Convert(bytes);
}

bool HasMultibyteCharacter(std::string_view bytes) {
  while (!bytes.empty()) {
    const base::Utf8Character character = base::DecodeUtf8(bytes);
    if (character.valid && character.bytes > 1) return true;
    bytes.remove_prefix(static_cast<size_t>(character.bytes));
  }
  return false;
}

}  // namespace

std::string DecodeHtml(std::string_view bytes, std::string_view content_type) {
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    return base::ToValidUtf8(bytes.substr(3));
  }
  if (bytes.starts_with("\xFF\xFE")) {
    return *DecodeAs(bytes.substr(2), "utf-16le");
  }
  if (bytes.starts_with("\xFE\xFF")) {
    return *DecodeAs(bytes.substr(2), "utf-16be");
  }
  std::string name = Canonical(CharsetIn(Lower(content_type)));
  if (!IsName(name)) {
    name = Canonical(CharsetOfMeta(bytes));
    // A tag that could be read byte by byte was not UTF-16.
    if (name.starts_with("utf-16")) name = "utf-8";
  }
  if (IsName(name) && name != "utf-8") {
    if (auto text = DecodeAs(bytes, name)) return base::ToValidUtf8(*text);
  }
  if (base::IsValidUtf8(bytes)) return std::string(bytes);
  const bool utf8 = name == "utf-8" && HasMultibyteCharacter(bytes);
  if (utf8) return base::ToValidUtf8(bytes);
  return *DecodeAs(bytes, "windows-1252");
}

}  // namespace artspeak::archive
