// How the service's values lie in SQLite's columns. Only for this room's .cc
// files.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <string_view>

#include "base/clock.h"

namespace artspeak::store {

inline int64_t FromTime(base::UnixTime time) {
  return time.time_since_epoch().count();
}

inline base::UnixTime ToTime(const SQLite::Column& column) {
  return base::UnixTime(std::chrono::milliseconds(column.getInt64()));
}

// Text may hold any byte, a zero too.
inline std::string ToText(const SQLite::Column& column) {
  return column.getString();
}

// Binds values to ?1, ?2, …; a string_view is copied.
inline void BindOne(SQLite::Statement& s, int i, std::string_view text) {
  s.bind(i, std::string(text));
}
inline void BindOne(SQLite::Statement& s, int i, const char* text) {
  s.bind(i, text);
}
inline void BindOne(SQLite::Statement& s, int i, base::UnixTime time) {
  s.bind(i, FromTime(time));
}
inline void BindOne(SQLite::Statement& s, int i, int number) {
  s.bind(i, number);
}
inline void BindOne(SQLite::Statement& s, int i, int64_t number) {
  s.bind(i, number);
}
inline void BindOne(SQLite::Statement& s, int i, double number) {
  s.bind(i, number);
}

template <typename... Values>
SQLite::Statement Prepare(SQLite::Database& database, const char* sql,
                          const Values&... values) {
  SQLite::Statement statement(database, sql);
  int i = 0;
  (BindOne(statement, ++i, values), ...);
  return statement;
}

// Runs a statement that changes rows; returns how many.
template <typename... Values>
int Execute(SQLite::Database& database, const char* sql,
            const Values&... values) {
  return Prepare(database, sql, values...).exec();
}

}  // namespace artspeak::store
