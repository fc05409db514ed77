// Local time of a named zone, from the system's tz database.
//
// localtime() knows one zone per process and reads a variable of the
// environment; GCC 12 has no std::chrono::time_zone. So this reads the compiled
// file itself: TZif, RFC 8536, with the POSIX rule in its footer for times
// after the last transition.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace artspeak::web {

struct LocalTime {
  int year = 1970;
  int month = 1;             // 1 to 12
  int day = 1;               // 1 to 31
  int hour = 0;              // 0 to 23
  int minute = 0;            // 0 to 59
  int second = 0;            // 0 to 59
  int utc_offset = 0;        // seconds east of Greenwich
  std::string abbreviation;  // "CEST"
};

// Immutable, thread-safe.
class TimeZone {
 public:
  // `name` as in "Europe/Vienna". Throws Error if there is no such zone.
  static TimeZone Load(
      std::string_view name,
      const std::filesystem::path& database = "/usr/share/zoneinfo");

  // Reads a TZif file's bytes. Throws Error, naming `source`, if they are
  // damaged.
  static TimeZone Parse(std::string_view bytes, std::string_view source);

  LocalTime Local(base::UnixTime time) const;

 private:
  struct Period {
    int offset = 0;  // seconds east of Greenwich
    std::string abbreviation;
  };
  // A day of the year at which the clocks change: POSIX, "TZ" variable.
  struct Change {
    enum class Kind { kMonthWeekDay, kJulian, kDayOfYear };
    Kind kind = Kind::kMonthWeekDay;
    int month = 1, week = 1, day = 0;  // day: of the week, or of the year
    int time = 7200;                   // seconds of local time
    int64_t At(int year) const;        // local seconds since 1970-01-01 00:00
  };
  struct Rule {
    Period standard;
    std::optional<Period> summer;
    Change begin, end;  // of summer time
  };
  class RuleParser;

  const Period& PeriodAt(int64_t seconds) const;

  std::vector<int64_t> transitions_;       // Unix seconds, ascending
  std::vector<uint8_t> transition_types_;  // index into periods_, for each
  std::vector<Period> periods_;
  Period first_;  // before the first transition
  std::optional<Rule> rule_;
};

// "12 March 2025".
std::string FormatDate(const LocalTime& time);
// "14:05 CET".
std::string FormatTimeOfDay(const LocalTime& time);
// "2025-03-12T14:05:09+01:00", for <time datetime>.
std::string FormatIso(const LocalTime& time);

}  // namespace artspeak::web
