#include "web/time_zone.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::web {
namespace {

base::UnixTime At(int64_t seconds) {
  return base::UnixTime{std::chrono::seconds(seconds)};
}

std::string Shown(const TimeZone& zone, int64_t seconds) {
  const LocalTime local = zone.Local(At(seconds));
  return FormatDate(local) + ", " + FormatTimeOfDay(local) + ", " +
         FormatIso(local);
}

TEST(TimeZone, SummerAndWinterDiffer) {
  const TimeZone vienna = TimeZone::Load("Europe/Vienna");
  EXPECT_EQ(Shown(vienna, 1736935509),
            "15 January 2025, 11:05 CET, 2025-01-15T11:05:09+01:00");
  EXPECT_EQ(Shown(vienna, 1752573909),
            "15 July 2025, 12:05 CEST, 2025-07-15T12:05:09+02:00");
}

TEST(TimeZone, ClocksChangeAtTheSecond) {
  const TimeZone vienna = TimeZone::Load("Europe/Vienna");
  EXPECT_EQ(FormatIso(vienna.Local(At(1743296399))),
            "2025-03-30T01:59:59+01:00");
  EXPECT_EQ(FormatIso(vienna.Local(At(1743296400))),
            "2025-03-30T03:00:00+02:00");
  EXPECT_EQ(FormatIso(vienna.Local(At(1761440399))),
            "2025-10-26T02:59:59+02:00");
  EXPECT_EQ(FormatIso(vienna.Local(At(1761440400))),
            "2025-10-26T02:00:00+01:00");
}

TEST(TimeZone, TheRuleGoesOnAfterTheLastTransition) {
  const TimeZone vienna = TimeZone::Load("Europe/Vienna");
  EXPECT_EQ(FormatIso(vienna.Local(At(3471336000))),  // 1 January 2080
            "2080-01-01T13:00:00+01:00");
  EXPECT_EQ(FormatIso(vienna.Local(At(3487060800))),  // 1 July 2080
            "2080-07-01T14:00:00+02:00");
}

TEST(TimeZone, SouthernSummersSpanTheNewYear) {
  const TimeZone sydney = TimeZone::Load("Australia/Sydney");
  EXPECT_EQ(sydney.Local(At(3471336000)).abbreviation, "AEDT");
  EXPECT_EQ(sydney.Local(At(3487060800)).abbreviation, "AEST");
}

// The C library reads the same files; it may be used here, where one thread
// owns the environment.
TEST(TimeZone, AgreesWithTheCLibrary) {
  for (const char* name :
       {"UTC", "Europe/Vienna", "America/New_York", "America/St_Johns",
        "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca",
        "Pacific/Apia", "America/Nuuk", "Asia/Gaza"}) {
    const TimeZone zone = TimeZone::Load(name);
    setenv("TZ", name, 1);
    tzset();
    for (int64_t seconds = -2'000'000'000; seconds < 6'000'000'000;
         seconds += 1'234'567) {
      const time_t when = seconds;
      tm expected = {};
      localtime_r(&when, &expected);
      const LocalTime local = zone.Local(At(seconds));
      ASSERT_EQ(local.utc_offset, expected.tm_gmtoff) << name << " " << seconds;
      ASSERT_EQ(local.abbreviation, expected.tm_zone) << name << " " << seconds;
      ASSERT_EQ(local.day, expected.tm_mday) << name << " " << seconds;
      ASSERT_EQ(local.year, expected.tm_year + 1900) << name << " " << seconds;
    }
  }
  unsetenv("TZ");
  tzset();
}

TEST(TimeZone, UnknownNamesAreRefused) {
  for (const char* name : {"", "Europe/Atlantis", "../../../etc/passwd",
                           "/etc/passwd", "Europe", "tzdata.zi"}) {
    EXPECT_THROW(TimeZone::Load(name), base::Error) << name;
  }
}

TEST(TimeZone, DamagedFilesAreRefusedOrRead) {
  const std::string whole = base::ReadFile("/usr/share/zoneinfo/Europe/Vienna");
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(TimeZone::Parse(whole.substr(0, length), "x"), base::Error)
        << length;
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x81);
    try {
      TimeZone::Parse(flipped, "x").Local(At(4'000'000'000));
    } catch (const base::Error&) {
    }
  }
}

TEST(TimeZone, TimesOutOfReachAreShownAsTheNearest) {
  const TimeZone utc = TimeZone::Load("UTC");
  EXPECT_LE(utc.Local(base::UnixTime::max()).year, 9999);
  EXPECT_GE(utc.Local(base::UnixTime::min()).year, 0);
}

}  // namespace
}  // namespace artspeak::web
