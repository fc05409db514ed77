// What the owner works on.
#pragma once

#include "service/audit_trail.h"
#include "service/gallery_store.h"
#include "service/moderation_store.h"
#include "service/person_store.h"
#include "service/submission_store.h"
#include "service/subscriber_store.h"

namespace artspeak::web {

// All must outlive the pages that show them.
struct AdminStores {
  service::SubmissionStore& submissions;
  service::ModerationStore& moderation;
  service::GalleryStore& gallery;
  service::AuditTrail& trail;
  service::PersonStore& people;
  service::SubscriberStore& subscribers;
};

}  // namespace artspeak::web
