// artspeak.toml: what the site's owner sets.
//
//   [site]
//   listen = "127.0.0.1:8080"            # address and port
//   base_url = "https://art.example.org" # how visitors reach it
//   directory = "site"                   # templates and assets
//   time_zone = "Europe/Vienna"
//   name = "Artspeak"
//   proxy = "127.0.0.1"                  # whose X-Forwarded-For is believed
//   held_words = "held-words.txt"        # prompts that the owner reads first
//   [model]
//   path = "run1"                        # a model directory or a run's name
//   kv = "int8"                          # keys and values: fp32, bf16, int8
//   max_copied_words = 12                # in a row; 0: any number
//   [worker]
//   busy_file = "/dev/shm/artspeak.busy" # held while texts are written
//   [api]                                # for programs; off without keys
//   keys = ["0f3a…"]                     # as `artspeak admin api-key` prints
//   listen = "127.0.0.1:8082"            # of a worker that runs alone
//   texts_per_key = 8                    # at once
//   tokens_per_key = 200000              # an hour, of prompts and texts
//   [admin]                              # the owner's pages; off without one:
//   password = "$argon2id$…"             # as `artspeak admin password` prints
//   listen = "127.0.0.1:8081"
//   [store]
//   url = "sqlite:artspeak.db"
//   [limits]                             # submissions an hour
//   client = 30                          # from one address
//   prompt = 20                          # of the same words
//   total = 600
//   queue = 200                          # jobs waiting or in hand
//   mails = 5                            # a day to one address
//   [privacy]
//   keep_days = 7                        # addresses no longer needed
//   [mail]
//   kind = "directory"                   # or "smtp"
//   directory = "mails"                  # one .eml file a mail
//   url = "smtp://user:password@mail.example.org:587"
//   from = "Artspeak <reviews@example.org>"
//
// Every key may be left out. An environment variable such as
// ARTSPEAK_SITE_LISTEN or ARTSPEAK_MAIL_URL overrides its key: the place for
// passwords. Relative paths start at the file's folder.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "gpt2/kv_format.h"
#include "service/admission.h"
#include "web/key_quota.h"

namespace artspeak::app {

struct Configuration {
  struct Site {
    std::string address = "127.0.0.1";
    int port = 8080;
    std::string base_url;  // left out: http:// and the address
    std::filesystem::path directory = "site";
    std::string time_zone = "UTC";
    std::string name = "Artspeak";
    std::optional<base::IpNetwork> proxy;  // none: nobody's header is believed
    std::filesystem::path held_words;      // app/held_words.h; empty: none
  };
  struct Api {
    std::vector<std::string> key_hashes;  // web/api_key.h; none: off
    // Of a worker without web role; empty: it does not listen.
    std::string address;
    int port = 0;
    web::KeyLimits limits;
  };
  struct Admin {
    std::string address = "127.0.0.1";
    int port = 8081;
    std::string password;  // web/password_hash.h; empty: off
  };
  struct Mail {
    enum class Kind { kDirectory, kSmtp };
    Kind kind = Kind::kDirectory;
    std::filesystem::path directory = "mails";
    std::string url;  // may hold a password: never printed
    std::string from = "Artspeak <reviews@artspeak.example>";
  };

  Site site;
  Admin admin;
  std::string model;                 // as ModelPath wants it; empty: none set
  std::optional<gpt2::KvFormat> kv;  // none: what suits the model's weights
  // That a text may share in a row with what the model was trained on; 0: any
  // number.
  int max_copied_words = 0;
  // base::BusyFile that a worker holds while it writes. Its folder is the one
  // in memory that all users and services of a machine share.
  std::filesystem::path busy_file = "/dev/shm/artspeak.busy";
  Api api;
  std::filesystem::path database = "artspeak.db";
  service::AdmissionLimits limits;
  int keep_days = 7;  // mail addresses no longer needed, and clients' hashes
  Mail mail;
  std::filesystem::path folder;  // where relative paths start
};

// What getenv answers; a test gives its own.
using Environment =
    std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> SystemEnvironment(const std::string& name);

// Reads `file`, then the environment. Throws base::Error naming file and key:
// an unknown key (with the nearest known one), a value of a wrong kind, an
// address without a port, a store or mail that is not known.
Configuration LoadConfiguration(
    const std::filesystem::path& file,
    const Environment& environment = SystemEnvironment);

// The same without a file: every default, relative to `folder`.
Configuration DefaultConfiguration(
    const std::filesystem::path& folder,
    const Environment& environment = SystemEnvironment);

// The file `--config` names, or artspeak.toml here, or the defaults if that is
// not there.
Configuration ConfigurationFor(const std::string& config_option);

// Throws base::Error if there is no database yet: opening it would make one,
// and a question to a site that never ran is a slip.
void RequireDatabase(const Configuration& configuration);

// The model's folder. Throws base::Error if none is set or it is not there.
std::filesystem::path ModelPath(const Configuration& configuration);

}  // namespace artspeak::app
