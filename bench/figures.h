// One quantity, measured several times.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace artspeak::bench {

// Not thread-safe.
class Figures {
 public:
  void Add(double figure) { sorted_.insert(Place(figure), figure); }
  bool empty() const { return sorted_.empty(); }

  // Of at least one figure; the median of an even number is the upper one.
  double median() const { return sorted_[sorted_.size() / 2]; }
  double least() const { return sorted_.front(); }
  double most() const { return sorted_.back(); }

  // "4.96 (4.90 to 5.13)"; "4.96" when there is only one.
  std::string Show(int digits) const;
  nlohmann::ordered_json ToJson() const;  // median, least, most, count

 private:
  std::vector<double>::const_iterator Place(double figure) const;
  std::vector<double> sorted_;
};

}  // namespace artspeak::bench
