// `artspeak finetune` as a process that can be held still.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace artspeak::bench {

// Trains without end until this goes; then it is killed. Not thread-safe.
class Training {
 public:
  // What a line of its log tells.
  struct Mark {
    double tokens = 0;   // trained so far
    double seconds = 0;  // since its start, pauses and all
  };

  // Begins a run in `directory` with the model and waits for its second step;
  // yield_to as the option of that name. Throws Error when it ends by itself.
  Training(const std::string& program, const std::filesystem::path& directory,
           const std::filesystem::path& model, const std::string& yield_to);
  ~Training();
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  void HoldStill();
  void GoOn();

  // The next line that it writes.
  Mark WaitForMark();

 private:
  int Lines() const;

  std::filesystem::path directory_;
  std::filesystem::path log_;
  pid_t process_ = -1;
};

}  // namespace artspeak::bench
