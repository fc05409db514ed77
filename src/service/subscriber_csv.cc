#include "service/subscriber_csv.h"

#include "base/clock.h"
#include "base/csv_record.h"

namespace artspeak::service {

std::string SubscribersAsCsv(std::span<const Subscription> list) {
  std::string csv =
      base::CsvRecord({"address", "requested", "requested_wording", "confirmed",
                       "confirmed_wording"});
  for (const Subscription& one : list) {
    csv += base::CsvRecord(
        {one.address, base::FormatUtc(one.requested), one.requested_wording,
         base::FormatUtc(one.confirmed), one.confirmed_wording});
  }
  return csv;
}

}  // namespace artspeak::service
