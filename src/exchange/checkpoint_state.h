// The text file "checkpoint" by which TensorFlow knows a folder's newest
// checkpoint (TensorFlow, python/training/checkpoint_state.proto, as text).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace artspeak::exchange {

// What the file's model_checkpoint_path says, its escapes undone: often a path
// of another machine. Nothing when the text has no such field, or none that is
// whole.
std::optional<std::string> CheckpointPathIn(std::string_view text);

}  // namespace artspeak::exchange
