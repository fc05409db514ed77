// The service's GalleryStore on SQLite.
#pragma once

#include "service/gallery_store.h"
#include "store/sqlite_database.h"

namespace artspeak::store {

class SqliteGalleryStore : public service::GalleryStore {
 public:
  // `database` must outlive the store.
  explicit SqliteGalleryStore(SqliteDatabase& database) : database_(database) {}

  bool Offer(std::string_view id, base::UnixTime now) override;
  bool Hang(std::string_view id, const service::Deed& deed) override;
  bool Unhang(std::string_view id, const service::Deed& deed) override;
  service::GalleryState StateOf(std::string_view id) override;
  service::HungReviews Hung(int offset, int limit) override;
  std::vector<service::HungId> HungIds(int limit) override;
  std::vector<service::ReviewSummary> List(service::GalleryState state,
                                           int limit) override;

 private:
  SqliteDatabase& database_;
};

}  // namespace artspeak::store
