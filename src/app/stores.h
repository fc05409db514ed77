// All ports of the store on one database, so that whoever needs one of them is
// given it. They keep nothing of their own.
#pragma once

#include <filesystem>

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

namespace artspeak::app {

// Thread-safe as its members are. Throws as SqliteDatabase does.
struct Stores {
  explicit Stores(const std::filesystem::path& file) : database(file) {}

  store::SqliteDatabase database;
  store::SqliteSubmissionStore submissions{database};
  store::SqliteJobQueue queue{database};
  store::SqliteOutbox outbox{database};
  store::SqliteSubscriberStore subscribers{database};
  store::SqliteGalleryStore gallery{database};
  store::SqliteAdmissionStore admission{database};
  store::SqliteSecretStore secret{database};
  store::SqlitePrivacyStore privacy{database};
  store::SqliteModerationStore moderation{database};
  store::SqliteAuditTrail trail{database};
  store::SqlitePersonStore people{database};
};

}  // namespace artspeak::app
