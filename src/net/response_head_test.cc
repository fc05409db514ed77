#include "net/response_head.h"

#include <gtest/gtest.h>

namespace artspeak::net {
namespace {

const std::chrono::sys_seconds kDate{std::chrono::seconds(784111777)};

TEST(ResponseHead, IsTheStatusTheHeadersAndWhatTheServerAdds) {
  const Response response = {
      404, {{"Content-Type", "text/plain"}, {"ETag", "\"1\""}}, "none"};
  EXPECT_EQ(FormatHead(response, {.date = kDate, .content_length = 4}),
            "HTTP/1.1 404 Not Found\r\n"
            "Content-Type: text/plain\r\n"
            "ETag: \"1\"\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 4\r\n\r\n");
  EXPECT_EQ(FormatHead({}, {.date = kDate, .chunked = true, .close = true}),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Transfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n");
}

TEST(ResponseHead, AnotherStatusMayStandInItsPlace) {
  EXPECT_TRUE(FormatHead({}, {.date = kDate, .status = 503})
                  .starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
}

TEST(ResponseHead, WhatTheServerSaysIsSaidOnce) {
  const Response response = {200,
                             {{"content-length", "7"},
                              {"TRANSFER-ENCODING", "gzip"},
                              {"date", "today"},
                              {"Connection", "upgrade"}},
                             ""};
  EXPECT_EQ(FormatHead(response, {.date = kDate, .content_length = 0}),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(ResponseHead, WhatWouldBreakItIsNotSent) {
  EXPECT_TRUE(CanBeSent({200, {{"X-Y", "a b"}}, ""}));
  for (const Response& broken :
       {Response{100, {}, ""}, Response{600, {}, ""},
        Response{200, {{"", "a"}}, ""}, Response{200, {{"X Y", "a"}}, ""},
        Response{200, {{"X:", "a"}}, ""}, Response{200, {{"X", "a\r"}}, ""},
        Response{200, {{"X", "a\nSet-Cookie: b"}}, ""},
        Response{200, {{"X", std::string("a\0b", 3)}}, ""}}) {
    EXPECT_FALSE(CanBeSent(broken));
  }
}

}  // namespace
}  // namespace artspeak::net
