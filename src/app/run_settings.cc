#include "app/run_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "app/machine.h"

namespace artspeak::app {

std::string ToJson(const RunSettings& settings) {
  using Json = nlohmann::ordered_json;
  const gpt2::Config& config = settings.config;
  Json training = {{"steps", settings.state.leg_end}};
  training.update(Json::parse(train::ToJson(settings.options)));
  const Machine machine = ThisMachine();
  const double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                        static_cast<double>(sysconf(_SC_PAGESIZE));
  const Json json = {{"data",
                      {{"data_set", settings.dataset},
                       {"training_tokens", settings.data.training.size()},
                       {"validation_tokens", settings.data.validation.size()}}},
                     {"model",
                      {{"began_with", settings.state.base},
                       {"parameters", config.parameter_count()},
                       {"layers", config.layers},
                       {"width", config.width},
                       {"heads", config.heads},
                       {"context", config.context},
                       {"vocabulary", config.vocab_size}}},
                     {"machine",
                      {{"processor", machine.processor},
                       {"instructions", machine.instructions},
                       {"processors", std::thread::hardware_concurrency()},
                       {"threads", settings.threads},
                       {"memory", fmt::format("{:.1f} GB", memory / 1e9)}}},
                     {"training", training}};
  // Names of files may hold any bytes.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace artspeak::app
