#include "web/time_zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::web {

namespace {

constexpr int64_t kDay = 86400;

int64_t DaysFromCivil(int year, int month, int day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / month / day)
      .time_since_epoch()
      .count();
}

// Big-endian numbers, one after another.
class Reader {
 public:
  Reader(std::string_view bytes, std::string_view source)
      : bytes_(bytes), source_(source) {}

  std::string_view Take(uint64_t count) {
    if (count > bytes_.size()) {
      throw base::Error(
          "the time zone file {} is damaged: reinstall the package tzdata",
          source_);
    }
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  // `size` bytes, two's complement.
  int64_t TakeNumber(int size) {
    const std::string_view raw = Take(size);
    uint64_t number = (raw[0] & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (const char c : raw) {
      number = number << 8 | static_cast<unsigned char>(c);
    }
    return static_cast<int64_t>(number);
  }

  uint32_t TakeCount() { return static_cast<uint32_t>(TakeNumber(4)); }

  [[noreturn]] void Fail() {
    bytes_ = {};
    Take(1);
    std::abort();  // Take has thrown
  }

  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
  std::string_view source_;
};

struct TzHeader {
  int version;
  uint64_t ut_flags, standard_flags, leaps, times, types, characters;
};

TzHeader TakeHeader(Reader& reader) {
  if (reader.Take(4) != "TZif") reader.Fail();
  const char version = reader.Take(1)[0];
  reader.Take(15);
  TzHeader header = {};
  header.version = version == 0 ? 1 : version - '0';
  header.ut_flags = reader.TakeCount();
  header.standard_flags = reader.TakeCount();
  header.leaps = reader.TakeCount();
  header.times = reader.TakeCount();
  header.types = reader.TakeCount();
  header.characters = reader.TakeCount();
  return header;
}

}  // namespace

// "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1-2017, 8.3, with RFC 8536's wider
// hours). Every function eats what it reads; a fault makes ok_ false.
class TimeZone::RuleParser {
 public:
  explicit RuleParser(std::string_view text) : text_(text) {}

  std::optional<Rule> Parse() {
    Rule rule;
    rule.standard = TakePeriod(std::nullopt);
    if (!text_.empty() && ok_) {
      rule.summer = TakePeriod(rule.standard.offset + 3600);
      Expect(',');
      rule.begin = TakeChange();
      Expect(',');
      rule.end = TakeChange();
    }
    if (!ok_ || !text_.empty()) return std::nullopt;
    return rule;
  }

 private:
  bool Eat(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  void Expect(char c) { ok_ = Eat(c) && ok_; }

  int TakeInt(int low, int high) {
    int number = 0;
    int digits = 0;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9' && digits < 4) {
      number = number * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
      ++digits;
    }
    if (digits == 0 || number < low || number > high) {
      ok_ = false;
      return low;
    }
    return number;
  }

  int TakeSeconds() {
    const int sign = Eat('-') ? -1 : 1;
    Eat('+');
    int seconds = TakeInt(0, 167) * 3600;
    if (Eat(':')) seconds += TakeInt(0, 59) * 60;
    if (Eat(':')) seconds += TakeInt(0, 59);
    return sign * seconds;
  }

  Period TakePeriod(std::optional<int> default_offset) {
    Period period;
    const bool quoted = Eat('<');
    size_t length = 0;
    while (length < text_.size() &&
           (quoted ? text_[length] != '>'
                   : (text_[length] >= 'A' && text_[length] <= 'Z') ||
                         (text_[length] >= 'a' && text_[length] <= 'z'))) {
      ++length;
    }
    period.abbreviation = text_.substr(0, length);
    text_.remove_prefix(length);
    if (quoted) Expect('>');
    if (length < 3) ok_ = false;
    if (default_offset && (text_.empty() || text_.front() == ',')) {
      period.offset = *default_offset;
    } else {
      period.offset = -TakeSeconds();  // POSIX counts west
    }
    return period;
  }

  Change TakeChange() {
    Change change;
    if (Eat('M')) {
      change.kind = Change::Kind::kMonthWeekDay;
      change.month = TakeInt(1, 12);
      Expect('.');
      change.week = TakeInt(1, 5);
      Expect('.');
      change.day = TakeInt(0, 6);
    } else if (Eat('J')) {
      change.kind = Change::Kind::kJulian;
      change.day = TakeInt(1, 365);
    } else {
      change.kind = Change::Kind::kDayOfYear;
      change.day = TakeInt(0, 365);
    }
    if (Eat('/')) change.time = TakeSeconds();
    return change;
  }

