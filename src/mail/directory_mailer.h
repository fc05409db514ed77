// A mailer that sends nothing: each mail is a file to open in a mail program.
#pragma once

#include <filesystem>

#include "mail/message.h"
#include "service/mailer.h"

namespace artspeak::mail {

class DirectoryMailer : public service::Mailer {
 public:
  // Makes the folder if it is missing. Throws base::Error if that fails.
  DirectoryMailer(std::filesystem::path directory, Sender sender);

  // Writes "<Message-ID>.eml", whole or not at all: a mail sent again replaces
  // its first copy. A folder that cannot be written is a reason to retry.
  service::DeliveryResult Send(const service::Mail& mail) override;

 private:
  std::filesystem::path directory_;
  Sender sender_;
};

}  // namespace artspeak::mail
