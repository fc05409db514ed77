#include "app/training_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "app/live_report.h"
#include "app/training_passages.h"
#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "corpus/markers.h"
#include "corpus/originality.h"
#include "corpus/passage_file.h"
#include "corpus/reader.h"
#include "corpus/token_file.h"
#include "gpt2/config.h"
#include "gpt2/model_directory.h"
#include "tests/support/npz_file.h"
#include "tests/support/testing.h"
#include "text/tokenizer.h"
#include "train/run_folder.h"

namespace artspeak::app {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TrainingRun : public ::testing::Test {
 protected:
  TrainingRun() {
    std::ofstream file(directory_ / "data.txt");
    for (int i = 0; i < 60; ++i) file << "the " << i << " dogs sleep. ";
    request_.dataset = directory_ / "data.txt";
    request_.runs = directory_ / "runs";
    request_.model = "new";
    request_.shape = {
        .layers = 1, .width = 8, .heads = 2, .context = 8, .vocab_size = 260};
    request_.threads = 1;
    SetSteps(3);
  }

  void SetSteps(int64_t steps) {
    request_.adjust = [steps](train::TrainOptions& options) {
      options.steps = steps;
      options.batch_size = 2;
      options.sample_every = 2;
    };
  }

  train::TrainerState Saved() const {
    return train::RunFolder(request_.runs / request_.run_name).LoadState();
  }

  fs::path Tokens() const {
    return request_.runs / request_.run_name / "tokens";
  }

  // Runs, and returns what was said.
  std::string Told() {
    ::testing::internal::CaptureStdout();
    RunTraining(request_, {});
    return ::testing::internal::GetCapturedStdout();
  }

  // The sentence that this request fails with.
  std::string Fault() const {
    try {
      RunTraining(request_, {});
    } catch (const base::Error& error) {
      return error.what();
    }
    return "no error";
  }

