#include "archive/robots.h"

#include <cctype>
#include <charconv>

namespace artspeak::archive {

namespace {

constexpr size_t kMaxBytes = 512 << 10;

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

// The product token: letters, '-' and '_' at the beginning (RFC 9309, 2.2.1).
std::string Product(std::string_view agent) {
  size_t end = 0;
  while (end < agent.size() &&
         (std::isalpha(static_cast<unsigned char>(agent[end])) ||
          agent[end] == '-' || agent[end] == '_')) {
    ++end;
  }
  return Lower(agent.substr(0, end));
}

bool IsUnreserved(unsigned char c) {
  return std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// One spelling for each octet, so that patterns and paths compare byte by byte:
// %41 is A, an octet beyond ASCII is %XX (RFC 9309, 2.2.2).
std::string Normalise(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string normal;
  for (size_t i = 0; i < text.size(); ++i) {
    auto octet = static_cast<unsigned char>(text[i]);
    bool encoded = false;
    if (octet == '%' && text.size() - i >= 3) {
      unsigned value = 0;
      const auto [end, fault] =
          std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      if (fault == std::errc() && end == text.data() + i + 3) {
        octet = static_cast<unsigned char>(value);
        encoded = true;
        i += 2;
      }
    }
    if (octet >= 0x80 || (encoded && !IsUnreserved(octet))) {
      normal += '%';
      normal += kDigits[octet >> 4];
      normal += kDigits[octet & 15];
    } else {
      normal += static_cast<char>(octet);
    }
  }
  return normal;
}

// '*' is any run of octets, a '$' at the end the end of the path.
bool Matches(std::string_view pattern, std::string_view target) {
  const bool anchored = pattern.ends_with('$');
  if (anchored) pattern.remove_suffix(1);
  size_t at = 0;
  for (bool first = true;; first = false) {
    const size_t star = pattern.find('*');
    const std::string_view piece = pattern.substr(0, star);
    const bool last = star == std::string_view::npos;
    if (first) {
      if (!target.starts_with(piece)) return false;
      at = piece.size();
      if (last) return !anchored || at == target.size();
    } else if (last && anchored) {
      return target.size() - at >= piece.size() && target.ends_with(piece);
    } else {
      const size_t found = target.find(piece, at);
      if (found == std::string_view::npos) return false;
      at = found + piece.size();
      if (last) return true;
    }
    pattern.remove_prefix(star + 1);
  }
}

std::optional<double> ReadSeconds(std::string_view text) {
  double seconds = 0;
  const auto [end, fault] =
      std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc() || end != text.data() + text.size() ||
      !(seconds >= 0)) {
    return std::nullopt;
  }
  return seconds;
}

}  // namespace

Robots Robots::Parse(std::string_view text, std::string_view user_agent) {
  text = text.substr(0, kMaxBytes);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string product = Product(user_agent);

  Robots ours, anyones;
  bool named = false;  // some group is for us by name
  bool for_us = false, for_anyone = false, in_agents = false;
  while (!text.empty()) {
    const size_t end = text.find_first_of("\r\n");
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    line = line.substr(0, line.find('#'));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string key = Lower(Trim(line.substr(0, colon)));
    const std::string_view value = Trim(line.substr(colon + 1));

    if (key == "user-agent") {
      if (!in_agents) for_us = for_anyone = false;
      in_agents = true;
      if (value == "*") {
        for_anyone = true;
      } else if (!product.empty() && Product(value) == product) {
        for_us = named = true;
      }
      continue;
    }
    const bool rule = key == "allow" || key == "disallow";
    if (!rule && key != "crawl-delay") continue;
    in_agents = false;
    for (Robots* robots :
         {for_us ? &ours : nullptr, for_anyone ? &anyones : nullptr}) {
      if (robots == nullptr) continue;
      if (!rule) {
        if (auto seconds = ReadSeconds(value)) robots->crawl_delay_ = seconds;
      } else if (value.starts_with('/') || value.starts_with('*')) {
        robots->rules_.push_back({Normalise(value), key == "allow"});
      }
    }
  }
  return named ? ours : anyones;
}

bool Robots::Allows(std::string_view target) const {
  const std::string normal = Normalise(target);
  if (normal == "/robots.txt") return true;
  const Rule* best = nullptr;
  for (const Rule& rule : rules_) {
    const bool better = best == nullptr ||
                        rule.pattern.size() > best->pattern.size() ||
                        (rule.pattern.size() == best->pattern.size() &&
                         rule.allow && !best->allow);
    if (better && Matches(rule.pattern, normal)) best = &rule;
  }
  return best == nullptr || best->allow;
}

}  // namespace artspeak::archive
