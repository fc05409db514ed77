#include "text/token_ids.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "text/byte_symbols.h"

namespace artspeak::text {

using nlohmann::json;

namespace {

// Takes the pairs as the parser meets them: the tree of values that it would
// build otherwise costs more time than all the rest of loading a tokenizer.
class PairCollector : public json::json_sax_t {
 public:
  const TokenIds& ids() const { return ids_; }
  TokenIds Take() { return std::move(ids_); }
  // The key whose value is no id; empty when the text is no such object at all.
  const std::string& faulty_key() const { return key_; }

  bool start_object(size_t) override { return !std::exchange(inside_, true); }
  bool key(string_t& name) override {
    key_ = std::move(name);
    return true;
  }
  bool number_unsigned(uint64_t id) override {
    if (!inside_) return false;
    ids_.emplace_back(std::move(key_), id);
    key_.clear();
    return true;
  }
  bool end_object() override { return true; }

  bool null() override { return false; }
  bool boolean(bool) override { return false; }
  bool number_integer(int64_t) override { return false; }
  bool number_float(double, const string_t&) override { return false; }
  bool string(string_t&) override { return false; }
  bool binary(binary_t&) override { return false; }
  bool start_array(size_t) override { return false; }
  bool end_array() override { return false; }
  bool parse_error(size_t, const std::string&,
                   const json::exception&) override {
    key_.clear();
    return false;
  }

 private:
  TokenIds ids_;
  std::string key_;
  bool inside_ = false;
};

}  // namespace

TokenIds ReadTokenIds(const std::filesystem::path& path) {
  PairCollector pairs;
  if (json::sax_parse(base::ReadFile(path), &pairs)) return pairs.Take();
  if (!pairs.faulty_key().empty()) {
    throw base::Error(
        "{} gives the token \"{}\" something other than an id: copy the file "
        "again",
        path.string(), ShownToken(pairs.faulty_key()));
  }
  throw base::Error("{} is not a JSON object of tokens and ids: copy it again",
                    path.string());
}

}  // namespace artspeak::text
