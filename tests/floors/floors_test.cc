#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/floors/include_rules.h"
#include "tests/support/testing.h"

namespace artspeak::floors {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Floors : public ::testing::Test {
 protected:
  void Write(const fs::path& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  std::vector<std::string> Faults() { return IncludeFaults(root_.path()); }

 private:
  artspeak::testing::TempDir root_;
};

TEST(FloorsOfTheHouse, EveryIncludeGoesDown) {
  EXPECT_THAT(IncludeFaults(artspeak::testing::SourceDir() / "src"), IsEmpty());
}

TEST_F(Floors, DownwardIncludesAndOwnLibrariesPass) {
  Write("base/error.h", "#include <fmt/core.h>\n#include <string>\n");
  Write("net/client.cc",
        "#include \"net/client.h\"\n#include <curl/curl.h>\n"
        "#include <sys/socket.h>\n#include \"base/error.h\"\n");
  Write("corpus/reader.cc", "#include \"archive/database.h\"\n");
  Write("net/client_test.cc",
        "#include <gtest/gtest.h>\n#include \"tests/support/testing.h\"\n");
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(Floors, AnUpwardIncludeIsNamedWithFileAndLine) {
  Write("base/file.h", "#pragma once\n\n#include \"text/tokenizer.h\"\n");
  EXPECT_THAT(Faults(), ElementsAre("base/file.h:3: text/tokenizer.h: base may "
                                    "not include text"));
}

TEST_F(Floors, RoomsOfOneFloorDoNotMeet) {
  Write("archive/a.cc", "#include \"corpus/reader.h\"\n");
  Write("decode/b.cc", "  #  include \"train/trainer.h\"  // sideways\n");
  Write("service/c.cc", "#include \"net/http_message.h\"\n");
  EXPECT_THAT(
      Faults(),
      ElementsAre(
          "archive/a.cc:1: corpus/reader.h: archive may not include "
          "corpus",
          "decode/b.cc:1: train/trainer.h: decode may not include train",
          "service/c.cc:1: net/http_message.h: service may not include "
          "net"));
}

TEST_F(Floors, ALibraryStaysInItsRoom) {
  Write("store/a.cc", "#include <boost/asio.hpp>\n");
  Write("web/b.cc", "#include <pqxx/pqxx>\n#include <gtest/gtest.h>\n");
  EXPECT_THAT(
      Faults(),
      ElementsAre("store/a.cc:1: boost/asio.hpp: store may not use Boost",
                  "web/b.cc:1: pqxx/pqxx: unknown library: name it in "
                  "tests/floors/include_rules.cc",
                  "web/b.cc:2: gtest/gtest.h: only tests may use GoogleTest"));
}

TEST_F(Floors, AHeaderThatOpensALibraryStaysInItsRoom) {
  Write("net/session.h", "#include <boost/beast.hpp>\n");
  Write("net/session.cc", "#include \"net/session.h\"\n");
  Write("net/server.h", "#include \"net/session.h\"\n");
  Write("web/site.cc", "#include \"net/session.h\"\n");
  EXPECT_THAT(
      Faults(),
      ElementsAre("net/server.h:1: net/session.h: it opens an outside library, "
                  "so only .cc files of net may",
                  "web/site.cc:1: net/session.h: it opens an outside library, "
                  "so only .cc files of net may"));
}

TEST_F(Floors, AFileOutsideTheRoomsAndAShortPathAreFaults) {
  Write("helpers/a.h", "\n");
  Write("text/b.cc", "#include \"b.h\"\n#include \"utils/c.h\"\n");
  EXPECT_THAT(
      Faults(),
      ElementsAre("helpers/a.h: helpers is no room: give it a floor in "
                  "tests/floors/include_rules.cc",
                  "text/b.cc:1: b.h: write the path from src/: \"text/b.h\"",
                  "text/b.cc:2: utils/c.h: there is no room utils"));
}

}  // namespace
}  // namespace artspeak::floors
