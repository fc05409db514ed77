// From a submission by way of a worker to `artspeak admin reviews regenerate`,
// with a tiny model.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "corpus/passage_file.h"
#include "engine/text_engine.h"
#include "service/worker.h"
#include "store/sqlite_database.h"
#include "store/sqlite_job_queue.h"
#include "store/sqlite_moderation_store.h"
#include "store/sqlite_submission_store.h"
#include "tests/support/testing.h"
#include "tests/support/tiny_model.h"

namespace artspeak::app {
namespace {

using nlohmann::json;

struct Answer {
  std::string output;
  std::string error;  // empty: the command succeeded
};

Answer RunAdmin(std::vector<std::string> words) {
  CLI::App app;
  AddAdminCommand(app);
  words.insert(words.begin(), "admin");
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  Answer answer;
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();  // the bar
  try {
    app.parse(words);
  } catch (const base::Error& error) {
    answer.error = error.what();
  } catch (const CLI::Error& error) {
    answer.error = std::string("usage: ") + error.what();
  }
  ::testing::internal::GetCapturedStderr();
  answer.output = ::testing::internal::GetCapturedStdout();
  return answer;
}

class RegenerateCommandTest : public ::testing::Test {
 protected:
  RegenerateCommandTest() {
    testing::SaveTinyModel(directory_ / "model", 16);
    base::WriteFileAtomically(
        directory_ / "artspeak.toml",
        "[model]\npath = \"model\"\n[store]\nurl = \"sqlite:artspeak.db\"\n");
  }

  std::string Submit() {
    const std::string id = fmt::format("{:012x}", ++submitted_);
    submissions_.Add({.id = id,
                      .prompt = "The light is quiet",
                      .email = "",
                      .eccentricity = 10,
                      .created = clock_.Now()},
                     /*seed=*/42);
    return id;
  }
  // Has the job in line done, so many texts at a time.
  void Work(int slots = service::kTextsPerReview,
            decode::CopyLimit limit = {}) {
    engine::TextEngine engine(
        decode::LoadedModel::Load(directory_ / "model"),
        {.slots = slots, .threads = 1, .copy_limit = std::move(limit)});
    std::stop_source stop;
    service::Worker worker(
        queue_, engine, clock_,
        {.name = "w", .on_finished = [&] { stop.request_stop(); }});
    worker.Run(stop.get_token());
  }
  std::string Review(decode::CopyLimit limit = {}) {
    const std::string id = Submit();
    Work(service::kTextsPerReview, std::move(limit));
    return id;
  }
  // An index of these texts, in the model's folder.
  corpus::PassageIndex Index(const std::vector<std::string>& texts) {
    corpus::PassageIndexBuilder builder;
    for (const std::string& text : texts) builder.Add(text);
    corpus::PassageIndex index = builder.Finish();
    corpus::WritePassageFile(directory_ / "model" / "originality", index,
                             std::string(16, 'x'));
    return index;
  }
  service::StoredReview Find(const std::string& id) {
    return submissions_.Find(id).value();
  }
  // Keeps these texts as another review; returns its id.
  std::string Keep(service::StoredReview stored) {
    const std::string id = Submit();
    const auto job = queue_.LeaseNext("w", clock_.Now()).value();
    for (size_t i = 0; i < stored.review.texts.size(); ++i) {
      queue_.SaveText(job.lease, static_cast<int>(i), stored.review.texts[i],
                      stored.provenances[i].value());
    }
    queue_.Finish(job.lease, clock_.Now());
    return id;
  }
  Answer Regenerate(const std::string& id,
                    const std::vector<std::string>& options = {}) {
    std::vector<std::string> words = {"reviews", "regenerate", id, "--config",
                                      (directory_ / "artspeak.toml").string()};
    words.insert(words.end(), options.begin(), options.end());
    return RunAdmin(words);
  }

