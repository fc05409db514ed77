// Is a document an Atom feed as RFC 4287 wants it?
#pragma once

#include <string>
#include <vector>

namespace artspeak {

// What is wrong with the document, a sentence each; empty if it is a valid
// feed. Judges the elements that our feeds use and refuses others: a feed
// that uses more must teach it more.
std::vector<std::string> AtomFaults(const std::string& document);

// The text of every element that the path leads to, from the root on:
// {"feed", "entry", "title"}. Attributes as "@href" at the end. Namespaces are
// not looked at. Empty for what is no XML.
std::vector<std::string> TextsAt(const std::string& document,
                                 const std::vector<std::string>& path);

}  // namespace artspeak
