// What the site's pages and mails need of a configuration.
#pragma once

#include "app/configuration.h"
#include "web/site.h"

namespace artspeak::app {

inline web::SiteOptions SiteOptionsOf(const Configuration& configuration) {
  return {.directory = configuration.site.directory,
          .base_url = configuration.site.base_url,
          .time_zone = configuration.site.time_zone,
          .name = configuration.site.name};
}

}  // namespace artspeak::app