  testing::TempDir directory_;
  TrainingRequest request_;
};

TEST_F(TrainingRun, MakesAModelFromTextAlone) {
  const TrainingResult result = RunTraining(request_, {});
  EXPECT_EQ(result.ending, train::Ending::kFinished);
  EXPECT_EQ(result.step, 3);
  EXPECT_EQ(result.model, request_.runs / "run1" / "model");
  EXPECT_TRUE(result.validation_loss);
  const gpt2::Config config = gpt2::Config::Load(result.model);
  EXPECT_EQ(config.width, 8);
  EXPECT_EQ(config.context, 8);
  EXPECT_TRUE(fs::exists(request_.runs / "run1" / "samples" / "000002.txt"));
}

TEST_F(TrainingRun, KeepsToItsMemory) {
  EXPECT_THAT(Told(), HasSubstr("Memory: about 0.1 GB of the "));
  EXPECT_EQ(Saved().options.memory, gpt2::Memory::kRoomy);
  request_.memory = MemoryRequest::kLow;
  EXPECT_THAT(Told(), HasSubstr("--memory is now low, it was roomy"));
  EXPECT_THAT(base::ReadFile(request_.runs / "run1" / "settings.json"),
              HasSubstr("\"memory\": \"low\""));
  request_.memory = MemoryRequest::kKept;
  EXPECT_THAT(Told(), Not(HasSubstr("emory")));
  EXPECT_EQ(Saved().options.memory, gpt2::Memory::kLow);
  EXPECT_EQ(Saved().moments.form(), train::MomentForm::kInt8);
  request_.memory = MemoryRequest::kAuto;
  EXPECT_THAT(Told(), HasSubstr("--memory is now roomy, it was low"));
}

TEST_F(TrainingRun, KeepsAReportAndItsSettings) {
  request_.adjust = [](train::TrainOptions& options) {
    options.steps = 4;
    options.sample_every = 2;
    options.print_every = 1;
    options.sample_prompts = {"the <dogs>", ""};
  };
  RunTraining(request_, {});
  const fs::path run = request_.runs / "run1";
  const std::string page = base::ReadFile(run / "report.html");
  for (const char* shown :
       {"A new model on ", "data.txt", "Validation loss", "of 4", "Step 2",
        "<span class=\"said\">the &lt;dogs&gt;</span>", "</html>"}) {
    EXPECT_THAT(page, HasSubstr(shown));
  }
  // Each text begins as it was told to, at every step.
  for (const char* step : {"000002.txt", "000004.txt"}) {
    const std::string samples = base::ReadFile(run / "samples" / step);
    EXPECT_TRUE(samples.starts_with("the <dogs>")) << samples;
    EXPECT_EQ(samples.find("the <dogs>", 1), std::string::npos) << samples;
  }
  const std::string settings = base::ReadFile(run / "settings.json");
  for (const char* shown :
       {"\"steps\": 4", "\"began_with\": \"new\"", "\"width\": 8",
        "\"processor\"", "\"threads\": 1", "\"batch-size\": 1"}) {
    EXPECT_THAT(settings, HasSubstr(shown));
  }
  // What is not said is kept.
  EXPECT_EQ(Saved().options.sample_prompts,
            (std::vector<std::string>{"the <dogs>", ""}));
}

TEST_F(TrainingRun, AReportThatCannotBeWrittenIsOnlySaid) {
  fs::create_directories(request_.runs / "run1" / "report.html" / "in the way");
  fs::create_directories(request_.runs / "run1" / "settings.json" / "too");
  const std::string told = Told();
  EXPECT_THAT(told, HasSubstr("The settings are not kept for the report"));
  EXPECT_THAT(told, HasSubstr("the report is not up to date"));
  EXPECT_EQ(told.find("the report is not"), told.rfind("the report is not"));
  EXPECT_EQ(Saved().step, 3);
}

TEST_F(TrainingRun, APortInUseIsRefusedBeforeAnythingElse) {
  const LiveReport other(0);
  request_.port = other.port();
  EXPECT_THAT(Fault(), HasSubstr("is in use"));
  EXPECT_FALSE(fs::exists(request_.runs));
}

TEST_F(TrainingRun, ShowsItsReportWhileItTrains) {
  {
    const LiveReport free(0);
    request_.port = free.port();
  }
  EXPECT_THAT(Told(), HasSubstr("The report: http://127.0.0.1:"));
}

TEST_F(TrainingRun, TheBestIsKeptBesideTheLast) {
  const TrainingResult result = RunTraining(request_, {});
  EXPECT_EQ(result.best_step, 3);
  EXPECT_TRUE(fs::equivalent(request_.runs / "run1" / "best",
                             request_.runs / "run1" / "latest"));
}

TEST_F(TrainingRun, GoesOnWithTheRunsOwnOptions) {
  RunTraining(request_, {});
  request_.model.clear();
  request_.shape = {};
  request_.adjust = [](train::TrainOptions& options) { options.steps = 2; };
  EXPECT_EQ(RunTraining(request_, {}).step, 5);
  EXPECT_EQ(Saved().options.batch_size, 2);
}

TEST_F(TrainingRun, BeginsAgainFreshOrFromAnotherModel) {
  RunTraining(request_, {});
  request_.restore_from = "fresh";
  EXPECT_EQ(RunTraining(request_, {}).step, 3);
  EXPECT_EQ(Saved().base, "new");

  request_.run_name = "run2";
  request_.model.clear();
  request_.shape = {};
  request_.restore_from = "run1";
  EXPECT_EQ(RunTraining(request_, {}).step, 3);
  EXPECT_EQ(Saved().base,
            fs::canonical(request_.runs / "run1" / "model").string());
}

TEST_F(TrainingRun, SecondsStandForStepsAndAFinishedRunIsLeftAlone) {
  request_.seconds = 0.02;
  request_.adjust = [](train::TrainOptions& options) {
    options.sample_every = options.validate_every = options.print_every = 0;
  };
  const TrainingResult first = RunTraining(request_, {});
  EXPECT_EQ(first.ending, train::Ending::kFinished);
  EXPECT_GE(first.step, 1);
  EXPECT_EQ(RunTraining(request_, {}).step, first.step);
}

TEST_F(TrainingRun, AnInterruptBeforeTheFirstStepCanBeGoneOnFrom) {
  std::stop_source source;
  source.request_stop();
  const TrainingResult result = RunTraining(request_, source.get_token());
  EXPECT_EQ(result.ending, train::Ending::kInterrupted);
  EXPECT_EQ(result.last_step, 0);
  // It did not go on to the end of what it was doing.
  EXPECT_FALSE(fs::exists(Tokens()));
  EXPECT_FALSE(fs::exists(request_.runs / "run1" / "latest"));
  EXPECT_EQ(RunTraining(request_, {}).step, 3);

  // Going on, there is nothing to prepare: the trainer itself is interrupted.
  const TrainingResult again = RunTraining(request_, source.get_token());
  EXPECT_EQ(again.ending, train::Ending::kInterrupted);
  EXPECT_EQ(again.step, 3);
  EXPECT_EQ(again.last_step, 6);
}

TEST_F(TrainingRun, GoesOnWithTheTokensItKept) {
  RunTraining(request_, {});
  const text::Tokenizer tokenizer =
      text::Tokenizer::Load(request_.runs / "run1" / "model");
  const train::TrainOptions options = Saved().options;
  const corpus::TokenOrigin origin = {
      .dataset = corpus::DatasetDigest(request_.dataset),
      .column = "",
      .tokenizer = tokenizer.Digest(),
      .vocab_size = tokenizer.vocab_size(),
      .options = {.validation_fraction = options.validation_fraction,
                  .seed = options.seed}};
  auto kept = corpus::ReadTokenFile(Tokens(), origin);
  ASSERT_TRUE(kept);
  // Other tokens than the data set's, under its name: if they are what the run
  // goes on with, it made none itself.
  kept->training[0] = (kept->training[0] + 1) % 256;
  corpus::WriteTokenFile(Tokens(), *kept, origin);
  const std::string before = Saved().data_digest;
  EXPECT_THAT(Told(), AllOf(HasSubstr("as before (read from "),
                            HasSubstr("the data set is not the one")));
  EXPECT_NE(Saved().data_digest, before);
  EXPECT_THAT(Told(), Not(HasSubstr("the data set is not the one")));
}

TEST_F(TrainingRun, KeptTokensAndNewOnesTrainTheSameModel) {
  RunTraining(request_, {});
  fs::copy(request_.runs / "run1", request_.runs / "run2",
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  const std::string tokens = base::ReadFile(Tokens());
  EXPECT_THAT(Told(), HasSubstr("as before"));
  const std::string model =
      base::ReadFile(request_.runs / "run1/model/model.safetensors");

  request_.run_name = "run2";
  fs::remove(Tokens());
  EXPECT_THAT(Told(), HasSubstr("run2/tokens is missing: it is made again"));
  EXPECT_TRUE(base::ReadFile(Tokens()) == tokens);
  EXPECT_TRUE(base::ReadFile(request_.runs / "run2/model/model.safetensors") ==
              model);
}

TEST_F(TrainingRun, DamagedTokensAreMadeAgain) {
  RunTraining(request_, {});
  const std::string whole = base::ReadFile(Tokens());
  for (const size_t at : {size_t{8}, size_t{20}, whole.size() / 2}) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    base::WriteFileAtomically(Tokens(), flipped);
    const std::string told = Told();
    EXPECT_THAT(told, HasSubstr("it is made again from the data set")) << at;
    EXPECT_THAT(told, Not(HasSubstr("the data set is not the one"))) << at;
    EXPECT_TRUE(base::ReadFile(Tokens()) == whole) << at;
  }
}

TEST_F(TrainingRun, TokensThatCannotBeKeptAreOnlySaid) {
  fs::create_directories(Tokens() / "in the way");
  EXPECT_THAT(Told(), HasSubstr("The tokens are not kept"));
  EXPECT_EQ(Saved().step, 3);
  EXPECT_THAT(Told(), HasSubstr("The tokens are not kept"));
  EXPECT_EQ(Saved().step, 6);
}

TEST_F(TrainingRun, AChangedDatasetIsReadAndAnnounced) {
  RunTraining(request_, {});
  const auto time = fs::last_write_time(request_.dataset);
  std::string text = base::ReadFile(request_.dataset);
  text[0] = 'T';
  base::WriteFileAtomically(request_.dataset, text);
  fs::last_write_time(request_.dataset, time);
  EXPECT_THAT(Told(), AllOf(HasSubstr("1 documents"),
                            HasSubstr("the data set is not the one")));
  EXPECT_THAT(Told(), HasSubstr("as before"));

  // So is another split of it.
  request_.adjust = [](train::TrainOptions& options) {
    options.steps = 1;
    options.validation_fraction = 0.2;
  };
  EXPECT_THAT(Told(), HasSubstr("1 documents"));
}

TEST_F(TrainingRun, AnotherDatasetIsRefusedUnlessItIsSaid) {
  request_.restore_from.clear();
  RunTraining(request_, {});
  const std::string tokens = base::ReadFile(Tokens());
  const fs::path own = request_.dataset;
  request_.dataset = directory_ / "poems.txt";
  std::ofstream(request_.dataset) << "a rose is a rose is a rose is a rose";
  EXPECT_THAT(Fault(), AllOf(HasSubstr("was trained on another data set than"),
                             HasSubstr("poems.txt"),
                             HasSubstr("--restore-from latest")));
  EXPECT_TRUE(base::ReadFile(Tokens()) == tokens);
  EXPECT_EQ(Saved().step, 3);
  // The same text under another name is the same data set.
  request_.dataset = directory_ / "moved.txt";
  fs::copy(own, request_.dataset);
  RunTraining(request_, {});
  EXPECT_EQ(Saved().step, 6);
  // So is another split that was asked for.
  request_.adjust = [](train::TrainOptions& options) {
    options.steps = 1;
    options.validation_fraction = 0.2;
  };
  EXPECT_THAT(Told(), HasSubstr("the data set is not the one"));
  request_.dataset = directory_ / "poems.txt";
  request_.restore_from = "latest";
  EXPECT_THAT(Told(), HasSubstr("the data set is not the one"));
}

TEST_F(TrainingRun, TheColumnIsKeptAndPartOfTheData) {
  request_.dataset = directory_ / "data.csv";
  std::ofstream(request_.dataset)
      << "id,review\n1,the first dogs sleep\n2,the others do not sleep\n";
  request_.adjust = [](train::TrainOptions& options) {
    options.steps = 1;
    options.column = "review";
  };
  RunTraining(request_, {});
  EXPECT_EQ(Saved().options.column, "review");
  request_.adjust = [](train::TrainOptions& options) { options.steps = 1; };
  EXPECT_THAT(Told(), HasSubstr("as before"));
  request_.adjust = [](train::TrainOptions& options) { options.column = ""; };
  EXPECT_THAT(Told(), AllOf(HasSubstr("--column is now \"\", it was review"),
                            HasSubstr("2 documents"),
                            HasSubstr("the data set is not the one")));
  request_.adjust = [](train::TrainOptions& options) { options.column = "no"; };
  EXPECT_THAT(Fault(), HasSubstr("it has id, review"));
}

TEST_F(TrainingRun, KeepsAnIndexOfWhatItTrainsOnNotOfWhatIsHeldOut) {
  std::ofstream(directory_ / "data.txt", std::ios::app)
      << "At last a cat that nobody expected walks in and the show is over.";
  EXPECT_THAT(Told(), HasSubstr("Originality: a held-out text shares "));
  const fs::path file = request_.runs / "run1" / "originality";
  const corpus::PassageIndex index =
      OpenPassages(request_.runs / "run1" / "model");
  EXPECT_EQ(corpus::MeasureOriginality("the 7 dogs sleep the 8 dogs", index)
                .LongestCopy(),
            7u);
  EXPECT_EQ(corpus::MeasureOriginality("the show is over", index).LongestCopy(),
            1u);

  // Made of the same tokens it is kept; missing or damaged, it is made again.
  const std::string whole = base::ReadFile(file);
  const auto written = fs::last_write_time(file);
  RunTraining(request_, {});
  EXPECT_EQ(fs::last_write_time(file), written);
  base::WriteFileAtomically(file, whole.substr(1));
  EXPECT_THAT(Told(),
              HasSubstr("originality is damaged or of another version"));
  EXPECT_TRUE(base::ReadFile(file) == whole);
  // Of other tokens, likewise.
  std::ofstream(directory_ / "data.txt") << "other words here";
  RunTraining(request_, {});
  EXPECT_FALSE(base::ReadFile(file) == whole);
}

TEST_F(TrainingRun, AnIndexThatCannotBeKeptIsOnlySaid) {
  fs::create_directories(request_.runs / "run1" / "originality" / "in the way");
  EXPECT_THAT(Told(), HasSubstr("The index for originality is not kept"));
  EXPECT_EQ(Saved().step, 3);
}

TEST_F(TrainingRun, LogsHowOriginalSamplesAre) {
  RunTraining(request_, {});
  std::istringstream log(base::ReadFile(request_.runs / "run1" / "log.jsonl"));
  size_t measured = 0;
  for (std::string line; std::getline(log, line);) {
    if (line.find("longest_copy") == std::string::npos) continue;
    ++measured;
    EXPECT_THAT(line,
                AllOf(HasSubstr("\"step\":2,"), HasSubstr("\"copied_share\":"),
                      HasSubstr("\"human_longest_copy\":"),
                      HasSubstr("\"human_copied_share\":")));
  }
  EXPECT_EQ(measured, 1u);
}

// The run's model, as from gpt-2-simple, in a folder.
fs::path WithLiteralMarkers(const fs::path& model, const fs::path& directory) {
  fs::copy(model, directory, fs::copy_options::recursive);
  gpt2::Config config = gpt2::Config::Load(directory);
  config.literal_markers = true;
  config.Save(directory);
  return directory;
}

TEST_F(TrainingRun, AModelOfLiteralMarkersGoesOnWithThem) {
  RunTraining(request_, {});
  const fs::path base =
      WithLiteralMarkers(request_.runs / "run1/model", directory_ / "imported");
  const text::Tokenizer tokenizer = text::Tokenizer::Load(base);
  request_.dataset = directory_ / "data.txt";
  std::ofstream(request_.dataset) << corpus::WithMarkers("the dogs sleep.")
                                  << corpus::WithMarkers("the dogs sleep!");
  request_.run_name = "run2";
  request_.model = base.string();
  request_.shape = {};
  request_.adjust = [](train::TrainOptions& options) {
    options.steps = 2;
    options.validation_fraction = 0;
  };
  EXPECT_THAT(Told(), HasSubstr("2 documents"));
  EXPECT_TRUE(gpt2::Config::Load(request_.runs / "run2/model").literal_markers);
  const auto kept = corpus::ReadTokenFile(
      Tokens(), {.dataset = corpus::DatasetDigest(request_.dataset),
                 .column = "",
                 .tokenizer = tokenizer.Digest(),
                 .vocab_size = tokenizer.vocab_size(),
                 .options = {.literal_markers = true}});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->training, tokenizer.Encode(base::ReadFile(request_.dataset)));
  EXPECT_THAT(Told(), HasSubstr("as before"));

