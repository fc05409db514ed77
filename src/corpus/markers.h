// The markers that gpt-2-simple's users put around each document: plain
// characters, "<|startoftext|>" before it and "<|endoftext|>" after.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace artspeak::corpus {

// What lies between the markers, in order, without what is blank; a line break
// after an end marker belongs to the marker. A text without markers is one
// part. The parts point into `text`.
std::vector<std::string_view> SplitAtMarkers(std::string_view text);

// The text as gpt-2-simple trains on it: both markers around it, and a line
// break.
std::string WithMarkers(std::string_view text);

}  // namespace artspeak::corpus
