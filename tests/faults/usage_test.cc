// What the program says and how it ends when it is called wrongly, or when
// nobody takes its answer.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>

#include "base/file.h"
#include "tests/support/testing.h"

namespace artspeak::faults {
namespace {

class Usage : public ::testing::Test {
 protected:
  // The exit status of `artspeak ARGUMENTS`, as a shell reads them.
  int Status(const std::string& arguments) {
    const std::string place = "cd '" + directory_.path().string() + "' && ";
    const int status = std::system(
        (place + "'" + ARTSPEAK_PROGRAM + "' " + arguments + " 2>errors")
            .c_str());
    errors_ = base::ReadFile(directory_ / "errors");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  testing::TempDir directory_;
  std::string errors_;
};

TEST_F(Usage, WrongUsageIsStatusTwo) {
  for (const char* arguments :
       {"", "bogus", "--bogus", "corpus", "corpus bogus", "generate",
        "generate m --bogus", "generate m --top-p 2",
        "generate m --temperature -1", "finetune",
        "finetune /dev/null --threads 100000", "model evaluate m d --stride 0",
        "crawl r.toml --limit -1"}) {
    EXPECT_EQ(Status(std::string(arguments) + " >output"), 2) << arguments;
    EXPECT_LT(errors_.size(), 200u) << errors_;
  }
  Status("bogus >output");
  EXPECT_NE(errors_.find("\"bogus\" is no command"), std::string::npos);
}

TEST_F(Usage, OptionsThatCannotBeAreStatusTwo) {
  base::WriteFileAtomically(directory_ / "data.txt", std::string(2000, 'a'));
  for (const char* options :
       {"", "--model new --steps 0", "--model new --learning-rate nan",
        "--model new --width 33 --heads 2", "--model new --layers 0",
        "--model new --run-name ../x"}) {
    EXPECT_EQ(Status(std::string("finetune data.txt ") + options + " >output"),
              2)
        << options << ": " << errors_;
    EXPECT_NE(errors_.find("artspeak: "), std::string::npos);
  }
}

TEST_F(Usage, WhatIsNotThereIsStatusOne) {
  EXPECT_EQ(Status("generate missing >output"), 1);
  EXPECT_EQ(errors_.find("artspeak: there is no model missing"), 0u) << errors_;
  EXPECT_EQ(Status("finetune missing.txt --model new >output"), 1);
  EXPECT_EQ(Status("corpus stats missing.txt >output"), 1);
}

TEST_F(Usage, AnAnswerThatCannotBeWrittenIsStatusOne) {
  base::WriteFileAtomically(directory_ / "data.txt", "Paint dries.");
  for (const char* arguments :
       {"--help", "corpus stats data.txt", "corpus stats data.txt --json"}) {
    EXPECT_EQ(Status(std::string(arguments) + " >/dev/full"), 1) << arguments;
    EXPECT_NE(errors_.find("standard output"), std::string::npos) << errors_;
  }
}

TEST_F(Usage, EveryCommandShowsAnExample) {
  for (const char* command : {"",
                              "demo",
                              "crawl",
                              "corpus",
                              "corpus export",
                              "corpus stats",
                              "tokenizer",
                              "tokenizer train",
                              "tokenizer encode",
                              "tokenizer decode",
                              "model",
                              "model info",
                              "model evaluate",
                              "model logits",
                              "model pull",
                              "finetune",
                              "generate",
                              "serve",
                              "web",
                              "worker",
                              "notifier",
                              "admin",
                              "admin reviews",
                              "admin reviews list",
                              "admin reviews show",
                              "admin reviews block",
                              "admin reviews unblock",
                              "admin reviews import",
                              "admin subscribers",
                              "admin subscribers export",
                              "admin subscribers send",
                              "admin erase",
                              "admin queue",
                              "admin config",
                              "admin config check"}) {
    EXPECT_EQ(Status(std::string(command) + " --help >output"), 0) << command;
    EXPECT_NE(base::ReadFile(directory_ / "output").find("Example:"),
              std::string::npos)
        << command;
  }
}

}  // namespace
}  // namespace artspeak::faults
