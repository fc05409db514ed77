#include "text/tokenizer_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "text/vocabulary_builder.h"

namespace artspeak::text {

using base::Error;
using nlohmann::json;

namespace {

// Reads the parts of one file; every fault is an Error with its path.
class TokenizerFile {
 public:
  explicit TokenizerFile(const std::filesystem::path& path)
      : path_(path.string()),
        root_(json::parse(base::ReadFile(path), nullptr, false)) {
    if (!root_.is_object()) {
      throw Error("{} is not a JSON object: copy it again", path_);
    }
  }

  Vocabulary Read() const {
    CheckPipeline();
    const json& model = Member(root_, "model");
    // The oldest files name no type.
    if (!IsAbsent(model, "type") && Member(model, "type") != "BPE") {
      NotUnderstood("a model that is no byte-pair encoding");
    }
    for (const char* setting :
         {"dropout", "continuing_subword_prefix", "end_of_word_suffix",
          "byte_fallback", "ignore_merges"}) {
      if (!IsOff(Member(model, setting))) NotUnderstood(setting);
    }
    VocabularyBuilder builder(Ids(Member(model, "vocab")), path_);
    ReadMerges(Member(model, "merges"), builder);
    builder.AddTokens(AddedIds(Member(root_, "added_tokens")), path_);
    return std::move(builder).Finish(path_);
  }

 private:
  // Null if there is no such member, or nothing that could have one.
  const json& Member(const json& object, const char* name) const {
    if (!object.is_object()) return null_;
    const auto found = object.find(name);
    return found == object.end() ? null_ : *found;
  }
  bool IsAbsent(const json& object, const char* name) const {
    return Member(object, name).is_null();
  }
  static bool IsOff(const json& value) {
    return value.is_null() || value == false || value == 0 || value == "";
  }
  bool IsByteLevel(const json& step) const {
    return Member(step, "type") == "ByteLevel";
  }

  [[noreturn]] void NotUnderstood(std::string_view what) const {
    throw Error(
        "{} asks for {}, which artspeak does not understand: use a model with "
        "GPT-2's byte-level tokenizer",
        path_, what);
  }
  [[noreturn]] void Malformed(std::string_view what) const {
    throw Error("{} {}: copy it again", path_, what);
  }

  // What happens to a text before and after its pieces are encoded.
  void CheckPipeline() const {
    if (!IsAbsent(root_, "normalizer")) NotUnderstood("a normalizer");
    const json& cutting = Member(root_, "pre_tokenizer");
    if (!IsByteLevel(cutting)) {
      NotUnderstood("a pre_tokenizer other than ByteLevel");
    }
    // Files from before there was a choice cut by GPT-2's rule.
    const json& by_rule = Member(cutting, "use_regex");
    if (!by_rule.is_null() && by_rule != true) {
      NotUnderstood("a ByteLevel without its use_regex");
    }
    if (!IsOff(Member(cutting, "add_prefix_space"))) {
      NotUnderstood("add_prefix_space");
    }
    if (!IsAbsent(root_, "post_processor") &&
        !IsByteLevel(Member(root_, "post_processor"))) {
      NotUnderstood("a post_processor other than ByteLevel");
    }
  }

  TokenIds Ids(const json& vocab) const {
    if (!vocab.is_object()) Malformed("has no object model.vocab");
    TokenIds ids;
    ids.reserve(vocab.size());
    for (const auto& [symbols, id] : vocab.items()) {
      if (!id.is_number_unsigned()) {
        Malformed("has a token in model.vocab without an id");
      }
      ids.emplace_back(symbols, id.get<uint64_t>());
    }
    return ids;
  }

  // "left right", or as newer files have it ["left", "right"].
  void ReadMerges(const json& merges, VocabularyBuilder& builder) const {
    if (!merges.is_array()) Malformed("has no array model.merges");
    const auto text = [](const json& value) -> std::string_view {
      const auto* string = value.get_ptr<const std::string*>();
      return string ? *string : std::string_view();
    };
    for (size_t i = 0; i < merges.size(); ++i) {
      const json& merge = merges[i];
      std::string_view left, right;
      if (merge.is_array() && merge.size() == 2) {
        left = text(merge[0]);
        right = text(merge[1]);
      } else if (const size_t space = text(merge).find(' ');
                 space != std::string_view::npos) {
        left = text(merge).substr(0, space);
        right = text(merge).substr(space + 1);
      }
      if (!builder.Merge(left, right)) {
        throw Error(
            "{} has in model.merges, as number {}, what does not name two "
            "tokens of model.vocab: copy it again",
            path_, i + 1);
      }
    }
  }

  TokenIds AddedIds(const json& added) const {
    TokenIds ids;
    if (added.is_null()) return ids;
    if (!added.is_array()) Malformed("has added_tokens that are no array");
    for (const json& token : added) {
      const json& content = Member(token, "content");
      const json& id = Member(token, "id");
      if (!content.is_string() || !id.is_number_unsigned()) {
        Malformed("has one of the added_tokens without content or id");
      }
      for (const char* setting : {"single_word", "lstrip", "rstrip"}) {
        if (!IsOff(Member(token, setting))) NotUnderstood(setting);
      }
      ids.emplace_back(content.get<std::string>(), id.get<uint64_t>());
    }
    return ids;
  }

  std::string path_;
  json root_;
  json null_;
};

}  // namespace

Vocabulary ReadTokenizerJson(const std::filesystem::path& path) {
  return TokenizerFile(path).Read();
}

}  // namespace artspeak::text
