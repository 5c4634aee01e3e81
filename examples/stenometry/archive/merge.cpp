#include <memory>

#include "archive/ledger_merge.h"
#include "failure.h"
#include "terminal.h"
#include "verb.h"

namespace stenometry::program {
namespace {

struct MergeCommand {
    std::vector<std::filesystem::path> ledgers;
    std::filesystem::path out;
};

void run(const MergeCommand& command) {
    if (std::filesystem::exists(command.out))
        throw Failure(ExitCode::wrong_command,
                      "--out " + command.out.string() + ": there is such a file already");
    const MergeCounts counts = merge_ledgers(command.ledgers, command.out);
    say(std::to_string(counts.inputs) + " inputs from " + std::to_string(command.ledgers.size()) +
        " ledgers" +
        (counts.repeated > 0 ? ", " + std::to_string(counts.repeated) + " found more than once" : ""));
    if (counts.different > 0)
        warn(std::to_string(counts.different) + " inputs, " + counts.example +
             " the first, have another file, options or program behind them in another ledger: the newest "
             "that is "
             "done counts");
}

}  // namespace

Verb add_merge(CLI::App& program) {
    CLI::App* app =
        program.add_subcommand("merge", "Make one ledger of several, as of the shards of a batch.");
    const auto command = std::make_shared<MergeCommand>();
    app->add_option("LEDGER", command->ledgers, "ledgers of batches")->required()->type_name("");
    app->add_option("--out", command->out, "the new ledger")->required()->type_name("FILE");
    app->footer("Example: stenometry merge shard-*/ledger.sqlite --out ledger.sqlite");
    return {app, [command] { run(*command); }};
}

}  // namespace stenometry::program
