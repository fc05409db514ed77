// artspeak: an archive of writing becomes a public page of new writing.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "app/commands.h"
#include "base/error.h"

int main(int argc, char** argv) {
  using namespace artspeak;
  CLI::App app(
      "artspeak: an archive of writing becomes a public page of new writing",
      "artspeak");
  app.require_subcommand(1);
  app::AddDemoCommand(app);
  app::AddCorpusCommand(app);
  app::AddTokenizerCommand(app);
  app::AddCrawlCommand(app);
  app::AddModelCommand(app);
  app::AddGenerateCommand(app);
  app::AddFinetuneCommand(app);
  app::AddServeCommands(app);
  app::AddAdminCommand(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& fault) {
    app.exit(fault);
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
