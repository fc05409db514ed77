// Names that nobody can guess.
#pragma once

#include <cstddef>
#include <string>

namespace artspeak::web {

// Of 32 letters and digits, from the system's secure source: five bits each.
std::string RandomName(size_t length);

}  // namespace artspeak::web