  // Its tokens, kept as gpt-2-simple does, are the same data set.
  const std::string trained = Saved().data_digest;
  request_.run_name = "run3";
  request_.dataset = directory_ / "text_encoded.npz";
  base::WriteFileAtomically(request_.dataset, testing::Npz({kept->training}));
  EXPECT_THAT(Told(), HasSubstr("2 documents"));
  EXPECT_EQ(Saved().data_digest, trained);
}

TEST_F(TrainingRun, ANewModelCannotLearnFromTokens) {
  request_.dataset = directory_ / "text_encoded.npz";
  base::WriteFileAtomically(request_.dataset, testing::Npz({{1, 2, 3}}));
  EXPECT_THAT(Fault(),
              AllOf(HasSubstr("text_encoded.npz"), HasSubstr("give the text")));
}

TEST_F(TrainingRun, ATextShorterThanTheContextIsTrainedOn) {
  request_.dataset = directory_ / "short.txt";
  std::ofstream(request_.dataset) << "a b c";
  EXPECT_THAT(Told(), AllOf(HasSubstr("windows of 5, not 8"),
                            HasSubstr("3 steps of 10 tokens")));
  EXPECT_THAT(Told(), HasSubstr("windows of 5, not 8"));
  EXPECT_EQ(Saved().step, 6);
}

