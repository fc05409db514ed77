// The worker and the notifier on a real store: whatever dies or refuses in the
// middle, each review is done once. Time is stepped by whoever sleeps, so a
// whole run is one thread and always the same.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "base/error.h"
#include "service/notifier.h"
#include "service/worker.h"
#include "store/sqlite_database.h"
#include "store/sqlite_job_queue.h"
#include "store/sqlite_outbox.h"
#include "store/sqlite_submission_store.h"
#include "tests/support/testing.h"

namespace artspeak::store {
namespace {

using namespace service;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kId = "0123456789ab";

// Sleeping passes the time at once. `on_sleep` is the test's script; a test
// that waits for ever ends with an error instead.
class SteppingClock : public base::Clock {
 public:
  base::UnixTime Now() const override { return now; }
  bool Sleep(std::chrono::milliseconds duration,
             std::stop_token stop) override {
    if (stop.stop_requested()) return false;
    now += duration;
    if (++sleeps > 100'000) throw std::runtime_error("waits for ever");
    if (on_sleep) on_sleep();
    return !stop.stop_requested();
  }

  base::UnixTime now{hours(24 * 365 * 50)};
  int sleeps = 0;
  std::function<void()> on_sleep;
};

// Ends texts as scripted, at once or when the test says so.
class FakeGenerator : public TextGenerator {
 public:
  struct Started {
    GenerationRequest request;
    std::shared_ptr<GenerationSink> sink;
    std::set<int> open;
    bool cancelled = false;
  };

  const GeneratorIdentity& identity() const override { return who; }
  int context() const override { return 1024; }
  int CountTokens(std::string_view) const override { return 1; }
  int free_slots() const override { return slots; }
  std::optional<Ticket> Start(const GenerationRequest& request,
                              std::shared_ptr<GenerationSink> sink) override {
    started.push_back({request, std::move(sink), {}, false});
    const int n = static_cast<int>(request.seeds.size());
    slots -= n;
    for (int i = 0; i < n; ++i) started.back().open.insert(i);
    if (on_start) on_start(started.back());
    return started.size() - 1;
  }
  void Cancel(Ticket ticket) override {
    Started& texts = started.at(ticket);
    texts.cancelled = true;
    while (!texts.open.empty()) {
      End(texts, *texts.open.begin(), TextEnd::kCancelled);
    }
  }

  void End(Started& texts, int index, TextEnd end = TextEnd::kStop,
           std::string_view fault = "") {
    if (texts.open.erase(index) == 0) return;
    ++slots;
    texts.sink->OnEnd(index, {.end = end, .fault = fault});
  }
  void Write(Started& texts, int index, std::string_view text = "") {
    texts.sink->OnPiece(index, "A text by seed ");
    texts.sink->OnPiece(index,
                        std::to_string(texts.request.seeds.at(size_t(index))));
    texts.sink->OnPiece(index, text);
    End(texts, index);
  }
  void WriteAll(Started& texts) {
    for (size_t i = 0; i < texts.request.seeds.size(); ++i) {
      Write(texts, static_cast<int>(i));
    }
  }

  GeneratorIdentity who{"0a1b", "bf16", "avx2"};
  int slots = kTextsPerReview;
  std::deque<Started> started;
  std::function<void(Started&)> on_start;
};

// Throws, as a store whose disk is full, while `faults` lasts.
class FaultyQueue : public JobQueue {
 public:
  explicit FaultyQueue(JobQueue& queue) : queue_(queue) {}
  std::optional<LeasedJob> LeaseNext(std::string_view owner,
                                     base::UnixTime now) override {
    return queue_.LeaseNext(owner, now);
  }
  bool Renew(const Lease& l, base::UnixTime now) override {
    return MaybeThrow(), queue_.Renew(l, now);
  }
  bool SaveText(const Lease& l, int place, std::string_view text,
                const Provenance& made) override {
    return MaybeThrow(), queue_.SaveText(l, place, text, made);
  }
  bool Finish(const Lease& l, base::UnixTime now) override {
    return MaybeThrow(), queue_.Finish(l, now);
  }
  bool Fail(const Lease& l, std::string_view fault, base::UnixTime retry_at,
            base::UnixTime now) override {
    return MaybeThrow(), queue_.Fail(l, fault, retry_at, now);
  }
  bool GiveBack(const Lease& l) override {
    return MaybeThrow(), queue_.GiveBack(l);
  }
  QueueCounts Count() override { return queue_.Count(); }

  int faults = 0;

