#include "net/streamed_body.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace artspeak::net {

StreamedBody::StreamedBody(Options options, std::function<void()> wake)
    : options_(options), wake_(std::move(wake)) {}

bool StreamedBody::Write(std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  if (finished_) return false;
  if (bytes.empty()) return true;  // an empty chunk would end the body
  written_ = true;
  if (taken_ + waiting_.size() + bytes.size() > options_.max_unsent) {
    // Without its end, so that the client knows the answer is not whole.
    waiting_.clear();
    finished_ = true;
    Wake();
    return false;
  }
  if (options_.chunked) {  // RFC 9112, 7.1
    fmt::format_to(std::back_inserter(waiting_), "{:x}\r\n", bytes.size());
  }
  waiting_ += bytes;
  if (options_.chunked) waiting_ += "\r\n";
  Wake();
  return true;
}

void StreamedBody::SetStatus(int status) {
  const std::scoped_lock lock(mutex_);
  if (!written_) status_ = status;
}

void StreamedBody::SetMaxUnsent(size_t bytes) {
  const std::scoped_lock lock(mutex_);
  options_.max_unsent = bytes;
}

void StreamedBody::End() {
  const std::scoped_lock lock(mutex_);
  if (finished_) return;
  if (options_.chunked) waiting_ += "0\r\n\r\n";
  finished_ = true;
  Wake();
}

void StreamedBody::Wake() {
  if (awake_ || !wake_) return;
  awake_ = true;
  wake_();
}

StreamedBody::Piece StreamedBody::Take() {
  const std::scoped_lock lock(mutex_);
  awake_ = false;
  Piece piece{std::exchange(waiting_, {}), finished_, status_};
  taken_ = piece.bytes.size();
  return piece;
}

void StreamedBody::Close() {
  const std::scoped_lock lock(mutex_);
  finished_ = true;
  waiting_ = {};
  wake_ = nullptr;
}

}  // namespace artspeak::net
