// How a person names a model on the command line.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

namespace artspeak::app {

// The folder of a model that is named by, in this order: its path, if a model
// is there; a run, which means runs/NAME/model, its last checkpoint, or
// NAME/best, the best one by validation; a size ("124M") or a name on
// the Hugging Face hub
// ("owner/name@revision") that was pulled before. A name on the hub that is not
// here is offered to be pulled, where a person can be asked (standard input and
// error are a terminal); `stop` ends that. Throws Error, saying what to do,
// when it is none of these, or is a TensorFlow checkpoint.
std::filesystem::path ModelDirectory(const std::string& name,
                                     const std::filesystem::path& runs = "runs",
                                     std::stop_token stop = {});

// The same for a service: nobody is asked.
std::filesystem::path LocalModelDirectory(const std::string& name,
                                          const std::filesystem::path& runs);

// The same where only the tokenizer is wanted: a TensorFlow checkpoint's will
// do.
std::filesystem::path TokenizerDirectory(const std::string& name);

}  // namespace artspeak::app
