// What the conformance tests run on: every kind of store there is. A new one is
// another entry of kStoreKinds.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "service/admission_store.h"
#include "service/audit_trail.h"
#include "service/gallery.h"
#include "service/job_queue.h"
#include "service/moderation_store.h"
#include "service/outbox.h"
#include "service/person_store.h"
#include "service/privacy_store.h"
#include "service/secret_store.h"
#include "service/submission_store.h"
#include "service/subscriber_store.h"
#include "store/sqlite_admission_store.h"
#include "store/sqlite_audit_trail.h"
#include "store/sqlite_database.h"
#include "store/sqlite_gallery_store.h"
#include "store/sqlite_job_queue.h"
#include "store/sqlite_moderation_store.h"
#include "store/sqlite_outbox.h"
#include "store/sqlite_person_store.h"
#include "store/sqlite_privacy_store.h"
#include "store/sqlite_secret_store.h"
#include "store/sqlite_submission_store.h"
#include "store/sqlite_subscriber_store.h"
#include "tests/support/testing.h"

namespace artspeak::store {

// One process's view of a store, by its ports.
struct Stores {
  virtual ~Stores() = default;
  virtual service::SubmissionStore& submissions() = 0;
  virtual service::JobQueue& queue() = 0;
  virtual service::Outbox& outbox() = 0;
  virtual service::ModerationStore& moderation() = 0;
  virtual service::AuditTrail& trail() = 0;
  virtual service::GalleryStore& gallery() = 0;
  virtual service::SubscriberStore& subscribers() = 0;
  virtual service::PersonStore& persons() = 0;
  virtual service::SecretStore& secrets() = 0;
  virtual service::AdmissionStore& admissions() = 0;
  virtual service::PrivacyStore& privacy() = 0;
};

class SqliteStores : public Stores {
 public:
  explicit SqliteStores(const std::filesystem::path& directory)
      : database_(directory / "artspeak.db") {}

  service::SubmissionStore& submissions() override { return submissions_; }
  service::JobQueue& queue() override { return queue_; }
  service::Outbox& outbox() override { return outbox_; }
  service::ModerationStore& moderation() override { return moderation_; }
  service::AuditTrail& trail() override { return trail_; }
  service::GalleryStore& gallery() override { return gallery_; }
  service::SubscriberStore& subscribers() override { return subscribers_; }
  service::PersonStore& persons() override { return persons_; }
  service::SecretStore& secrets() override { return secrets_; }
  service::AdmissionStore& admissions() override { return admissions_; }
  service::PrivacyStore& privacy() override { return privacy_; }

 private:
  SqliteDatabase database_;
  SqliteSubmissionStore submissions_{database_};
  SqliteJobQueue queue_{database_};
  SqliteOutbox outbox_{database_};
  SqliteModerationStore moderation_{database_};
  SqliteAuditTrail trail_{database_};
  SqliteGalleryStore gallery_{database_};
  SqliteSubscriberStore subscribers_{database_};
  SqlitePersonStore persons_{database_};
  SqliteSecretStore secrets_{database_};
  SqliteAdmissionStore admissions_{database_};
  SqlitePrivacyStore privacy_{database_};
};

struct StoreKind {
  const char* name;
  // Opens the store that lives in a folder; again and again, the same one.
  std::unique_ptr<Stores> (*open)(const std::filesystem::path& directory);
};

inline constexpr StoreKind kStoreKinds[] = {
    {"Sqlite",
     [](const std::filesystem::path& directory) -> std::unique_ptr<Stores> {
       return std::make_unique<SqliteStores>(directory);
     }},
};

inline std::string NameOf(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

// Of every test that runs on all kinds of stores:
//   INSTANTIATE_TEST_SUITE_P(All, XTest, ::testing::ValuesIn(kStoreKinds),
//                            NameOf);
class ConformanceTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  std::unique_ptr<Stores> Open() { return GetParam().open(directory_.path()); }

  testing::TempDir directory_;
};

}  // namespace artspeak::store
