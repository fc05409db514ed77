#include "service/subscriber_csv.h"

#include <gtest/gtest.h>

#include <vector>

namespace artspeak::service {
namespace {

TEST(SubscribersAsCsv, TellsWhoAgreedToWhatAndWhen) {
  Subscription one;
  one.address = "v@art.example";
  one.requested = base::UnixTime(std::chrono::seconds(1700000000));
  one.requested_wording = "Write \"news\", please";
  one.confirmed = one.requested + std::chrono::minutes(1);
  one.confirmed_wording = "Yes";
  EXPECT_EQ(SubscribersAsCsv(std::vector{one}),
            "address,requested,requested_wording,confirmed,confirmed_wording"
            "\r\nv@art.example,2023-11-14T22:13:20Z,"
            "\"Write \"\"news\"\", please\",2023-11-14T22:14:20Z,Yes\r\n");
}

}  // namespace
}  // namespace artspeak::service