 private:
  void MaybeThrow() {
    if (faults > 0 && faults-- > 0) throw base::Error("the disk is full");
  }
  JobQueue& queue_;
};

class WorkerOnStore : public ::testing::Test {
 protected:
  void Add(const char* id = kId) {
    submissions_.Add({id, "A chair", "v@example.org", 7, false, clock_.now},
                     42);
  }
  // Runs a worker until a job is finished, or the script requests a stop.
  void Work(JobQueue* queue = nullptr) {
    stop_ = {};
    Worker worker(
        queue ? *queue : queue_, generator_, clock_,
        {"worker", seconds(1), [this] { stop_.request_stop(); }, &live_});
    worker.Run(stop_.get_token());
  }
  Review Find(const char* id = kId) {
    return submissions_.Find(id).value().review;
  }

  testing::TempDir directory_;
  SqliteDatabase database_{directory_ / "artspeak.db"};
  SqliteSubmissionStore submissions_{database_};
  SqliteJobQueue queue_{database_};
  SqliteOutbox outbox_{database_};
  SteppingClock clock_;
  LiveText live_;
  FakeGenerator generator_;
  std::stop_source stop_;
};

TEST_F(WorkerOnStore, FiveTextsAreWrittenAsTheVisitorChose) {
  Add();
  generator_.on_start = [&](auto& texts) { generator_.WriteAll(texts); };
  Work();
  EXPECT_EQ(Find().state, ReviewState::kDone);
  EXPECT_EQ(Find().texts.size(), 5u);
  EXPECT_EQ(outbox_.Count().due, 1);
  ASSERT_EQ(generator_.started.size(), 1u) << "one request shares the prompt";
  const GenerationRequest& request = generator_.started[0].request;
  EXPECT_EQ(request.prompt, "A chair");
  EXPECT_FLOAT_EQ(request.sampling.temperature, 0.7f);
  EXPECT_FLOAT_EQ(request.sampling.top_p, 0.9f);
  EXPECT_EQ(request.sampling.max_tokens, 400);
  EXPECT_EQ(std::set(request.seeds.begin(), request.seeds.end()).size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(Find().texts[i],
              "A text by seed " + std::to_string(request.seeds[i]));
  }
}

TEST_F(WorkerOnStore, RetryWritesOnlyTheMissingTextsWithTheSameSeeds) {
  Add();
  generator_.on_start = [&](FakeGenerator::Started& texts) {
    if (generator_.started.size() > 1) return generator_.WriteAll(texts);
    generator_.Write(texts, 1);
    generator_.Write(texts, 3);
    generator_.End(texts, 0, TextEnd::kFailed, "out of memory");
  };
  Work();
  EXPECT_EQ(Find().state, ReviewState::kDone);
  ASSERT_EQ(generator_.started.size(), 2u);
  EXPECT_TRUE(generator_.started[0].cancelled);
  const auto& first = generator_.started[0].request.seeds;
  EXPECT_EQ(generator_.started[1].request.seeds,
            (std::vector{first[0], first[2], first[4]}));
}

TEST_F(WorkerOnStore, EachTextIsKeptWithWhatItCameFrom) {
  Add();
  // The site is stopped in the middle and goes on with another model.
  const GeneratorIdentity before = generator_.who;
  clock_.on_sleep = [&] {
    generator_.Write(generator_.started[0], 2);
    stop_.request_stop();
  };
  Work();
  clock_.on_sleep = nullptr;
  generator_.slots = kTextsPerReview;
  generator_.who = {"2c3d", "int8", "plain"};
  generator_.on_start = [&](auto& texts) { generator_.WriteAll(texts); };
  Work();
  const StoredReview stored = submissions_.Find(kId).value();
  ASSERT_EQ(stored.review.state, ReviewState::kDone);
  ASSERT_EQ(stored.provenances.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(stored.provenances[i]) << i;
    const Provenance& made = *stored.provenances[i];
    EXPECT_EQ(made.generator, i == 2 ? before : generator_.who) << i;
    EXPECT_EQ(made.sampling, (SamplingOptions{0.7f, 0.9f, 400})) << i;
    EXPECT_EQ(made.seed, generator_.started[0].request.seeds[i]) << i;
    EXPECT_EQ(stored.review.texts[i],
              "A text by seed " + std::to_string(made.seed));
  }
}

TEST_F(WorkerOnStore, FewFreeSlotsMakeItSlowerNotImpossible) {
  Add();
  generator_.slots = 2;
  generator_.on_start = [&](auto& texts) { generator_.WriteAll(texts); };
  Work();
  EXPECT_EQ(Find().state, ReviewState::kDone);
  EXPECT_EQ(generator_.started.size(), 3u);
}

TEST_F(WorkerOnStore, JobsRunSideBySideWhileThereIsRoom) {
  Add("000000000001");
  Add("000000000002");
  Add("000000000003");
  generator_.slots = 2 * kTextsPerReview;
  clock_.on_sleep = [&] { stop_.request_stop(); };
  Work();
  EXPECT_EQ(generator_.started.size(), 2u);
}

TEST_F(WorkerOnStore, LeaseIsHeldThroughALongJob) {
  Add();
  const base::UnixTime start = clock_.now;
  clock_.on_sleep = [&] {
    EXPECT_FALSE(queue_.LeaseNext("another", clock_.now));
    if (clock_.now - start > minutes(10)) {
      generator_.WriteAll(generator_.started[0]);
    }
  };
  Work();
  EXPECT_EQ(Find().state, ReviewState::kDone);
}

TEST_F(WorkerOnStore, LostLeaseEndsTheWorkAtOnce) {
  Add();
  clock_.on_sleep = [&] {
    clock_.on_sleep = [&] { stop_.request_stop(); };
    // As if this process had slept while another took over.
    clock_.now += kLeaseTime;
    const auto other = queue_.LeaseNext("another", clock_.now);
    ASSERT_TRUE(other);
    generator_.Write(generator_.started[0], 0);
  };
  Work();
  EXPECT_TRUE(generator_.started[0].cancelled);
  EXPECT_TRUE(Find().texts.empty());
  EXPECT_EQ(Find().state, ReviewState::kGenerating) << "by the other worker";
}

TEST_F(WorkerOnStore, HangingGeneratorFailsTheAttempt) {
  Add();
  clock_.on_sleep = [&] {
    if (Find().state == ReviewState::kWaiting) stop_.request_stop();
  };
  Work();
  EXPECT_TRUE(generator_.started[0].cancelled);
  EXPECT_NE(submissions_.Find(kId)->fault.find("half an hour"),
            std::string::npos);
}

TEST_F(WorkerOnStore, EmptyTextIsTriedAgainWithAnotherSeed) {
  Add();
  generator_.on_start = [&](FakeGenerator::Started& texts) {
    if (generator_.started.size() > 1) return generator_.WriteAll(texts);
    for (int i = 1; i < kTextsPerReview; ++i) generator_.Write(texts, i);
    texts.sink->OnPiece(0, " \n");
    generator_.End(texts, 0);
  };
  Work();
  EXPECT_EQ(Find().state, ReviewState::kDone);
  EXPECT_NE(Find().texts[0], " \n");
  EXPECT_NE(generator_.started[1].request.seeds[0],
            generator_.started[0].request.seeds[0]);
  EXPECT_EQ(submissions_.Find(kId)->provenances[0]->seed,
            generator_.started[1].request.seeds[0]);
}

TEST_F(WorkerOnStore, WhatIsBeingWrittenShowsUntilTheJobEnds) {
  Add();
  std::vector<std::string> seen;
  clock_.on_sleep = [&] {
    if (Find().state == ReviewState::kWaiting) {
      EXPECT_FALSE(live_.Read(kId)) << "the attempt failed";
      return;
    }
    FakeGenerator::Started& texts = generator_.started.back();
    if (generator_.started.size() == 1) {
      EXPECT_TRUE(live_.TakeChange()) << "the job was leased";
      texts.sink->OnPiece(2, "The chair");
      seen.push_back(live_.Read(kId)->at(2).text);
      generator_.End(texts, 0, TextEnd::kFailed, "out of memory");
    } else {
      texts.sink->OnPiece(2, "The chair again");
      seen.push_back(live_.Read(kId)->at(2).text);
      EXPECT_EQ(live_.Read(kId)->at(2).run.attempt, 2);
      generator_.Write(texts, 1);
      stop_.request_stop();
    }
  };
  Work();
  EXPECT_EQ(seen, (std::vector<std::string>{"The chair", "The chair again"}));
  EXPECT_FALSE(live_.Read(kId));
}

TEST_F(WorkerOnStore, EachFinishedTextIsNews) {
  Add();
  generator_.on_start = [&](auto& texts) { generator_.Write(texts, 1); };
  int news = 0;
  clock_.on_sleep = [&] {
    if (live_.TakeChange()) ++news;
    if (Find().texts.size() == 1u && news == 2) stop_.request_stop();
  };
  Work();
  EXPECT_EQ(Find().texts.size(), 1u);
}

TEST_F(WorkerOnStore, StopGivesTheLeaseBackAndKeepsWhatIsFinished) {
  Add();
  clock_.on_sleep = [&] {
    generator_.Write(generator_.started[0], 2);
    stop_.request_stop();
  };
  Work();
  EXPECT_EQ(Find().state, ReviewState::kWaiting);
  EXPECT_EQ(Find().texts.size(), 1u);
  EXPECT_TRUE(generator_.started[0].cancelled);
  EXPECT_TRUE(queue_.LeaseNext("next", clock_.now)) << "at once";
}

TEST_F(WorkerOnStore, FullDiskLosesNoText) {
  Add();
  FaultyQueue faulty(queue_);
  generator_.on_start = [&](auto& texts) {
    generator_.WriteAll(texts);
    faulty.faults = 3;
  };
  Work(&faulty);
  EXPECT_EQ(faulty.faults, 0);
  EXPECT_EQ(Find().state, ReviewState::kDone);
  EXPECT_EQ(generator_.started.size(), 1u) << "nothing was written twice";
}

TEST_F(WorkerOnStore, KilledWorkerIsTakenOverAndFinishedTextsStay) {
  Add();
  const pid_t child = fork();
  if (child == 0) {
    // Connections of its own: those of the parent are not for two processes.
    SqliteDatabase database(directory_ / "artspeak.db");
    SqliteJobQueue queue(database);
    FakeGenerator generator;
    generator.on_start = [&](FakeGenerator::Started& texts) {
      generator.Write(texts, 0, " from the first worker");
      generator.Write(texts, 4);
    };
    clock_.on_sleep = [] { raise(SIGKILL); };
    Worker(queue, generator, clock_, {"first", seconds(1), {}}).Run({});
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(Find().texts.size(), 2u);
  EXPECT_EQ(Find().state, ReviewState::kGenerating);

  generator_.on_start = [&](auto& texts) { generator_.WriteAll(texts); };
  Work();  // waits until the lease has run out
  EXPECT_EQ(Find().state, ReviewState::kDone);
  ASSERT_EQ(Find().texts.size(), 5u);
  EXPECT_NE(Find().texts[0].find("from the first worker"), std::string::npos);
  EXPECT_EQ(generator_.started[0].request.seeds.size(), 3u);
  EXPECT_EQ(outbox_.Count().due, 1);
}

// Answers as scripted, then always kSent.
class FakeMailer : public Mailer {
 public:
  DeliveryResult Send(const Mail& mail) override {
    sent.push_back(mail);
    if (on_send) on_send();
    if (answers.empty()) return {Delivery::kSent, ""};
    const DeliveryResult answer = answers.front();
    answers.pop_front();
    return answer;
  }
  std::vector<Mail> sent;
  std::deque<DeliveryResult> answers;
  std::function<void()> on_send;
};

// Cannot write in the moment after a mail was sent.
class FaultyOutbox : public Outbox {
 public:
  explicit FaultyOutbox(Outbox& outbox) : outbox_(outbox) {}
  std::optional<DueMail> TakeDue(std::string_view owner,
                                 base::UnixTime now) override {
    return outbox_.TakeDue(owner, now);
  }
  bool MarkSent(const DueMail& mail, base::UnixTime now) override {
    if (faults > 0 && faults-- > 0) throw base::Error("the disk is full");
    return outbox_.MarkSent(mail, now);
  }
  bool Postpone(const DueMail& mail, base::UnixTime retry_at,
                std::string_view reason) override {
    return outbox_.Postpone(mail, retry_at, reason);
  }
  bool Suppress(const DueMail& mail, std::string_view reason,
                base::UnixTime now) override {
    return outbox_.Suppress(mail, reason, now);
  }
  OutboxCounts Count() override { return outbox_.Count(); }
  int faults = 0;

 private:
  Outbox& outbox_;
};

class NotifierOnStore : public WorkerOnStore {
 protected:
  void SetUp() override {
    Add();
    generator_.on_start = [&](auto& texts) { generator_.WriteAll(texts); };
    Work();
    due_ = clock_.now;
    clock_.on_sleep = [this] {
      if (outbox_.Count().due == 0) stop_.request_stop();
    };
  }
  // Runs a notifier until no mail is due any more.
  void Notify(Outbox* outbox = nullptr) {
    stop_ = {};
    Notifier notifier(
        outbox ? *outbox : outbox_, mailer_,
        [this](const DueMail& mail) {
          if (broken_templates_ > 0 && broken_templates_-- > 0) {
            throw base::Error("the template is broken");
          }
          return RenderedMail{{"Ready", "/review/" + mail.review_id}};
        },
        clock_, {"notifier", "art.example.org", seconds(30), 1});
    notifier.Run(stop_.get_token());
  }

  FakeMailer mailer_;
  base::UnixTime due_;
  int broken_templates_ = 0;
};

TEST_F(NotifierOnStore, MailIsSentOnceWithTheLink) {
  Notify();
  ASSERT_EQ(mailer_.sent.size(), 1u);
  EXPECT_EQ(mailer_.sent[0].to, "v@example.org");
  EXPECT_EQ(mailer_.sent[0].text, "/review/0123456789ab");
  EXPECT_EQ(mailer_.sent[0].message_id,
            "review-ready.0123456789ab@art.example.org");
  EXPECT_EQ(outbox_.Count().sent, 1);
}

TEST_F(NotifierOnStore, NotNowIsTriedAgainUnderTheSameMessageId) {
  mailer_.answers = {{Delivery::kRetry, "451"}, {Delivery::kRetry, "no route"}};
  Notify();
  ASSERT_EQ(mailer_.sent.size(), 3u);
  EXPECT_EQ(mailer_.sent[2].message_id, mailer_.sent[0].message_id);
  EXPECT_EQ(outbox_.Count().sent, 1);
  EXPECT_GE(clock_.now - due_, minutes(2));
  EXPECT_LE(clock_.now - due_, minutes(5));
}

TEST_F(NotifierOnStore, RefusedMailIsNeverSentAgain) {
  mailer_.answers = {{Delivery::kRefused, "550 no such user"}};
  Notify();
  EXPECT_EQ(mailer_.sent.size(), 1u);
  EXPECT_EQ(outbox_.Count().suppressed, 1);
}

TEST_F(NotifierOnStore, TwoDaysOfSilenceAndTheMailIsGivenUp) {
  mailer_.answers.assign(1000, {Delivery::kRetry, "no connection"});
  Notify();
  EXPECT_EQ(outbox_.Count().suppressed, 1);
  EXPECT_LE(clock_.now - due_, kMailGivenUpAfter);
  EXPECT_GE(clock_.now - due_, kMailGivenUpAfter - 2 * kLastMailRetry);
  EXPECT_LT(mailer_.sent.size(), 30u) << "the waits grow";
}

TEST_F(NotifierOnStore, BrokenTemplateDelaysTheMail) {
  broken_templates_ = 2;
  Notify();
  EXPECT_EQ(mailer_.sent.size(), 1u);
  EXPECT_EQ(outbox_.Count().sent, 1);
}

TEST_F(NotifierOnStore, StoreThatCannotWriteAfterTheSendCausesNoDuplicate) {
  FaultyOutbox faulty(outbox_);
  faulty.faults = 20;  // ten minutes, longer than the lease of a mail
  Notify(&faulty);
  EXPECT_EQ(faulty.faults, 0);
  EXPECT_EQ(mailer_.sent.size(), 1u);
  EXPECT_EQ(outbox_.Count().sent, 1);
}

TEST_F(NotifierOnStore, CrashAfterTheServersAnswerCostsOneDuplicate) {
  const pid_t child = fork();
  if (child == 0) {
    SqliteDatabase database(directory_ / "artspeak.db");
    SqliteOutbox outbox(database);
    mailer_.on_send = [] { raise(SIGKILL); };  // the server has answered 250
    Notify(&outbox);
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  Notify();
  EXPECT_EQ(mailer_.sent.size(), 1u) << "the second and last copy";
  EXPECT_EQ(mailer_.sent[0].message_id,
            "review-ready.0123456789ab@art.example.org")
      << "the same as the first's";
  EXPECT_GE(clock_.now - due_, kMailLeaseTime);
}

TEST(MailRetryDelay, GrowsFromAMinuteToFourHoursWithJitter) {
  base::RandomStream random(1);
  std::set<int64_t> seen;
  for (int attempt = 1; attempt < 40; ++attempt) {
    const auto delay = MailRetryDelay(attempt, random);
    EXPECT_GE(delay, kFirstMailRetry);
    EXPECT_LE(delay, kLastMailRetry);
    EXPECT_LE(delay, seconds(75) * (int64_t{1} << std::min(attempt - 1, 20)));
    EXPECT_GE(delay, attempt > 8 ? hours(3) : hours(0));
    seen.insert(delay.count());
  }
  EXPECT_GT(seen.size(), 10u);
}

}  // namespace
}  // namespace artspeak::store
