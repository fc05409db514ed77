// What a reader is told when a text cannot go on.
#pragma once

#include <exception>
#include <new>
#include <string>

namespace artspeak::decode {

// One sentence for the reader.
inline std::string FaultSentence(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    return "memory is used up: write fewer or shorter texts at once";
  }
  return error.what();
}

}  // namespace artspeak::decode
