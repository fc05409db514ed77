#include "web/card.h"

#include <cairo.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numbers>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/utf8.h"

namespace artspeak::web {

namespace {

// All in pixels, baselines from above.
constexpr double kMargin = 80;
constexpr double kWidth = kCardWidth - 2 * kMargin;
constexpr double kNameSize = 34;
constexpr double kNameBaseline = 90;
constexpr double kRule = 114;
constexpr double kHead = 138;  // the title lies below
constexpr std::array<double, 7> kTitleSizes = {84, 76, 68, 60, 53, 47, 42};
constexpr double kTitleLeading = 1.12;  // times its size
constexpr double kTitleHeight = 250;
constexpr double kTextSize = 31;
constexpr double kTextLeading = 43;
constexpr double kGap = 62;  // from the title's last baseline, at least
constexpr double kLastBaseline = 572;
constexpr double kSiteSize = 150;  // the name, where it is all there is
constexpr double kSiteBaseline = 350;
constexpr double kDotOfName = 0.19;  // radius, times the name's size
// More fits on no card.
constexpr size_t kMaxName = 40;  // code points
constexpr size_t kMaxTitle = 600;
constexpr size_t kMaxText = 1200;
constexpr int kMaxWordsCut = 3;  // to make room for "…"
constexpr std::string_view kBeforeEllipsis = " ,;:";

template <auto Free>
struct FreeBy {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, FreeBy<cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, FreeBy<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, FreeBy<g_object_unref>>;
using Font =
    std::unique_ptr<PangoFontDescription, FreeBy<pango_font_description_free>>;

void SetColour(cairo_t* cairo, uint32_t rgb) {
  cairo_set_source_rgb(cairo, (rgb >> 16 & 255) / 255.0,
                       (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
}

std::string FirstOf(std::string_view text, size_t code_points) {
  std::string_view rest = text;
  for (size_t i = 0; i < code_points && !rest.empty(); ++i) {
    rest.remove_prefix(static_cast<size_t>(base::DecodeUtf8(rest).bytes));
  }
  return std::string(text.substr(0, text.size() - rest.size()));
}

// Without what would be left where characters were taken out.
std::string OneSpaceEach(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' || (!result.empty() && result.back() != ' ')) result += c;
  }
  return result;
}

std::set<char32_t> UnknownCharacters(PangoLayout* layout) {
  std::set<char32_t> unknown;
  for (GSList* line = pango_layout_get_lines_readonly(layout); line != nullptr;
       line = line->next) {
    for (GSList* run = static_cast<PangoLayoutLine*>(line->data)->runs;
         run != nullptr; run = run->next) {
      const PangoGlyphString* glyphs =
          static_cast<PangoGlyphItem*>(run->data)->glyphs;
      for (int i = 0; i < glyphs->num_glyphs; ++i) {
        const PangoGlyph glyph = glyphs->glyphs[i].glyph;
        if (glyph & PANGO_GLYPH_UNKNOWN_FLAG) {
          unknown.insert(glyph & ~PANGO_GLYPH_UNKNOWN_FLAG);
        }
      }
    }
  }
  return unknown;
}

int LineCount(const Layout& layout) {
  return pango_layout_get_line_count(layout.get());
}

void SetWidth(const Layout& layout, double width) {
  pango_layout_set_width(layout.get(), pango_units_from_double(width));
}

// Lines about as long as each other: the narrowest width that needs no more.
void Balance(const Layout& layout) {
  const int lines = LineCount(layout);
  double fits = kWidth;
  double breaks = kWidth / 2;
  while (fits - breaks > 4) {
    const double width = (fits + breaks) / 2;
    SetWidth(layout, width);
    (LineCount(layout) > lines ? breaks : fits) = width;
  }
  SetWidth(layout, fits);
}

// Sets and draws text. Letters stand where they would on paper: not moved to
// whole pixels.
class Setter {
 public:
  explicit Setter(cairo_t* cairo) : cairo_(cairo) {
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cairo_, options);
    cairo_font_options_destroy(options);
  }

  // One paragraph, broken into lines of the card's width.
  Layout Set(std::string_view text, const CardFace& face, double size) const {
    Layout layout(pango_cairo_create_layout(cairo_));
    pango_context_set_round_glyph_positions(
        pango_layout_get_context(layout.get()), FALSE);
    pango_layout_set_text(layout.get(), text.data(),
                          static_cast<int>(text.size()));
    const Font font(pango_font_description_new());
    pango_font_description_set_family(font.get(), face.families.c_str());
    // There is no italic of Arabic or Hebrew, only a slant.
    if (face.italic &&
        pango_layout_get_direction(layout.get(), 0) != PANGO_DIRECTION_RTL) {
      pango_font_description_set_style(font.get(), PANGO_STYLE_ITALIC);
    }
    if (face.bold) {
      pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    }
    pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    SetWidth(layout, kWidth);
    return layout;
  }

  // `text` without the characters that no font has: no boxes in their place.
  std::string Drawable(std::string_view text, const CardFace& face) const {
    const Layout layout = Set(text, face, kTextSize);
    if (pango_layout_get_unknown_glyphs_count(layout.get()) == 0) {
      return std::string(text);
    }
    const std::set<char32_t> unknown = UnknownCharacters(layout.get());
    std::string drawable;
    while (!text.empty()) {
      const base::Utf8Character c = base::DecodeUtf8(text);
      text.remove_prefix(static_cast<size_t>(c.bytes));
      if (!unknown.contains(c.code_point)) {
        base::AppendUtf8(c.code_point, drawable);
      }
    }
    return OneSpaceEach(drawable);
  }

  // As Set, cut to `lines` after a word.
  Layout SetAtMost(int lines, std::string_view text, const CardFace& face,
                   double size) const {
    Layout layout = Set(text, face, size);
    if (LineCount(layout) <= lines) return layout;
    const PangoLayoutLine* next =
        pango_layout_get_line_readonly(layout.get(), lines);
    std::string_view kept =
        text.substr(0, static_cast<size_t>(next->start_index));
    for (int words = 0; words < kMaxWordsCut; ++words) {
      kept = kept.substr(0, kept.find_last_not_of(kBeforeEllipsis) + 1);
      layout = Set(std::string(kept) + "…", face, size);
      if (LineCount(layout) <= lines) return layout;
      kept = kept.substr(0, std::min(kept.rfind(' '), kept.size()));
    }
    // A script without spaces.
    layout = Set(text, face, size);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    pango_layout_set_height(layout.get(), -lines);
    return layout;
  }

  // The first line lies on `baseline`.
  void Draw(const Layout& layout, double baseline, double leading) const {
    for (GSList* line = pango_layout_get_lines_readonly(layout.get());
         line != nullptr; line = line->next, baseline += leading) {
      auto* glyphs = static_cast<PangoLayoutLine*>(line->data);
      double x = kMargin;
      if (pango_layout_line_get_resolved_direction(glyphs) ==
          PANGO_DIRECTION_RTL) {
        PangoRectangle box;
        pango_layout_line_get_extents(glyphs, nullptr, &box);
        x += kWidth - pango_units_to_double(box.width);
      }
      cairo_move_to(cairo_, x, baseline);
      pango_cairo_show_layout_line(cairo_, glyphs);
    }
  }

  // The name and its dot.
  void DrawName(const Card& card, double size, double baseline) const {
    const Layout layout =
        Set(Drawable(FirstOf(card.name, kMaxName), card.style.text),
            card.style.text, size);
    Draw(layout, baseline, 0);
    PangoRectangle box;
    pango_layout_get_extents(layout.get(), nullptr, &box);
    const double radius = kDotOfName * size;
    const double width = pango_units_to_double(box.width);
    SetColour(cairo_, card.style.dot);
    cairo_arc(cairo_,
              std::min(kMargin + width + 1.9 * radius, kCardWidth - radius),
              baseline - radius, radius, 0, 2 * std::numbers::pi);
    cairo_fill(cairo_);
    SetColour(cairo_, card.style.ink);
  }

  void DrawRule(double y) const {
    cairo_rectangle(cairo_, kMargin, y, kWidth, 2);
    cairo_fill(cairo_);
  }

  // As large as its height allows. Returns its last baseline.
  double DrawTitle(std::string_view title, const CardFace& face) const {
    Layout layout;
    double leading = 0;
    int room = 0;  // lines
    for (const double size : kTitleSizes) {
      layout = Set(title, face, size);
      leading = kTitleLeading * size;
      room = static_cast<int>(kTitleHeight / leading);
      if (LineCount(layout) <= room) break;
    }
    if (LineCount(layout) <= room) {
      Balance(layout);
    } else {
      layout = SetAtMost(room, title, face, kTitleSizes.back());
    }
    Draw(layout, kHead + leading, leading);
    return kHead + LineCount(layout) * leading;
  }

  // Down to the foot of the card, or from `baseline` on if it is short.
  void DrawText(std::string_view text, const CardFace& face,
                double baseline) const {
    const int room =
        1 + static_cast<int>((kLastBaseline - baseline) / kTextLeading);
    const Layout layout = SetAtMost(room, text, face, kTextSize);
    if (LineCount(layout) == room) {
      baseline = kLastBaseline - (room - 1) * kTextLeading;
    }
    Draw(layout, baseline, kTextLeading);
  }

 private:
  cairo_t* cairo_;
};

void DrawOn(cairo_t* cairo, const Card& card) {
  SetColour(cairo, card.style.wall);
  cairo_paint(cairo);
  SetColour(cairo, card.style.ink);
  const Setter setter(cairo);
  const std::string title =
      setter.Drawable(FirstOf(card.title, kMaxTitle), card.style.title);
  const std::string text =
      setter.Drawable(FirstOf(card.text, kMaxText), card.style.text);
  if (title.empty() && text.empty()) {
    setter.DrawName(card, kSiteSize, kSiteBaseline);
    setter.DrawRule(kLastBaseline);
    return;
  }
  setter.DrawName(card, kNameSize, kNameBaseline);
  setter.DrawRule(kRule);
  const double baseline =
      title.empty() ? kHead : setter.DrawTitle(title, card.style.title);
  if (!text.empty()) setter.DrawText(text, card.style.text, baseline + kGap);
}

cairo_status_t Append(void* png, const unsigned char* bytes,
                      unsigned int size) {
  static_cast<std::string*>(png)->append(reinterpret_cast<const char*>(bytes),
                                         size);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

std::string DrawCard(const Card& card) {
  const Surface surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, kCardWidth, kCardHeight));
  const Context cairo(cairo_create(surface.get()));
  DrawOn(cairo.get(), card);
  std::string png;
  const cairo_status_t status =
      cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS
          ? cairo_status(cairo.get())
          : cairo_surface_write_to_png_stream(surface.get(), Append, &png);
  if (status != CAIRO_STATUS_SUCCESS) {
    throw base::Error("a card could not be drawn: {}",
                      cairo_status_to_string(status));
  }
  return png;
}

}  // namespace artspeak::web