  int submitted_ = 0;
  testing::TempDir directory_;
  base::SystemClock clock_;
  store::SqliteDatabase database_{directory_ / "artspeak.db"};
  store::SqliteSubmissionStore submissions_{database_};
  store::SqliteJobQueue queue_{database_};
};

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<bool> Same(const Answer& answer) {
  const json object = json::parse(answer.output);
  std::vector<bool> same;
  for (const json& text : object.at("texts")) {
    same.push_back(text.at("same"));
  }
  return same;
}

TEST_F(RegenerateCommandTest, EveryTextComesOutAsItIsKept) {
  const std::string id = Review();
  const auto kept = Find(id);
  const std::string database = base::ReadFile(directory_ / "artspeak.db");
  for (const char* threads : {"1", "3"}) {
    const Answer answer = Regenerate(id, {"--json", "--threads", threads});
    EXPECT_EQ(answer.error, "");
    const json object = json::parse(answer.output);
    EXPECT_EQ(object.at("id"), id);
    EXPECT_EQ(object.at("model_hash"),
              kept.provenances[0]->generator.model_hash);
    ASSERT_EQ(object.at("texts").size(), 5u);
    for (size_t i = 0; i < 5; ++i) {
      EXPECT_TRUE(object.at("texts")[i].at("same")) << i;
      EXPECT_EQ(object.at("texts")[i].at("text"), kept.review.texts[i]) << i;
      EXPECT_EQ(object.at("texts")[i].at("note"), "") << i;
    }
  }
  const Answer printed = Regenerate(id);
  EXPECT_EQ(printed.error, "");
  EXPECT_TRUE(Contains(printed.output, "---- text 5: the same\n"));
  EXPECT_TRUE(Contains(printed.output, "All 5 texts are as they are kept."));
  EXPECT_EQ(base::ReadFile(directory_ / "artspeak.db"), database);
}

TEST_F(RegenerateCommandTest, TextsOfSeveralAttemptsComeOutAsTheyAreKept) {
  const std::string id = Submit();
  // The first attempt dies after a text; the next one has few slots.
  const auto first = queue_.LeaseNext("first", clock_.Now()).value();
  {
    const std::string other = Review();  // of the same seed
    const auto kept = Find(other);
    queue_.SaveText(first.lease, 3, kept.review.texts[3],
                    kept.provenances[3].value());
  }
  queue_.GiveBack(first.lease);
  Work(2);
  const Answer answer = Regenerate(id, {"--json"});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(Same(answer), std::vector<bool>(5, true));
}

TEST_F(RegenerateCommandTest, AChangedTextIsSaidToBeDifferent) {
  auto kept = Find(Review());
  kept.review.texts[3] += '.';
  const std::string id = Keep(kept);
  const Answer answer = Regenerate(id);
  EXPECT_TRUE(Contains(answer.error, "4 of the 5 texts")) << answer.error;
  EXPECT_TRUE(Contains(answer.output, "---- text 3: the same\n"));
  EXPECT_TRUE(Contains(answer.output, "---- text 4: different\n"));
  EXPECT_EQ(Same(Regenerate(id, {"--json"})),
            (std::vector<bool>{true, true, true, false, true}));
}

TEST_F(RegenerateCommandTest, EachTextIsWrittenWithItsOwnSeedAndOptions) {
  const auto written = Find(Review());
  for (int part = 0; part < 4; ++part) {
    auto kept = written;
    service::Provenance& made = kept.provenances[2].value();
    if (part == 0) made.seed ^= 1;
    if (part == 1) made.sampling.temperature = 0.1f;
    if (part == 2) made.sampling.top_p = 0.01f;
    if (part == 3) made.sampling.max_tokens = 3;
    EXPECT_EQ(Same(Regenerate(Keep(kept), {"--json"})),
              (std::vector<bool>{true, true, false, true, true}))
        << part;
  }
}

TEST_F(RegenerateCommandTest, AnotherModelIsRefused) {
  const std::string id = Review();
  const std::string wrote = Find(id).provenances[0]->generator.model_hash;
  std::filesystem::rename(directory_ / "model", directory_ / "before");
  testing::SaveTinyModel(directory_ / "model", 16, 11);
  const Answer answer = Regenerate(id);
  EXPECT_EQ(answer.output, "");
  EXPECT_TRUE(Contains(answer.error, "the model " + wrote.substr(0, 12)))
      << answer.error;
  EXPECT_EQ(Regenerate(id, {"--model", (directory_ / "before").string()}).error,
            "");
}

TEST_F(RegenerateCommandTest, TextsOfAnotherModelAreLeftOut) {
  auto kept = Find(Review());
  kept.provenances[1]->generator.model_hash = "0123456789abcdef";
  kept.provenances[4]->generator.kv = "int2";
  const Answer answer = Regenerate(Keep(kept));
  EXPECT_TRUE(Contains(answer.error, "3 of the 5 texts")) << answer.error;
  EXPECT_TRUE(Contains(answer.output,
                       "---- text 2: not written again: it was written by the "
                       "model 0123456789ab, and"));
  EXPECT_TRUE(Contains(answer.output,
                       "---- text 5: not written again: it was written with "
                       "keys and values in int2, and"));
}

// A worker with another model, and so with other keys and values, wrote the
// first text: the others' count.
TEST_F(RegenerateCommandTest, AFirstTextOfAnotherModelHindersNoneOfTheOthers) {
  auto kept = Find(Review());
  kept.provenances[0]->generator.model_hash = "0123456789abcdef";
  kept.provenances[0]->generator.kv = "bf16";
  const Answer answer = Regenerate(Keep(kept));
  EXPECT_TRUE(Contains(answer.error, "4 of the 5 texts")) << answer.error;
}

TEST_F(RegenerateCommandTest, TextsThatWereWrittenAgainForCopyingAreKept) {
  const auto free = Find(Review());  // of the same seed
  const auto index = Index({free.review.texts[1], free.review.texts[4]});
  const std::string id = Review({.passages = index, .max_words = 3});
  const auto kept = Find(id);
  EXPECT_EQ(kept.review.texts[0], free.review.texts[0]);
  ASSERT_NE(kept.review.texts[1], free.review.texts[1]);
  ASSERT_NE(kept.review.texts[4], free.review.texts[4]);
  const Answer answer = Regenerate(id, {"--json", "--threads", "3"});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(Same(answer), std::vector<bool>(5, true));
  EXPECT_EQ(json::parse(answer.output).at("max_copied_words"), 3);
  // The site's own limit does not matter: each text comes with its own.
  EXPECT_EQ(Regenerate(free.review.id).error, "");
}

TEST_F(RegenerateCommandTest, AnIndexThatIsGoneOrChangedIsSaid) {
  const auto index = Index({"oil on wood", "a chair"});
  const std::string id = Review({.passages = index, .max_words = 3});
  Index({"oil on wood", "a table"});
  const Answer changed = Regenerate(id);
  EXPECT_TRUE(Contains(
      changed.error,
      "cannot be written again: it was kept from copying the "
      "training texts " +
          Find(id).provenances[0]->generator.passages_hash.substr(0, 12) +
          ", and the index"))
      << changed.error;
  std::filesystem::remove(directory_ / "model" / "originality");
  const Answer gone = Regenerate(id);
  EXPECT_TRUE(Contains(gone.error, "review " + id +
                                       " was kept from copying and cannot be "
                                       "written again: "))
      << gone.error;
  EXPECT_TRUE(Contains(gone.error, "originality is missing")) << gone.error;
}

TEST_F(RegenerateCommandTest, TextsOfAnotherLimitAreLeftOut) {
  Index({"oil on wood"});
  auto kept = Find(Review());
  kept.provenances[2]->generator.max_copied_words = 8;
  const Answer answer = Regenerate(Keep(kept));
  EXPECT_TRUE(Contains(answer.error, "4 of the 5 texts")) << answer.error;
  EXPECT_TRUE(Contains(answer.output,
                       "---- text 3: not written again: it was written with "
                       "max_copied_words 8, and here it is 0"))
      << answer.output;
}

TEST_F(RegenerateCommandTest, AnotherInstructionSetIsSaid) {
  auto kept = Find(Review());
  kept.provenances[0]->generator.instruction_set = "abacus";
  const Answer answer = Regenerate(Keep(kept));
  EXPECT_EQ(answer.error, "");
  EXPECT_TRUE(Contains(answer.output,
                       "---- text 1: the same: it was written with abacus "
                       "instructions, and this processor has"))
      << answer.output;
}

TEST_F(RegenerateCommandTest, ReviewsThatCannotBeWrittenAgainSayWhy) {
  EXPECT_TRUE(Contains(Regenerate("000000000000").error, "there is no review"));

  const std::string waiting = Submit();
  EXPECT_TRUE(
      Contains(Regenerate(waiting).error, "not finished yet (waiting)"));
  for (int i = 0; i < service::kMaxAttempts; ++i) {
    const auto job = queue_.LeaseNext("w", clock_.Now()).value();
    EXPECT_TRUE(Contains(Regenerate(waiting).error, "(generating)"));
    queue_.Fail(job.lease, "no memory", clock_.Now(), clock_.Now());
  }
  EXPECT_TRUE(Contains(Regenerate(waiting).error, "failed"));
  store::SqliteModerationStore owner(database_);
  owner.Block(waiting, {service::kByCommand, clock_.Now()});
  EXPECT_TRUE(Contains(Regenerate(waiting).error, "is blocked"));
  service::Submission held{"00000000000b", "A chair", "", 7, false, {}};
  held.held = true;
  ASSERT_TRUE(submissions_.Add(held, 1));
  EXPECT_TRUE(Contains(Regenerate(held.id).error, "approve 00000000000b"));

  submissions_.Import({"0a1b2c3d", "An old chair", 3, clock_.Now(), {"One."}});
  EXPECT_TRUE(Contains(Regenerate("0a1b2c3d").error,
                       "before models and seeds were kept"));
}

TEST_F(RegenerateCommandTest, ShowTellsWhatIsKept) {
  const std::string id = Review();
  const auto made = Find(id).provenances[0].value();
  const Answer shown = RunAdmin({"reviews", "show", id, "--json", "--config",
                                 (directory_ / "artspeak.toml").string()});
  const json object = json::parse(shown.output);
  ASSERT_EQ(object.at("provenances").size(), 5u);
  EXPECT_EQ(object.at("provenances")[0],
            (json{{"model_hash", made.generator.model_hash},
                  {"kv", "fp32"},
                  {"instruction_set", made.generator.instruction_set},
                  {"max_copied_words", 0},
                  {"passages_hash", ""},
                  {"temperature", 1.0},
                  {"top_p", 0.9},
                  {"max_tokens", 400},
                  {"seed", made.seed}}));
}

}  // namespace
}  // namespace artspeak::app
