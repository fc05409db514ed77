#include "web/card_press.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace artspeak::web {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 60s;  // no test waits so long

CardPress::MakeCard Titled(std::string title) {
  return [title] { return Card{"", title, "", {}}; };
}

TEST(CardPress, DrawsOnceAndKeepsTheFile) {
  std::atomic<int> drawn = 0;
  CardPress press(
      [&](const Card& card) {
        ++drawn;
        return "picture of " + card.title;
      },
      {});
  const CardPress::Png first = press.Wait("a", Titled("Blue"), kLong);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(*first, "picture of Blue");
  EXPECT_EQ(press.Wait("a", Titled("Blue"), kLong), first);
  press.Order("a", Titled("Blue"));
  EXPECT_EQ(*press.Wait("b", Titled("Red"), kLong), "picture of Red");
  EXPECT_EQ(drawn, 2);
}

TEST(CardPress, WhatWasOrderedIsThereWhenItIsAskedFor) {
  CardPress press([](const Card& card) { return card.title; }, {});
  press.Order("a", Titled("Blue"));
  EXPECT_EQ(*press.Wait(
                "a", [] { return Card{}; }, kLong),
            "Blue");
}

// A press that is stopped in the middle of its first card.
class BusyPress : public ::testing::Test {
 protected:
  BusyPress() : press_([this](const Card& card) { return Draw(card); }, kFew) {
    press_.Order("first", Titled("first"));
    begun_.wait();
  }
  ~BusyPress() override { GoOn(); }

  std::string Draw(const Card& card) {
    if (card.title == "first") {
      begun_.count_down();
      go_on_.wait();
    }
    return card.title;
  }
  void GoOn() {
    if (!go_on_.try_wait()) go_on_.count_down();
  }

  static constexpr CardPress::Limits kFew{.bytes = 10, .orders = 3};
  std::latch begun_{1};
  std::latch go_on_{1};
  CardPress press_;
};

TEST_F(BusyPress, OneThreadWaitsAndOthersAreToldAtOnce) {
  std::atomic<int> answered = 0;
  std::promise<void> refused;
  const auto ask = [&] {
    const CardPress::Png png = press_.Wait("first", Titled("first"), kLong);
    if (png == nullptr) {
      refused.set_value();
    } else {
      ++answered;
    }
  };
  std::thread one(ask);
  std::thread other(ask);
  EXPECT_EQ(refused.get_future().wait_for(kLong), std::future_status::ready);
  EXPECT_EQ(answered, 0);
  GoOn();
  one.join();
  other.join();
  EXPECT_EQ(answered, 1);
}

TEST_F(BusyPress, PatienceEnds) {
  EXPECT_EQ(press_.Wait("first", Titled("first"), 1ms), nullptr);
}

TEST_F(BusyPress, TooManyOrdersAreRefused) {
  press_.Order("a", Titled("a"));
  press_.Order("b", Titled("b"));
  press_.Order("b", Titled("b"));
  int made = 0;
  EXPECT_EQ(press_.Wait(
                "c",
                [&] {
                  ++made;
                  return Card{};
                },
                kLong),
            nullptr);
  EXPECT_EQ(made, 0);
  GoOn();
  EXPECT_EQ(*press_.Wait("b", Titled("other"), kLong), "b");
}

TEST(CardPressEnd, ItEndsWithoutDrawingWhatIsOrdered) {
  // It may be through with all of them before it is told to end, if this thread
  // has to wait: then another round shows it.
  constexpr int kOrders = 100;
  bool dropped = false;
  for (int round = 0; round < 100 && !dropped; ++round) {
    int drawn = 0;
    {
      CardPress press(
          [&](const Card& card) {
            ++drawn;
            return card.title;
          },
          {.orders = kOrders});
      for (int i = 0; i < kOrders; ++i) {
        press.Order(std::to_string(i), Titled("Blue"));
      }
    }
    dropped = drawn < kOrders;
  }
  EXPECT_TRUE(dropped);
}

TEST(CardPressMemory, WhatWasAskedForLongestAgoGoesFirst) {
  std::atomic<int> drawn = 0;
  CardPress press(
      [&](const Card& card) {
        ++drawn;
        return card.title;
      },
      {.bytes = 8});
  press.Wait("a", Titled("aaaa"), kLong);
  press.Wait("b", Titled("bbbb"), kLong);
  press.Wait("a", Titled("aaaa"), kLong);
  press.Wait("c", Titled("cccc"), kLong);  // b goes
  EXPECT_EQ(drawn, 3);
  press.Wait("a", Titled("aaaa"), kLong);
  EXPECT_EQ(drawn, 3);
  press.Wait("b", Titled("bbbb"), kLong);
  EXPECT_EQ(drawn, 4);
}

TEST(CardPressMemory, AFileAboveTheLimitIsStillHandedOut) {
  CardPress press([](const Card& card) { return card.title; }, {.bytes = 2});
  EXPECT_EQ(*press.Wait("a", Titled("aaaa"), kLong), "aaaa");
  EXPECT_EQ(*press.Wait("b", Titled("bbbb"), kLong), "bbbb");
}

TEST(CardPressFault, OneThatCannotBeDrawnIsTriedAgain) {
  int tries = 0;
  CardPress press(
      [&](const Card& card) -> std::string {
        if (++tries == 1) throw std::runtime_error("no font");
        return card.title;
      },
      {});
  EXPECT_EQ(press.Wait("a", Titled("Blue"), kLong), nullptr);
  EXPECT_EQ(*press.Wait("a", Titled("Blue"), kLong), "Blue");
}

}  // namespace
}  // namespace artspeak::web
