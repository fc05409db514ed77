#include "bench/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace artspeak::bench {

std::vector<double>::const_iterator Figures::Place(double figure) const {
  return std::upper_bound(sorted_.begin(), sorted_.end(), figure);
}

std::string Figures::Show(int digits) const {
  if (sorted_.size() == 1) return fmt::format("{:.{}f}", median(), digits);
  return fmt::format("{:.{}f} ({:.{}f} to {:.{}f})", median(), digits, least(),
                     digits, most(), digits);
}

nlohmann::ordered_json Figures::ToJson() const {
  return {{"median", median()},
          {"least", least()},
          {"most", most()},
          {"count", sorted_.size()}};
}

}  // namespace artspeak::bench
