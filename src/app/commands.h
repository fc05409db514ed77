// The commands of the program: one file each, one function that adds it to the
// command line. A command's callback throws base::Error when it fails; main
// prints the sentence and exits with 1. Wrong usage exits with 2.
#pragma once

namespace CLI {
class App;
}

namespace artspeak::app {

void AddDemoCommand(CLI::App& app);
void AddCrawlCommand(CLI::App& app);
void AddCorpusCommand(CLI::App& app);
void AddCorpusOriginality(CLI::App& corpus);  // of `artspeak corpus`
void AddTokenizerCommand(CLI::App& app);
void AddModelCommand(CLI::App& app);
// Of `artspeak model`.
void AddModelImport(CLI::App& model);
void AddModelQuantize(CLI::App& model);
void AddModelExport(CLI::App& model);
void AddFinetuneCommand(CLI::App& app);
void AddReportCommand(CLI::App& app);
void AddGenerateCommand(CLI::App& app);
void AddServeCommands(CLI::App& app);  // serve, web, worker, notifier
void AddAdminCommand(CLI::App& app);
// Of `artspeak admin`.
void AddAuditCommand(CLI::App& admin);
void AddExamplesCommand(CLI::App& admin);
void AddPasswordCommand(CLI::App& admin);
void AddSubscribersCommand(CLI::App& admin);
void AddEraseCommand(CLI::App& admin);
// Of `artspeak admin reviews`.
void AddReviewsModeration(CLI::App& reviews);  // approve, block, unblock, erase
void AddReviewsRegenerate(CLI::App& reviews);
void AddReviewsGallery(CLI::App& reviews);  // gallery, hang, unhang

}  // namespace artspeak::app