TEST_F(TrainingRun, SamplesNeverHoldPartsOfCharacters) {
  request_.dataset = directory_ / "data.txt";
  std::ofstream file(request_.dataset);
  for (int i = 0; i < 60; ++i) file << "日本語の絵画 café ✨🎨 ";
  file.close();
  // Hardly trained, it writes bytes that are no characters.
  RunTraining(request_, {});
  const std::string samples =
      base::ReadFile(request_.runs / "run1/samples/000002.txt");
  EXPECT_GT(samples.size(), 50u);
  EXPECT_TRUE(base::IsValidUtf8(samples));
}

TEST_F(TrainingRun, BytesThatAreNotUtf8AreSaidAndLeftOut) {
  std::ofstream(request_.dataset, std::ios::app) << "caf\xE9";
  EXPECT_THAT(Told(), HasSubstr("not UTF-8 are left out (1 in all"));
}

TEST_F(TrainingRun, WhatDoesNotFitTheRunIsRefused) {
  RunTraining(request_, {});
  request_.shape.width = 16;
  EXPECT_THAT(Fault(), HasSubstr("has --width 8, not 16"));
  request_.shape = {};
  fs::create_directory(directory_ / "other");
  request_.model = (directory_ / "other").string();
  EXPECT_THAT(Fault(), HasSubstr("began with --model new"));
}

