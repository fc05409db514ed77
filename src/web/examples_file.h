// examples.txt in the site's folder: the reviews that /examples/ shows, in that
// order; the home page quotes from the first. One a line: an id, or a link that
// ends in one; '#' begins a comment. People edit it too: what we do not change
// stays as it is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace artspeak::web {

inline constexpr size_t kMaxExamples = 50;  // further lines are passed over

enum class ExamplePlace { kFirst, kLast };

// `site` is the site's folder. No file, no examples.
std::vector<std::string> ReadExamples(const std::filesystem::path& site);

// Puts the review there, from where it may have been. Throws Error if there are
// kMaxExamples others, or the file cannot be read as a list or written.
void AddExample(const std::filesystem::path& site, std::string_view id,
                ExamplePlace place);

// False if it is not there. Throws Error as AddExample.
bool RemoveExample(const std::filesystem::path& site, std::string_view id);

}  // namespace artspeak::web
