#include "service/form_ticket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/sha.h"

namespace artspeak::service {

namespace {

constexpr size_t kLongestTicket = 120;
constexpr size_t kLongestProof = 20;

std::string NewNumber() {
  std::array<std::byte, 12> bytes;
  base::SystemRandom(bytes);
  std::string number;
  for (const std::byte b : bytes) {
    number += fmt::format("{:02x}", std::to_integer<int>(b));
  }
  return number;
}

template <typename Number>
bool ParseWhole(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end;
}

// Takes as long whether the first or the last byte differs.
bool IsSame(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  int different = 0;
  for (size_t i = 0; i < a.size(); ++i) different |= a[i] ^ b[i];
  return different == 0;
}

// What stands before the next dot; the rest stays in `text`.
std::string_view TakePart(std::string_view& text) {
  const std::string_view part = text.substr(0, text.find('.'));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

}  // namespace

TicketOffice::TicketOffice(std::string key) : key_(std::move(key)) {}

// content = "SECONDS.BITS.NUMBER"; a ticket is "CONTENT.SIGNATURE".
std::string TicketOffice::Sign(std::string_view content,
                               std::string_view client) const {
  return base::KeyedBlake2bHex(key_,
                               fmt::format("ticket {} {}", content, client));
}

std::string TicketOffice::Issue(base::UnixTime now, int proof_bits,
                                std::string_view client) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const bool own = proof_bits > 0;
  const std::string content =
      fmt::format("{}.{}.{}", seconds.time_since_epoch().count(), proof_bits,
                  own ? NewNumber() : "");
  return content + "." + Sign(content, own ? client : "");
}

std::optional<Ticket> TicketOffice::Read(std::string_view text,
                                         std::string_view client,
                                         base::UnixTime now) const {
  if (text.size() > kLongestTicket) return std::nullopt;
  const size_t end = text.rfind('.');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view content = text.substr(0, end);
  std::string_view rest = content;
  int64_t seconds = 0;
  Ticket ticket;
  if (!ParseWhole(TakePart(rest), seconds) ||
      !ParseWhole(TakePart(rest), ticket.proof_bits)) {
    return std::nullopt;
  }
  ticket.number = rest;
  const std::string signature =
      Sign(content, ticket.proof_bits > 0 ? client : "");
  if (!IsSame(text.substr(end + 1), signature)) return std::nullopt;
  ticket.issued = base::UnixTime(std::chrono::seconds(seconds));
  // Another web process's clock may be a little ahead.
  if (ticket.issued > now + std::chrono::minutes(1) ||
      ticket.issued + kTicketLife < now) {
    return std::nullopt;
  }
  return ticket;
}

bool IsProof(std::string_view ticket, std::string_view proof, int bits) {
  if (proof.empty() || proof.size() > kLongestProof ||
      proof.find_first_not_of("0123456789") != std::string_view::npos) {
    return false;
  }
  base::Sha sha(base::ShaKind::kSha256);
  sha.Update(ticket);
  sha.Update(".");
  sha.Update(proof);
  uint64_t first = 0;  // the digest's first 64 bits
  const std::string digest = sha.FinishHex();
  std::from_chars(digest.data(), digest.data() + 16, first, 16);
  return std::countl_zero(first) >= bits;
}

}  // namespace artspeak::service
