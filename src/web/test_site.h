// The whole site on stores in memory, for the tests of its routes.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "net/http_message.h"
#include "service/gallery.h"
#include "service/mailing_list.h"
#include "service/reception.h"
#include "tests/support/fake_stores.h"
#include "tests/support/response.h"
#include "tests/support/testing.h"
#include "web/site.h"
#include "web/template_folder.h"

namespace artspeak::web {

using testing::Has;
using testing::HeaderOf;

class TestSite : public ::testing::Test {
 protected:
  static constexpr const char* kId = "0123456789ab";
  static constexpr const char* kToken = "0123456789abcdefghjkmnpqrstvwxyz";

  TestSite() {
    std::filesystem::copy(testing::SourceDir() / "site", folder_ / "site",
                          std::filesystem::copy_options::recursive);
    SiteOptions options;
    options.directory = folder_ / "site";
    options.base_url = "https://art.example";
    options.time_zone = "Europe/Vienna";
    options.name = "Test & Wall";
    site_ =
        std::make_unique<Site>(options, SiteServices{.reception = reception_,
                                                     .list = list_,
                                                     .gallery = gallery_});
  }

  net::Response Get(const std::string& path,
                    std::vector<net::Header> headers = {}) {
    net::Request request;
    request.method = "GET";
    request.target = request.path = path;
    request.headers = std::move(headers);
    return site_->Handle(request);
  }

  net::Response Post(const std::string& path, const std::string& body,
                     std::vector<net::Header> headers = {
                         {"Content-Type", "application/x-www-form-urlencoded"},
                         {"Origin", "https://art.example"}}) {
    net::Request request;
    request.method = "POST";
    request.target = request.path = path;
    request.headers = std::move(headers);
    request.body = body;
    return site_->Handle(request);
  }

  service::Review& AddReview(service::ReviewState state,
                             std::vector<std::string> texts = {}) {
    service::Review& review = store_.reviews[kId].review;
    review.id = kId;
    review.prompt = "The artist's <b>late</b> & blue";
    review.eccentricity = 8;
    review.created = base::UnixTime{std::chrono::seconds(1752573909)};
    review.state = state;
    review.texts = std::move(texts);
    return review;
  }

  service::Subscription& AddSubscription(service::SubscriptionState state) {
    service::Subscription& subscription = subscribers_.subscriptions[kToken];
    subscription.token = kToken;
    subscription.address = "a&b@art.example";
    subscription.state = state;
    return subscription;
  }

  // The site has seen it when this returns.
  void Overwrite(const std::string& file, const std::string& text) {
    base::WriteFileAtomically(folder_ / "site" / file, text);
    std::this_thread::sleep_for(TemplateFolder::kTrust);
  }

  testing::TempDir folder_;
  testing::FakeStore store_;
  base::FakeClock clock_{base::UnixTime{std::chrono::seconds(1752573900)}};
  service::Reception reception_{store_, clock_};
  testing::FakeSubscribers subscribers_;
  service::MailingList list_{subscribers_, clock_};
  testing::FakeGallery walls_;
  service::Gallery gallery_{walls_, clock_};
  std::unique_ptr<Site> site_;
};

}  // namespace artspeak::web
