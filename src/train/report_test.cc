#include "train/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <vector>

namespace artspeak::train {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

RunRecord Example(const std::string& name, double loss) {
  RunRecord run;
  run.name = name;
  for (int step = 1; step <= 50; ++step) {
    run.log["loss"].push_back({step * 10.0, loss});
    run.log["learning_rate"].push_back({step * 10.0, 1e-4});
    run.log["tokens"].push_back({step * 10.0, step * 5120.0});
    run.log["tokens_per_second"].push_back({step * 10.0, 1234});
    run.log["peak_memory_bytes"].push_back({step * 10.0, 2.5e9});
  }
  run.log["validation_loss"] = {{100, 3.9}, {400, 3.625}, {500, 3.75}};
  run.seconds = 200;
  run.samples = {{500, {"newest", "The sea is blue"}}, {100, {"oldest"}}};
  run.settings = {{"data", {{"data set", "reviews.csv"}}},
                  {"model", {{"began with", "124M"}}},
                  {"training", {{"steps", "1000"}, {"seed", "7"}}},
                  {"machine", {{"processor", "Example 3000"}}}};
  run.sample_prompts = {"", "The sea"};
  return run;
}

std::string Report(const std::vector<RunRecord>& runs) {
  return RenderReport(runs, "today");
}

TEST(Report, ShowsWhatWasMeasuredSetAndWritten) {
  const std::string page = Report({Example("run1", 3.5)});
  for (const char* shown :
       {"<title>run1", "124M on reviews.csv", ">500<", "of 1,000", "3.500",
        "best 3.625 at step 400", "256,000", "1,234 a second", "3 min 20 s",
        "2.5 GB", "<b>Loss</b>", "<b>Learning rate</b>", "<b>Speed</b>",
        "Step 100", "Example 3000", "seed", "today"}) {
    EXPECT_THAT(page, HasSubstr(shown));
  }
  EXPECT_LT(page.find("newest"), page.find("oldest"));
  // What it was given, apart from what it wrote.
  EXPECT_THAT(page,
              HasSubstr("<span class=\"said\">The sea</span> is blue</p>"));
  EXPECT_THAT(page, Not(HasSubstr("Longest copy")));
}

TEST(Report, ShowsOneEmptyLineForMany) {
  RunRecord run = Example("run1", 3.5);
  run.samples = {{500, {"one\n\n\n\n\ntwo\nthree"}}};
  EXPECT_THAT(Report({run}), HasSubstr(">one\n\ntwo\nthree<"));
}

TEST(Report, ShowsOriginalityBesidePeoplesOnceItIsLogged) {
  RunRecord run = Example("run1", 3.5);
  run.log["longest_copy"] = {{100, 4}, {500, 1}};
  run.log["copied_share"] = {{100, 0}, {500, 0.125}};
  run.log["human_longest_copy"] = {{0, 9}};
  run.log["human_copied_share"] = {{0, 0.02}};
  const std::string page = Report({run});
  EXPECT_THAT(page, AllOf(HasSubstr("<b>Longest copy</b>"),
                          HasSubstr("<b>Copied share</b>"),
                          HasSubstr("1 word<"), HasSubstr("people: 9 words"),
                          HasSubstr("people, held-out text 2.0 %"),
                          HasSubstr("what it writes 12.5 %")));
}

// Every opening tag has its closing one, in order.
void ExpectBalanced(const std::string& page) {
  const std::regex tag("<(/?)([a-z0-9]+)(?:\\s[^<>]*?)?(/?)>");
  const std::string body = page.substr(page.find("<html"));
  std::vector<std::string> open;
  for (std::sregex_iterator at(body.begin(), body.end(), tag), end; at != end;
       ++at) {
    const std::string name = (*at)[2];
    if ((*at)[3].length() > 0) continue;
    if ((*at)[1].length() == 0) {
      open.push_back(name);
      continue;
    }
    ASSERT_FALSE(open.empty()) << name;
    ASSERT_EQ(open.back(), name);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

TEST(Report, HostileTextStaysText) {
  RunRecord run = Example("<script>alert(1)</script>", 3.5);
  run.samples = {{1,
                  {"</p><script src=//evil.example/x></script>\x01\xFF",
                   "The sea<img src=x onerror=alert(1)>"}}};
  run.settings[0].values[0] = {"<b>name</b>", "\"><iframe>"};
  run.sample_prompts = {"</p><script", "The sea<img"};
  for (const auto& runs :
       {std::vector{run}, std::vector{run, Example("two", 3)}}) {
    const std::string page = Report(runs);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<img")));
    EXPECT_THAT(page, Not(HasSubstr("<iframe")));
    EXPECT_THAT(page, Not(HasSubstr("<b>name")));
    EXPECT_THAT(page, Not(HasSubstr("\x01")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    ExpectBalanced(page);
  }
}

TEST(Report, AsksForNothingOutsideItself) {
  const std::string page =
      Report({Example("one", 3.5), Example("two", 3), Example("three", 4)});
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* outside : {"http:", "https:", "url(", "@import",
                              "src=", "href=", "<link", "<script", "<object"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
  ExpectBalanced(page);
}

TEST(Report, SetsRunsSideBySideAndMarksWhatDiffers) {
  RunRecord one = Example("one", 3.5), two = Example("two", 3.25);
  two.settings[2].values = {{"steps", "1000"}, {"seed", "8"}};
  two.settings[1].values.emplace_back("layers", "3");
  two.samples = {{400, {"what the second wrote"}}};
  const std::string page = Report({one, two});
  EXPECT_THAT(page, HasSubstr("2 runs side by side"));
  EXPECT_THAT(page, HasSubstr("<tr class=\"differs\"><th scope=\"row\">seed"
                              "</th><td>7</td><td>8</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr><th scope=\"row\">steps</th>"
                              "<td>1000</td><td>1000</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<tr class=\"differs\"><th scope=\"row\">layers"
                              "</th><td><i>–</i></td><td>3</td></tr>"));
  EXPECT_THAT(page, HasSubstr("one, step 500"));
  EXPECT_THAT(page, HasSubstr("two, step 400"));
  EXPECT_THAT(page, HasSubstr("what the second wrote"));
  EXPECT_THAT(page, Not(HasSubstr("oldest")));
  EXPECT_THAT(page, HasSubstr("one 3.500\ntwo 3.250"));  // under the pointer
}

TEST(Report, StaysSmallHoweverLongTheRun) {
  RunRecord run = Example("long", 3);
  for (auto& [field, curve] : run.log) {
    curve.clear();
    for (int step = 1; step <= 100'000; ++step) {
      curve.push_back({step + 0.0, 1.0 + step * 31 % 97});
    }
  }
  EXPECT_LT(Report({run}).size(), 200'000u);
}

TEST(Report, ARunThatHasNotBegunSaysSo) {
  RunRecord run;
  run.name = "new";
  EXPECT_THAT(Report({run}), HasSubstr("Nothing is measured yet."));
  ExpectBalanced(Report({run, run}));
}

}  // namespace
}  // namespace artspeak::train
