#include "app/worker_role.h"

#include <filesystem>
#include <utility>

#include "app/lease_owner.h"
#include "app/training_passages.h"
#include "base/thread_priority.h"
#include "decode/loaded_model.h"
#include "web/site.h"

namespace artspeak::app {

namespace {

// How programs call the model: by the last part of its path; but a run's, in
// runs/NAME/model, by the run's.
std::string ModelName(const Configuration& configuration) {
  std::filesystem::path path(configuration.model);
  if (path.filename().empty()) path = path.parent_path();
  if (path.filename() == "model" && path.has_parent_path()) {
    path = path.parent_path();
  }
  return path.filename().string();
}

decode::CopyLimit CopyLimitOf(const Configuration& configuration) {
  return CopyLimitFor(ModelPath(configuration), configuration.max_copied_words);
}

}  // namespace

WorkerRole::WorkerRole(const Configuration& configuration,
                       service::JobQueue& queue, service::LiveText& live,
                       base::Clock& clock, Options options)
    : access_(configuration.api),
      busy_(configuration.busy_file),
      engine_(decode::LoadedModel::Load(ModelPath(configuration)),
              {.threads = options.threads,
               .kv = configuration.kv,
               .copy_limit = CopyLimitOf(configuration),
               .on_busy = [this](bool busy) { busy_.Set(busy); }}) {
  base::LowerThreadPriority();
  worker_.emplace(
      queue, engine_, clock,
      service::Worker::Options{.name = NewLeaseOwner(),
                               .on_finished = std::move(options.on_finished),
                               .live = &live});
  if (!access_.key_hashes.empty()) {
    api_.emplace(web::CompletionsApi::Options{.key_hashes = access_.key_hashes,
                                              .model = ModelName(configuration),
                                              .limits = access_.limits},
                 engine_, clock);
  }
}

void WorkerRole::Check(const Configuration& configuration) {
  decode::LoadedModel::Load(ModelPath(configuration));
  CopyLimitOf(configuration);
}

std::optional<net::Response> WorkerRole::AnswerProgram(
    const net::Request& request) {
  return api_ ? api_->Answer(request) : std::nullopt;
}

void WorkerRole::ListenForPrograms() {
  if (!api_ || access_.address.empty()) return;
  server_.emplace(net::HttpServer::Options{.address = access_.address,
                                           .port = access_.port,
                                           .max_body = web::Site::kMaxReadBody},
                  [this](const net::Request& request) {
                    auto answer = api_->Answer(request);
                    return answer ? *std::move(answer)
                                  : web::CompletionsApi::Nothing();
                  });
}

}  // namespace artspeak::app
