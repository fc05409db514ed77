// Our side of the races: one round, in a process of its own.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace artspeak::bench {

// Each does the job once and gives the answer that contender.h describes.

// job: model (a directory), prompt (ids), texts, tokens (of each text),
// temperature, top_p, kv (a format, or "" for the model's own), threads. The
// answer adds kv, steps (those in which every text got a token), context
// (tokens that a text looked back on, on average), and in seconds of these
// steps products, attention, sampling and rest.
nlohmann::ordered_json GenerateRound(const nlohmann::ordered_json& job);

// job: shape, tokens (of the one window), precision, threads. A first step
// warms up. The answer adds forward, backward and optimizer in seconds.
nlohmann::ordered_json TrainRound(const nlohmann::ordered_json& job);

// job: shape, tokens (of the one window), precision, memory ("roomy", whose
// gradients go to memory of their own, or "low", whose are thrown away group by
// group), threads. A first pass warms up. The answer adds forward and backward
// in seconds.
nlohmann::ordered_json PassRound(const nlohmann::ordered_json& job);

// job: text (a file), folder (for the run), layers, width, heads, context,
// batch_size, steps, warmup_steps, learning_rate, min_learning_rate, beta2,
// weight_decay, clip_norm, validation_fraction, precision, threads. The answer
// adds validation_loss, at the end.
nlohmann::ordered_json RecipeRound(const nlohmann::ordered_json& job);

// job: vocabulary (a directory), texts (a file with a JSON string a line). The
// texts are encoded twice; the first time warms up. The answer adds
// load_seconds, of the vocabulary.
nlohmann::ordered_json TokenizeRound(const nlohmann::ordered_json& job);

}  // namespace artspeak::bench
