#include "store/sqlite_secret_store.h"

#include <span>

#include "base/random.h"
#include "store/sqlite_values.h"

namespace artspeak::store {

std::string SqliteSecretStore::Secret() {
  std::string secret;
  const auto read = [&](SQLite::Database& database) {
    SQLite::Statement row(database, "SELECT bytes FROM secret");
    if (row.executeStep()) secret = ToText(row.getColumn(0));
  };
  database_.Read(read);
  if (!secret.empty()) return secret;

  std::string fresh(service::kSecretBytes, '\0');
  base::SystemRandom(std::as_writable_bytes(std::span(fresh)));
  database_.Write([&](SQLite::Database& database) {
    SQLite::Statement row(database,
                          "INSERT INTO secret (id, bytes) VALUES (1, ?) "
                          "ON CONFLICT DO NOTHING");
    row.bind(1, fresh.data(), static_cast<int>(fresh.size()));
    row.exec();
    read(database);  // another's, if that came first
  });
  return secret;
}

}  // namespace artspeak::store