  std::string_view text_;
  bool ok_ = true;
};

int64_t TimeZone::Change::At(int year) const {
  using namespace std::chrono;
  int64_t days = 0;
  switch (kind) {
    case Kind::kMonthWeekDay: {
      // Week 5 means the last such day of the month.
      const std::chrono::weekday wanted{static_cast<unsigned>(day)};
      const year_month in = std::chrono::year(year) / month;
      days = (week == 5 ? sys_days(in / wanted[last])
                        : sys_days(in / wanted[static_cast<unsigned>(week)]))
                 .time_since_epoch()
                 .count();
      break;
    }
    case Kind::kJulian: {  // 1 to 365: 29 February is never counted
      const bool leap = std::chrono::year(year).is_leap();
      days = DaysFromCivil(year, 1, 1) + day - 1 + (leap && day >= 60 ? 1 : 0);
      break;
    }
    case Kind::kDayOfYear:
      days = DaysFromCivil(year, 1, 1) + day;
      break;
  }
  return days * kDay + time;
}

TimeZone TimeZone::Load(std::string_view name,
                        const std::filesystem::path& database) {
  const std::filesystem::path relative(name);
  const bool inside =
      !name.empty() && name.find('\0') == std::string_view::npos &&
      relative.is_relative() &&
      std::none_of(relative.begin(), relative.end(),
                   [](const auto& part) { return part == ".."; });
  const std::filesystem::path path = database / relative;
  std::error_code ignored;
  if (!inside || !std::filesystem::is_regular_file(path, ignored)) {
    throw base::Error(
        "there is no time zone “{}” in {}: write one as “Europe/Vienna”, and "
        "install the package tzdata",
        name, database.string());
  }
  return Parse(base::ReadFile(path), path.string());
}

TimeZone TimeZone::Parse(std::string_view bytes, std::string_view source) {
  Reader reader(bytes, source);
  TzHeader header = TakeHeader(reader);
  int time_size = 4;
  const auto data_size = [&] {
    return header.times * (time_size + 1) + header.types * 6 +
           header.characters + header.leaps * (time_size + 4) +
           header.standard_flags + header.ut_flags;
  };
  if (header.version >= 2) {  // the same again, in 64 bits
    reader.Take(data_size());
    header = TakeHeader(reader);
    time_size = 8;
  }
  if (header.types == 0 || header.types > 256 || header.times > bytes.size()) {
    reader.Fail();
  }

  TimeZone zone;
  for (uint64_t i = 0; i < header.times; ++i) {
    zone.transitions_.push_back(reader.TakeNumber(time_size));
  }
  for (const char type : reader.Take(header.times)) {
    zone.transition_types_.push_back(static_cast<uint8_t>(type));
  }
  if (!std::is_sorted(zone.transitions_.begin(), zone.transitions_.end())) {
    reader.Fail();
  }
  std::vector<uint8_t> names;
  for (uint64_t i = 0; i < header.types; ++i) {
    Period period;
    period.offset = static_cast<int>(reader.TakeNumber(4));
    if (std::abs(static_cast<int64_t>(period.offset)) > 2 * kDay) reader.Fail();
    reader.Take(1);
    names.push_back(static_cast<uint8_t>(reader.Take(1)[0]));
    zone.periods_.push_back(std::move(period));
  }
  const std::string_view characters = reader.Take(header.characters);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] >= characters.size()) reader.Fail();
    const std::string_view from = characters.substr(names[i]);
    zone.periods_[i].abbreviation = from.substr(0, from.find('\0'));
  }
  for (const uint8_t type : zone.transition_types_) {
    if (type >= zone.periods_.size()) reader.Fail();
  }
  zone.first_ = zone.periods_[0];

  if (time_size == 8) {
    reader.Take(header.leaps * 12 + header.standard_flags + header.ut_flags);
    std::string_view footer = reader.rest();
    if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') {
      reader.Fail();
    }
    footer = footer.substr(1, footer.size() - 2);
    if (!footer.empty()) {
      zone.rule_ = RuleParser(footer).Parse();
      if (!zone.rule_) reader.Fail();
    }
  }
  return zone;
}

const TimeZone::Period& TimeZone::PeriodAt(int64_t seconds) const {
  const auto after =
      std::upper_bound(transitions_.begin(), transitions_.end(), seconds);
  if (after != transitions_.end() || !rule_) {
    if (after == transitions_.begin()) return first_;
    return periods_[transition_types_[after - transitions_.begin() - 1]];
  }
  if (!rule_->summer) return rule_->standard;
  using namespace std::chrono;
  const int year = static_cast<int>(
      year_month_day(floor<days>(sys_seconds(std::chrono::seconds(
                         seconds + rule_->standard.offset))))
          .year());
  // Each change is told in the local time that ends with it.
  const int64_t begin = rule_->begin.At(year) - rule_->standard.offset;
  const int64_t end = rule_->end.At(year) - rule_->summer->offset;
  const bool summer = begin < end ? seconds >= begin && seconds < end
                                  : seconds >= begin || seconds < end;
  return summer ? *rule_->summer : rule_->standard;
}

LocalTime TimeZone::Local(base::UnixTime time) const {
  using namespace std::chrono;
  // Years 0 to 9999, so that every date has a name.
  constexpr int64_t kFirst = -62167219200;
  constexpr int64_t kLast = 253402300799 - 2 * kDay;
  const int64_t seconds = std::clamp<int64_t>(
      floor<std::chrono::seconds>(time).time_since_epoch().count(),
      kFirst + 2 * kDay, kLast);
  const Period& period = PeriodAt(seconds);
  const sys_seconds local{std::chrono::seconds(seconds + period.offset)};
  const sys_days day = floor<days>(local);
  const year_month_day date(day);
  const hh_mm_ss clock(local - day);
  LocalTime result;
  result.year = static_cast<int>(date.year());
  result.month = static_cast<int>(static_cast<unsigned>(date.month()));
  result.day = static_cast<int>(static_cast<unsigned>(date.day()));
  result.hour = static_cast<int>(clock.hours().count());
  result.minute = static_cast<int>(clock.minutes().count());
  result.second = static_cast<int>(clock.seconds().count());
  result.utc_offset = period.offset;
  result.abbreviation = period.abbreviation;
  return result;
}

std::string FormatDate(const LocalTime& time) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  return fmt::format("{} {} {}", time.day, kMonths.at(time.month - 1),
                     time.year);
}

std::string FormatTimeOfDay(const LocalTime& time) {
  return fmt::format("{:02}:{:02} {}", time.hour, time.minute,
                     time.abbreviation);
}

std::string FormatIso(const LocalTime& time) {
  const int minutes = std::abs(time.utc_offset) / 60;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}",
                     time.year, time.month, time.day, time.hour, time.minute,
                     time.second, time.utc_offset < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
}

}  // namespace artspeak::web
