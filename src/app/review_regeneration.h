// Writes the texts of a finished review again, from what is kept of them.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/progress.h"
#include "service/submission_store.h"
#include "service/text_generator.h"

namespace artspeak::app {

struct RegeneratedText {
  std::optional<std::string> text;  // none if it could not be written again
  bool same = false;                // as the kept one, to the last byte
  // Why it was not written again or may differ: a clause; empty if all is well.
  std::string note;
};

// Throws Error unless the review is done and it is kept what a text came from.
void RequireRegenerable(const service::StoredReview& review);

// One for each text of a review that RequireRegenerable takes, in their order.
// A text of another model, with other keys and values, or with another limit of
// copies than the generator's is left out; if that is all of them, throws
// Error. Throws Error too if the generator fails or has no room, or if stop is
// requested. The bar counts characters.
std::vector<RegeneratedText> RegenerateReview(
    const service::StoredReview& review, service::TextGenerator& generator,
    std::stop_token stop = {}, const base::ProgressCallback& progress = {});

}  // namespace artspeak::app
