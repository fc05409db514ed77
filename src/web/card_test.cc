#include "web/card.h"

#include <cairo.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace artspeak::web {
namespace {

constexpr const char* kText =
    "What the painting refuses is never stated, and this is its whole manner. "
    "Across four rooms the same blue is absent in four different ways.";

std::string Repeat(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<uint32_t> pixels;  // 0xRRGGBB

  uint32_t At(int x, int y) const {
    return pixels[static_cast<size_t>(y * width + x)];
  }
  // Rows in which something other than `colour` is between two columns.
  int FirstRowOtherThan(uint32_t colour, int top, int left, int right) const {
    for (int y = top; y < height; ++y) {
      for (int x = left; x < right; ++x) {
        if (At(x, y) != colour) return y;
      }
    }
    return height;
  }
};

Picture Decode(std::string png) {
  const auto read = [](void* from, unsigned char* bytes, unsigned int size) {
    auto& rest = *static_cast<std::string*>(from);
    if (rest.size() < size) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(bytes, rest.data(), size);
    rest.erase(0, size);
    return CAIRO_STATUS_SUCCESS;
  };
  cairo_surface_t* surface = cairo_image_surface_create_from_png_stream(
      read, static_cast<void*>(&png));
  Picture picture;
  picture.width = cairo_image_surface_get_width(surface);
  picture.height = cairo_image_surface_get_height(surface);
  const unsigned char* data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      uint32_t pixel = 0;
      std::memcpy(&pixel, data + y * stride + 4 * x, sizeof pixel);
      picture.pixels.push_back(pixel & 0xffffff);
    }
  }
  cairo_surface_destroy(surface);
  return picture;
}

Card Make(std::string title, std::string text) {
  return {"Artspeak", std::move(title), std::move(text), {}};
}

TEST(Card, IsOfTheSizeThatPreviewsAsk) {
  const Picture picture = Decode(DrawCard(Make("Blue", kText)));
  EXPECT_EQ(picture.width, 1200);
  EXPECT_EQ(picture.height, 630);
}

TEST(Card, TheSameWordsGiveTheSameBytes) {
  EXPECT_EQ(DrawCard(Make("Blue", kText)), DrawCard(Make("Blue", kText)));
  EXPECT_NE(DrawCard(Make("Blue", kText)), DrawCard(Make("Green", kText)));
  EXPECT_NE(DrawCard(Make("Blue", kText)), DrawCard(Make("Blue", "Other.")));
}

TEST(Card, WearsTheColoursOfItsStyle) {
  Card card = Make("Blue", kText);
  card.style.wall = 0x112233;
  card.style.ink = 0xfedcba;
  card.style.dot = 0x00ff00;
  const Picture picture = Decode(DrawCard(card));
  EXPECT_EQ(picture.At(0, 0), 0x112233u);
  EXPECT_EQ(picture.At(1199, 629), 0x112233u);
  const auto has = [&](uint32_t colour) {
    return std::count(picture.pixels.begin(), picture.pixels.end(), colour) > 9;
  };
  EXPECT_TRUE(has(0xfedcba));
  EXPECT_TRUE(has(0x00ff00));
}

// Whatever a visitor writes, nothing stands in the margin or is cut by the
// edge.
TEST(Card, KeepsItsMargins) {
  const std::vector<Card> cards = {
      Make("The artist’s late refusal of the colour blue", Repeat(kText, 20)),
      Make(Repeat("Sea and sky and ", 60), Repeat(kText, 20)),
      Make(Repeat("endless", 200), Repeat("word", 3000)),
      Make(Repeat("文字", 300), Repeat("文字", 3000)),
      Make("العمل الفني الأخير في الغرفة", Repeat("العمل الفني ", 300)),
      Make("", Repeat(kText, 20)),
      Make("", ""),
      {Repeat("Long name ", 30), "Blue", kText, {}},
      {Repeat("Long name ", 30), "", "", {}},
      Make("a\nb\tc", "d\n\ne\n\nf"),
  };
  // Letters may overhang by a stroke: an italic f by some ten pixels.
  constexpr int kClear = 40;
  for (size_t i = 0; i < cards.size(); ++i) {
    const Picture picture = Decode(DrawCard(cards[i]));
    const uint32_t wall = cards[i].style.wall;
    EXPECT_EQ(picture.FirstRowOtherThan(wall, 0, 0, kClear), 630) << i;
    EXPECT_EQ(picture.FirstRowOtherThan(wall, 0, 1200 - kClear, 1200), 630)
        << i;
    EXPECT_EQ(picture.FirstRowOtherThan(wall, 630 - kClear, 0, 1200), 630) << i;
    EXPECT_GE(picture.FirstRowOtherThan(wall, 0, 0, 1200), kClear) << i;
  }
}

TEST(Card, LeavesOutWhatNoFontCanDraw) {
  // The last character of a plane for private use.
  const std::string none = "\xf4\x8f\xbf\xbd";
  EXPECT_EQ(DrawCard(Make("Blue " + none + " and " + none + "red", kText)),
            DrawCard(Make("Blue and red", kText)));
  EXPECT_EQ(DrawCard(Make(none, none)), DrawCard(Make("", "")));
}

TEST(Card, RightToLeftBeginsAtTheRight) {
  const Picture picture = Decode(DrawCard(Make("العمل", "")));
  const uint32_t wall = CardStyle{}.wall;
  constexpr int kBelowTheRule = 120;
  EXPECT_EQ(picture.FirstRowOtherThan(wall, kBelowTheRule, 0, 600), 630);
  EXPECT_LT(picture.FirstRowOtherThan(wall, kBelowTheRule, 600, 1200), 630);
}

}  // namespace
}  // namespace artspeak::web
