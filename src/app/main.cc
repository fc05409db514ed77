// artspeak: an archive of writing becomes a public page of new writing.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/error.h"

namespace {

// What CLI11 says, but for a word it does not know: then that.
std::string UsageFault(const CLI::App* app, const CLI::Error& fault) {
  const std::vector<std::string> unknown = app->remaining(true);
  const std::string what =
      unknown.empty()
          ? std::string(fault.what())
          : "\"" + unknown.front() + "\" is no command or option here";
  return "artspeak: " + what + "\nRun with --help for more information.\n";
}

int Run(int argc, char** argv) {
  using namespace artspeak;
  CLI::App app(
      "artspeak: an archive of writing becomes a public page of new writing",
      "artspeak");
  app.require_subcommand(1);
  app.failure_message(UsageFault);
  app.footer("Example:\n  artspeak demo");
  app::AddDemoCommand(app);
  app::AddCorpusCommand(app);
  app::AddTokenizerCommand(app);
  app::AddCrawlCommand(app);
  app::AddModelCommand(app);
  app::AddGenerateCommand(app);
  app::AddFinetuneCommand(app);
  app::AddReportCommand(app);
  app::AddServeCommands(app);
  app::AddAdminCommand(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& fault) {
    app.exit(fault);
    return 2;
  } catch (const base::UsageError& error) {
    std::fprintf(stderr, "artspeak: %s\n", error.what());
    return 2;
  } catch (const base::Error& error) {
    std::fprintf(stderr, "artspeak: %s\n", error.what());
    return 1;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr,
                 "artspeak: out of memory: close other programs, or "
                 "choose a smaller model or batch\n");
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "artspeak: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const int status = Run(argc, argv);
  // What was printed may still wait in a buffer: a program that reads it must
  // not take a part for the whole.
  if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && status == 0) {
    std::fprintf(stderr,
                 "artspeak: the answer cannot be written to standard output: "
                 "is the disk full?\n");
    return 1;
  }
  return status;
}
