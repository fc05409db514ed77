// Port: which reviews hang in the gallery, and which their visitors offered.
//
// A visitor offers a finished review, the owner hangs it. What the owner
// declined or took down cannot be offered again; the owner may still hang it.
// A blocked review keeps its place but is not shown, and is back in it when it
// is unblocked. An erased one leaves nothing here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/audit_trail.h"
#include "service/review.h"
#include "service/submission_store.h"

namespace artspeak::service {

enum class GalleryState {
  kNotOffered,
  kOffered,   // by a visitor; the owner has yet to decide
  kHung,      // everyone sees it
  kDeclined,  // or taken down by the owner
};

// "not offered", "offered", "hung", "declined".
std::string_view GalleryStateName(GalleryState state);

struct HungReview {
  Review review;          // done, with its texts
  base::UnixTime hung{};  // since when
};

// Some of what hangs, and how much does in all.
struct HungReviews {
  std::vector<HungReview> reviews;
  int total = 0;
};

// The address of a hung review, for lists of everything.
struct HungId {
  std::string id;
  base::UnixTime hung{};
};

// Thread-safe, and several processes may share one gallery. As with the
// submissions, a function does all it says or throws base::Error and has done
// nothing.
class GalleryStore {
 public:
  virtual ~GalleryStore() = default;

  // The visitor's wish. False unless the review is done (a blocked one is
  // not). One that was offered, hung or declined before stays what it is.
  virtual bool Offer(std::string_view id, base::UnixTime now) = 0;

  // The owner's decisions, with their entries in the audit trail. Hang: false
  // unless the review is done; it need not have been offered. One that hangs
  // keeps its time. Unhang takes it down or declines the offer: false if it
  // neither hangs nor was offered.
  virtual bool Hang(std::string_view id, const Deed& deed) = 0;
  virtual bool Unhang(std::string_view id, const Deed& deed) = 0;

  // kNotOffered for an unknown id. A blocked review's state is told too.
  virtual GalleryState StateOf(std::string_view id) = 0;

  // What hangs and is done, the newest on the wall first: `limit` of them
  // after the first `offset`.
  virtual HungReviews Hung(int offset, int limit) = 0;
  virtual std::vector<HungId> HungIds(int limit) = 0;

  // For the owner: the reviews in this state that are done, those that came to
  // it first at the front. Not for kNotOffered, which has no list.
  virtual std::vector<ReviewSummary> List(GalleryState state, int limit) = 0;
};

}  // namespace artspeak::service
