#include "app/configuration.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <numeric>
#include <sstream>
#include <vector>

#include "app/model_name.h"
#include "base/error.h"
#include "base/file.h"
#include "web/api_key.h"

namespace artspeak::app {

namespace {

constexpr const char* kKeys[] = {
    "site.listen",       "site.base_url",
    "site.directory",    "site.time_zone",
    "site.name",         "site.proxy",
    "site.held_words",   "model.path",
    "model.kv",          "model.max_copied_words",
    "admin.listen",      "admin.password",
    "api.keys",          "api.listen",
    "api.texts_per_key", "api.tokens_per_key",
    "store.url",         "worker.busy_file",
    "limits.client",     "limits.prompt",
    "limits.total",      "limits.queue",
    "limits.mails",      "mail.kind",
    "mail.directory",    "mail.url",
    "mail.from",         "privacy.keep_days",
};
constexpr std::string_view kListKey = "api.keys";

bool IsNumber(std::string_view key) {
  return key == "model.max_copied_words" || key == "privacy.keep_days" ||
         key.starts_with("limits.") || key.ends_with("_per_key");
}

// Where a value came from, for messages.
struct Value {
  std::string text;
  std::string source;  // "artspeak.toml, [site] listen" or the variable
};
using Values = std::map<std::string, Value, std::less<>>;

// The least number of letters to insert, remove or replace.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

// "[site] listen" of "site.listen".
std::string Shown(std::string_view key) {
  const size_t dot = key.find('.');
  if (dot == std::string_view::npos) return std::string(key);
  return fmt::format("[{}] {}", key.substr(0, dot), key.substr(dot + 1));
}

std::string NearestKey(std::string_view key) {
  return Shown(*std::min_element(
      std::begin(kKeys), std::end(kKeys), [&](const char* a, const char* b) {
        return EditDistance(key, a) < EditDistance(key, b);
      }));
}

bool IsKnown(std::string_view key) {
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

// The texts of a list, a space between them.
std::optional<std::string> JoinTexts(const toml::node& node) {
  const toml::array* list = node.as_array();
  if (!list) return std::nullopt;
  std::string joined;
  for (const toml::node& item : *list) {
    const auto text = item.value_exact<std::string>();
    if (!text) return std::nullopt;
    joined += (joined.empty() ? "" : " ") + *text;
  }
  return joined;
}

Values ReadToml(const std::filesystem::path& file) {
  const std::string name = file.string();
  toml::table table;
  try {
    table = toml::parse(base::ReadFile(file), name);
  } catch (const toml::parse_error& error) {
    throw base::Error("{}, line {}: {}", name, error.source().begin.line,
                      std::string(error.description()));
  }
  Values values;
  for (const auto& [section_key, section_node] : table) {
    const std::string section(section_key.str());
    const toml::table* keys = section_node.as_table();
    if (!keys) {
      throw base::Error("{}: {} stands outside a section: did you mean {}?",
                        name, section, NearestKey(section));
    }
    const bool known_section =
        std::any_of(std::begin(kKeys), std::end(kKeys), [&](const char* key) {
          return std::string_view(key).starts_with(section + ".");
        });
    if (!known_section) {
      throw base::Error(
          "{}: there is no section [{}]: the sections are [site], [model], "
          "[worker], [api], [admin], [store], [limits], [privacy] and [mail]",
          name, section);
    }
    for (const auto& [key, node] : *keys) {
      const std::string full = section + "." + std::string(key.str());
      if (!IsKnown(full)) {
        throw base::Error("{}: {} is not known: did you mean {}?", name,
                          Shown(full), NearestKey(full));
      }
      auto text = node.value_exact<std::string>();
      if (IsNumber(full)) {
        if (const auto number = node.value_exact<int64_t>()) {
          text = std::to_string(*number);
        }
      }
      if (full == kListKey && !text) text = JoinTexts(node);
      if (!text) {
        throw base::Error("{}: {} must be {}", name, Shown(full),
                          IsNumber(full) ? "a whole number"
                          : full == kListKey
                              ? "a list of texts in quotation marks"
                              : "text in quotation marks");
      }
      values[full] = {*text, fmt::format("{}, {}", name, Shown(full))};
    }
  }
  return values;
}

// "ARTSPEAK_SITE_LISTEN" of "site.listen".
std::string VariableOf(std::string_view key) {
  std::string name = "ARTSPEAK_";
  for (char c : key) {
    name += c == '.' ? '_' : static_cast<char>(std::toupper(c));
  }
  return name;
}

void Override(Values& values, const Environment& environment) {
  for (const char* key : kKeys) {
    const std::string variable = VariableOf(key);
    if (auto text = environment(variable)) values[key] = {*text, variable};
  }
}

// `kind`: "a number of words such as 12".
void SetNumber(const Value& value, int least, const char* kind, int& number) {
  const char* end = value.text.data() + value.text.size();
  const auto [rest, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc() || rest != end || number < least) {
    throw base::Error("{} is {}, but must be {}", value.source,
                      value.text.empty() ? "empty" : value.text, kind);
  }
}

// "127.0.0.1:8080" or "[::1]:8080".
void SetListen(const Value& value, std::string& address_field,
               int& port_field) {
  const size_t colon = value.text.rfind(':');
  int port = -1;
  if (colon != std::string::npos) {
    const char* end = value.text.data() + value.text.size();
    const auto [rest, error] =
        std::from_chars(value.text.data() + colon + 1, end, port);
    if (error != std::errc() || rest != end) port = -1;
  }
  std::string address =
      value.text.substr(0, std::min(colon, value.text.size()));
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  if (port < 0 || port > 65535 || address.empty()) {
    throw base::Error(
        "{} is \"{}\", but must be an address and a port, like "
        "\"127.0.0.1:8080\"",
        value.source, value.text);
  }
  address_field = address;
  port_field = port;
}

// A key itself is never printed: it may stand here by mistake.
void SetKeyHashes(const Value& value, std::vector<std::string>& hashes) {
  std::istringstream words(value.text);
  for (std::string word; words >> word;) {
    if (!web::IsApiKeyHash(word)) {
      throw base::Error(
          "{} holds what is no key's hash: `artspeak admin api-key` makes a "
          "key and prints its hash",
          value.source);
    }
    hashes.push_back(word);
  }
}

Configuration FromValues(const Values& values,
                         const std::filesystem::path& folder) {
  Configuration configuration;
  configuration.folder = folder;
  const auto find = [&](std::string_view key) -> const Value* {
    const auto found = values.find(key);
    return found == values.end() ? nullptr : &found->second;
  };
  const auto set = [&](std::string_view key, std::string& field) {
    const Value* value = find(key);
    if (!value) return;
    if (value->text.empty()) {
      throw base::Error("{} is empty: give a value or leave it out",
                        value->source);
    }
    field = value->text;
  };
  const auto set_path = [&](std::string_view key,
                            std::filesystem::path& field) {
    std::string text = field.string();
    set(key, text);
    field = folder / text;  // an absolute path stays what it is
  };

  Configuration::Site& site = configuration.site;
  if (const Value* listen = find("site.listen")) {
    SetListen(*listen, site.address, site.port);
  }
  set("site.base_url", site.base_url);
  if (site.base_url.empty()) {
    const bool six = site.address.find(':') != std::string::npos;
    site.base_url =
        fmt::format(fmt::runtime(six ? "http://[{}]:{}" : "http://{}:{}"),
                    site.address, site.port);
  }
  set_path("site.directory", site.directory);
  set("site.time_zone", site.time_zone);
  set("site.name", site.name);
  if (const Value* proxy = find("site.proxy")) {
    site.proxy = base::ParseIpNetwork(proxy->text);
    if (!site.proxy) {
      throw base::Error(
          "{} is \"{}\", but must be an address like \"127.0.0.1\" or a "
          "network like \"10.0.0.0/8\"",
          proxy->source, proxy->text);
    }
  }
  if (find("site.held_words")) set_path("site.held_words", site.held_words);
  set("model.path", configuration.model);
  if (const Value* kv = find("model.kv")) {
    try {
      configuration.kv = gpt2::ParseKvFormat(kv->text);
    } catch (const base::Error& error) {
      throw base::Error("{}: {}", kv->source, error.what());
    }
  }
  if (const Value* words = find("model.max_copied_words")) {
    SetNumber(*words, 0, "a number of words such as 12, or 0 for any number",
              configuration.max_copied_words);
  }

  set_path("worker.busy_file", configuration.busy_file);
  if (const Value* keys = find(kListKey)) {
    SetKeyHashes(*keys, configuration.api.key_hashes);
  }
  if (const Value* listen = find("api.listen")) {
    SetListen(*listen, configuration.api.address, configuration.api.port);
  }

  if (const Value* listen = find("admin.listen")) {
    SetListen(*listen, configuration.admin.address, configuration.admin.port);
  }
  set("admin.password", configuration.admin.password);

  if (const Value* url = find("store.url")) {
    constexpr std::string_view kScheme = "sqlite:";
    if (!url->text.starts_with(kScheme) || url->text.size() == kScheme.size()) {
      throw base::Error("{} is \"{}\", but must be like \"sqlite:artspeak.db\"",
                        url->source, url->text);
    }
    configuration.database = url->text.substr(kScheme.size());
  }
  configuration.database = folder / configuration.database;

  service::AdmissionLimits& limits = configuration.limits;
  for (const auto& [key, limit] :
       {std::pair("limits.client", &limits.per_client),
        std::pair("limits.prompt", &limits.per_prompt),
        std::pair("limits.total", &limits.total),
        std::pair("limits.queue", &limits.queue),
        std::pair("limits.mails", &limits.mails),
        std::pair("api.texts_per_key", &configuration.api.limits.texts),
        std::pair("api.tokens_per_key", &configuration.api.limits.tokens)}) {
    if (const Value* value = find(key)) {
      SetNumber(*value, 1, "a whole number from 1", *limit);
    }
  }
  if (const Value* days = find("privacy.keep_days")) {
    SetNumber(*days, 0,
              "a number of days such as 7, or 0 for no longer than "
              "needed",
              configuration.keep_days);
  }

  Configuration::Mail& mail = configuration.mail;
  if (const Value* kind = find("mail.kind")) {
    if (kind->text == "smtp") {
      mail.kind = Configuration::Mail::Kind::kSmtp;
    } else if (kind->text != "directory") {
      throw base::Error("{} is \"{}\", but must be \"directory\" or \"smtp\"",
                        kind->source, kind->text);
    }
  }
  set_path("mail.directory", mail.directory);
  set("mail.url", mail.url);
  set("mail.from", mail.from);
  if (mail.kind == Configuration::Mail::Kind::kSmtp &&
      (mail.url.empty() || !find("mail.from"))) {
    throw base::Error(
        "[mail] kind is \"smtp\", which needs [mail] url and [mail] from");
  }
  return configuration;
}

}  // namespace

std::optional<std::string> SystemEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (!value) return std::nullopt;
  return value;
}

Configuration LoadConfiguration(const std::filesystem::path& file,
                                const Environment& environment) {
  Values values = ReadToml(file);
  Override(values, environment);
  return FromValues(values, file.parent_path());
}

Configuration DefaultConfiguration(const std::filesystem::path& folder,
                                   const Environment& environment) {
  Values values;
  Override(values, environment);
  return FromValues(values, folder);
}

Configuration ConfigurationFor(const std::string& config_option) {
  if (!config_option.empty()) return LoadConfiguration(config_option);
  constexpr const char* kDefault = "artspeak.toml";
  if (std::filesystem::exists(kDefault)) return LoadConfiguration(kDefault);
  return DefaultConfiguration("");
}

void RequireDatabase(const Configuration& configuration) {
  if (!std::filesystem::exists(configuration.database)) {
    throw base::Error(
        "there is no database {} yet: start the site once, or name its "
        "configuration with --config",
        configuration.database.string());
  }
}

std::filesystem::path ModelPath(const Configuration& configuration) {
  if (configuration.model.empty()) {
    throw base::Error(
        "no model is set: name a model directory or a run as path under "
        "[model] in artspeak.toml, or in ARTSPEAK_MODEL_PATH");
  }
  const std::filesystem::path runs = configuration.folder / "runs";
  const std::filesystem::path path = configuration.folder / configuration.model;
  return LocalModelDirectory(
      std::filesystem::is_directory(path) ? path.string() : configuration.model,
      runs);
}

}  // namespace artspeak::app
