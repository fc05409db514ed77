// artspeak model pull, and the same for a command that misses its model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "exchange/hub_cache.h"
#include "exchange/hub_client.h"
#include "exchange/hub_pull.h"

namespace CLI {
class App;
}

namespace artspeak::app {

void AddPullCommand(CLI::App& model);

// The hub that the environment names. What it waits for is told on standard
// error. The clock must outlive it.
exchange::HubClient OpenHub(base::Clock& clock, std::stop_token stop);

// exchange::Pull with a bar on standard error.
std::filesystem::path PullWithBar(exchange::HubClient& hub,
                                  const exchange::HubCache& cache,
                                  const exchange::HubModel& model);

// "548 MB", "92 kB".
std::string ByteText(int64_t bytes);

// Where the model is kept on this machine. Throws Error when the environment
// names no place.
exchange::HubCache CacheOf(const exchange::HubName& name);

}  // namespace artspeak::app
