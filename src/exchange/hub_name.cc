#include "exchange/hub_name.h"

#include <algorithm>

#include "exchange/model_alias.h"

namespace artspeak::exchange {

namespace {

constexpr size_t kLongestRepository = 96;  // the hub's own limit
constexpr size_t kLongestRevision = 200;
constexpr size_t kLongestFileName = 200;

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '_';
}

bool IsNameCharacter(char c) {
  return IsWordCharacter(c) || c == '-' || c == '.';
}

// One part of a path: no part of the hub's begins with '.', so none leads out.
bool IsPart(std::string_view part) {
  return !part.empty() && part.front() != '.' &&
         std::all_of(part.begin(), part.end(), IsNameCharacter);
}

// "--" separates owner and name in the cache, so no name may hold it.
bool IsRepositoryPart(std::string_view part) {
  return IsPart(part) && IsWordCharacter(part.front()) &&
         IsWordCharacter(part.back()) &&
         part.find("--") == std::string_view::npos &&
         part.find("..") == std::string_view::npos;
}

bool IsRepository(std::string_view text) {
  if (text.size() > kLongestRepository) return false;
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return IsRepositoryPart(text);
  return IsRepositoryPart(text.substr(0, slash)) &&
         IsRepositoryPart(text.substr(slash + 1));
}

bool IsRevision(std::string_view text) {
  if (text.size() > kLongestRevision) return false;
  for (;;) {
    const size_t slash = text.find('/');
    if (!IsPart(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string HubName::text() const {
  return revision == "main" ? repository : repository + "@" + revision;
}

std::optional<HubName> ParseHubName(std::string_view text) {
  HubName name;
  const size_t at = text.find('@');
  const std::string_view repository = text.substr(0, at);
  if (at != std::string_view::npos) name.revision = text.substr(at + 1);
  name.repository = HubNameOfSize(repository).value_or(repository);
  if (!IsRepository(name.repository) || !IsRevision(name.revision)) {
    return std::nullopt;
  }
  return name;
}

bool IsCommit(std::string_view text) {
  return text.size() == 40 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsPlainFileName(std::string_view name) {
  return name.size() <= kLongestFileName && IsPart(name);
}

}  // namespace artspeak::exchange
