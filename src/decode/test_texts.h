// Texts of a scheduler under test, and what they must be.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/thread_pool.h"
#include "decode/loaded_model.h"
#include "decode/scheduler.h"
#include "gpt2/inference.h"

namespace artspeak::decode {

// Collects the texts and ends of one request.
class Collector : public TextSink {
 public:
  void OnPiece(int index, std::string_view piece) override {
    if (throws) throw std::runtime_error("the reader left");
    EXPECT_FALSE(ends.contains(index));
    texts[index] += piece;
  }
  void OnEnd(int index, const TextEnd& end) override {
    EXPECT_TRUE(ends.emplace(index, end).second);
  }

  bool throws = false;
  std::map<int, std::string> texts;
  std::map<int, TextEnd> ends;
};

inline TextRequest MakeRequest(const LoadedModel& model,
                               std::string_view prompt, int texts, int length,
                               uint64_t seed) {
  TextRequest request;
  request.prompt = model.tokenizer->Encode(prompt);
  for (int i = 0; i < texts; ++i) request.streams.emplace_back(seed, i);
  request.options.length = length;
  request.options.sampling.temperature = 1;
  request.options.stop_at_end_of_text = false;
  return request;
}

inline void RunToEnd(Scheduler& scheduler) {
  while (!scheduler.idle()) scheduler.Step();
}

// The request's texts, with nothing beside them in the batch.
inline std::map<int, std::string> TextsAlone(const LoadedModel& model,
                                             base::ThreadPool& pool,
                                             const TextRequest& request) {
  Scheduler scheduler(model, pool, {});
  const auto sink = std::make_shared<Collector>();
  scheduler.Add(request, sink);
  RunToEnd(scheduler);
  return sink->texts;
}

// The same without cache, batch or slices: every token from the whole window.
inline std::string NaiveText(const LoadedModel& model, base::ThreadPool& pool,
                             const TextRequest& request, int index,
                             std::optional<gpt2::KvFormat> kv = {}) {
  const int context = model.model->config().context;
  gpt2::Inference inference(model.model, pool);
  Sampler sampler;
  base::RandomStream random = request.streams[index];
  auto window =
      FirstWindow(request.prompt, *model.tokenizer, model.model->config());
  text::StreamDecoder decoder(*model.tokenizer);
  std::string text;
  for (int i = 0; i < request.options.length; ++i) {
    const auto logits = inference.AllLogits(window, kv);
    const size_t row = logits.size() / window.size();
    const text::TokenId token =
        sampler.Sample(logits.last(row), request.options.sampling, random);
    text += decoder.Push(token);
    window.push_back(token);
    if (window.size() > static_cast<size_t>(context)) {
      window.erase(window.begin(), window.end() - context / 2);
    }
  }
  return text;
}

}  // namespace artspeak::decode
