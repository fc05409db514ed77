#include "mail/directory_mailer.h"

#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace artspeak::mail {

using service::Delivery;

DirectoryMailer::DirectoryMailer(std::filesystem::path directory, Sender sender)
    : directory_(std::move(directory)), sender_(std::move(sender)) {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) {
    throw base::Error(
        "the folder of mails {} cannot be made ({}): change [mail] directory",
        directory_.string(), error.message());
  }
}

service::DeliveryResult DirectoryMailer::Send(const service::Mail& mail) {
  std::string message;
  try {
    message = FormatMessage(sender_, mail);
  } catch (const base::Error& error) {
    return {Delivery::kRefused, error.what()};
  }
  std::string name = mail.message_id + ".eml";
  for (char& c : name) {
    if (c == '/' || c == '\0') c = '_';
  }
  try {
    base::WriteFileAtomically(directory_ / name, message);
  } catch (const base::Error& error) {
    return {Delivery::kRetry, error.what()};
  }
  return {Delivery::kSent, ""};
}

}  // namespace artspeak::mail
