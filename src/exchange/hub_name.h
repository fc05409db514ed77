// How a model of the Hugging Face hub is named.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace artspeak::exchange {

struct HubName {
  std::string repository;         // "gpt2", "owner/name"
  std::string revision = "main";  // a branch, a tag or a commit

  std::string text() const;  // as one types it: "owner/name@revision"
  bool operator==(const HubName&) const = default;
};

// Reads "owner/name" or "name", with or without "@revision". The sizes of
// model_alias.h are names too. Nothing when the text cannot be a name on the
// hub; what is returned is safe as a path below a folder and in a URL.
std::optional<HubName> ParseHubName(std::string_view text);

// Whether it is a commit: 40 hexadecimal digits in lower case.
bool IsCommit(std::string_view text);

// Whether `name` is a file's, without folders, and not hidden.
bool IsPlainFileName(std::string_view name);

}  // namespace artspeak::exchange
