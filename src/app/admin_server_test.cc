#include "app/admin_server.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "net/http_client.h"
#include "tests/support/testing.h"
#include "web/password_hash.h"

namespace artspeak::app {
namespace {

class AdminServerTest : public ::testing::Test {
 protected:
  AdminServerTest() {
    configuration_.admin.port = 0;
    configuration_.admin.password =
        web::HashPassword("eleven umbrellas", {64, 1, 1});
    configuration_.site.directory = testing::SourceDir() / "site";
    configuration_.site.base_url = "https://art.example";
  }

  testing::TempDir directory_;
  Stores stores_{directory_ / "artspeak.db"};
  base::SystemClock clock_;
  Configuration configuration_;
};

TEST_F(AdminServerTest, TheOwnersPagesAskForThePassword) {
  const AdminServer server(configuration_, stores_, clock_);
  const net::FetchResult page =
      net::HttpClient({}).Fetch({.url = server.url()});
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.url, server.url() + "admin/sign-in");
  EXPECT_NE(page.body.find("name=\"password\""), std::string::npos);
}

TEST_F(AdminServerTest, WhatCannotStartIsSaid) {
  CheckAdmin(configuration_, stores_);
  configuration_.admin.password = "eleven umbrellas";
  EXPECT_THROW(CheckAdmin(configuration_, stores_), base::Error);
  EXPECT_THROW(AdminServer(configuration_, stores_, clock_), base::Error);
  configuration_.admin.password.clear();
  CheckAdmin(configuration_, stores_);
}

}  // namespace
}  // namespace artspeak::app