TEST_F(TrainingRun, EveryWrongInputIsOneSentence) {
  const auto fault = [this](auto spoil) {
    const TrainingRequest good = request_;
    spoil(request_);
    const std::string sentence = Fault();
    request_ = good;
    return sentence;
  };
  using Request = TrainingRequest;
  std::ofstream(directory_ / "empty.txt");
  std::ofstream(directory_ / "short.txt") << "a b";
  EXPECT_THAT(fault([&](Request& r) { r.dataset = directory_ / "none.txt"; }),
              HasSubstr("none.txt"));
  EXPECT_THAT(fault([&](Request& r) { r.dataset = directory_ / "empty.txt"; }),
              HasSubstr("empty"));
  EXPECT_THAT(fault([&](Request& r) {
                r.dataset = directory_ / "short.txt";
                r.adjust = [](train::TrainOptions& o) {
                  o.validation_fraction = 0.9;
                };
              }),
              HasSubstr("lower --validation-fraction"));
  EXPECT_THAT(fault([](Request& r) { r.model = "nowhere"; }),
              HasSubstr("no model nowhere"));
  EXPECT_THAT(fault([](Request& r) { r.model = ""; }),
              HasSubstr("nothing to go on with"));
  EXPECT_THAT(fault([](Request& r) { r.restore_from = "nowhere"; }),
              HasSubstr("no model nowhere"));
  EXPECT_THAT(fault([](Request& r) { r.shape.heads = 3; }), HasSubstr("heads"));
  EXPECT_THAT(fault([](Request& r) { r.shape.vocab_size = 256; }),
              HasSubstr("257"));
  EXPECT_THAT(fault([](Request& r) { r.shape.layers = 0; }),
              HasSubstr("layers"));
  EXPECT_THAT(fault([](Request& r) { r.run_name = "../run"; }),
              HasSubstr("--run-name"));
  EXPECT_THAT(fault([](Request& r) {
                r.adjust = [](train::TrainOptions& o) { o.dropout = 2; };
              }),
              HasSubstr("--dropout"));
  const auto by_lora = [](Request& r) {
    r.adjust = [](train::TrainOptions& o) { o.lora = 9; };
  };
  EXPECT_THAT(fault(by_lora), HasSubstr("another --model"));
  // A model's own shape stands.
  RunTraining(request_, {});
  request_.run_name = "run2";
  request_.model = "run1";
  EXPECT_THAT(Fault(), HasSubstr("say --model new"));
  request_.shape = {};
  EXPECT_THAT(fault(by_lora), HasSubstr("from 1 to its width, 8"));
}

}  // namespace
}  // namespace artspeak::app
