#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <thread>

#include "archive/batch_run.h"
#include "failure.h"
#include "output.h"
#include "side_by_side.h"
#include "terminal.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

struct BatchCommand {
    InputSettings settings;
    CLI::App* app = nullptr;
    std::vector<std::string> inputs;
    fs::path out, root;
    std::vector<std::string> modalities{"XA", "RF"};
    std::optional<int> jobs;
    bool resume = false, retry_failed = false, identifiers = false;
    std::string shard;
    std::uint64_t max_memory = 800'000'000;  // the program takes less than 1 GB in all
};

// What a signal asks for. A handler can reach nothing else.
std::atomic<bool> stop_asked = false;
std::atomic<int> stop_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

/// As long as it lives, the first signal that asks the program to end lets it end with what is under way; the
/// second ends it.
class GentleStop {
  public:
    GentleStop() {
        struct sigaction action {};
        action.sa_handler = [](int signal) {
            stop_signal = signal;
            stop_asked = true;
        };
        action.sa_flags = SA_RESETHAND | SA_RESTART;
        for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &before_[i]);
    }
    ~GentleStop() {
        for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before_[i], nullptr);
    }
    GentleStop(const GentleStop&) = delete;
    GentleStop& operator=(const GentleStop&) = delete;

  private:
    static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
    std::array<struct sigaction, signals.size()> before_{};
};

/// Keeps a folder from a second batch, and lets it go however the program ends. A scheduler may start a task
/// again while the frames under way of the one that it stopped are still finished: so there is some patience.
class FolderLock {
  public:
    explicit FolderLock(const fs::path& folder)
        : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (try_lock()) return;
        say("waiting for another batch that writes its results to " + folder.string());
        for (int seconds = 0; seconds < 60 && !stop_asked; ++seconds) {
            std::this_thread::sleep_for(std::chrono::seconds(1));
            if (try_lock()) return;
        }
        ::close(descriptor_);
        throw Failure(ExitCode::unwritable,
                      "cannot write " + folder.string() + ": another batch writes its results there");
    }
    ~FolderLock() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    /// File systems that know no such locks have no say.
    bool try_lock() const {
        return descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    }

    int descriptor_;
};

void keep_shard(std::vector<BatchInput>& inputs, const std::string& shard) {
    if (shard.empty()) return;
    const auto [index, count] = parse_shard(shard).value();
    std::erase_if(inputs, [&](const BatchInput& input) { return !in_shard(input.key, index, count); });
}

int jobs_of(const BatchCommand& command) { return command.jobs.value_or(most_threads()); }

BatchRules rules_of(const BatchCommand& command, const InputList& list, GivenOptions options) {
    return {.root = list.root,
            .out = command.out,
            .options = std::move(options),
            .modalities = {command.modalities.begin(), command.modalities.end()},
            .max_memory = command.max_memory,
            .identifiers = command.identifiers,
            .retry_failed = command.retry_failed,
            .stop = &stop_asked};
}

void warn_of_another_root(const std::map<InputKey, Ended>& ended, const InputList& list) {
    const auto is_known = [&](const BatchInput& input) { return ended.contains(input.key); };
    if (!ended.empty() && !list.inputs.empty() && std::ranges::none_of(list.inputs, is_known))
        warn(
            "none of these inputs is in the ledger yet: paths in it are relative to a folder that --root "
            "gives");
}

/// How it ended, for a person; nothing else writes to standard error meanwhile.
BatchCounts run_quietly(const BatchCommand& command, const InputList& list, const InputAnalyzer& analyzer,
                        const std::map<InputKey, Ended>& ended, Ledger& ledger) {
    std::string summary;
    BatchCounts counts;
    {
        const SilentStandardError silent;
        BatchProgress progress(silent.real());
        const GentleStop gentle;
        counts = run_batch(list.inputs, analyzer, ended, ledger, jobs_of(command),
                           [&](const BatchCounts& now) { progress.show(now); });
        summary = summary_of(counts, progress.seconds());
    }
    std::cerr << summary;
    return counts;
}

/// Ends as who was asked by a signal to end, which is what shells and schedulers go by.
void end_if_stopped() {
    if (stop_signal == 0) return;
    say("stopped; --resume goes on");
    std::signal(stop_signal, SIG_DFL);
    std::raise(stop_signal);
}

void run(const BatchCommand& command) {
    check(command.settings.analysis);
    const fs::path place = command.out / "ledger.sqlite";
    if (fs::exists(place) && !command.resume && !command.retry_failed)
        throw Failure(ExitCode::wrong_command,
                      place.string() + " is there already: --resume goes on with it");
    GivenOptions options = given_options(*command.app);
    InputList list = list_inputs(
        {.arguments = command.inputs, .root = command.root, .out = command.out, .options = options});
    keep_shard(list.inputs, command.shard);
    BatchRules rules = rules_of(command, list, std::move(options));
    make_folder(command.out);
    BatchCounts counts;
    {
        const FolderLock lock(command.out);
        Ledger ledger = Ledger::open(place);
        rules.ended = ledger.ended();
        warn_of_another_root(rules.ended, list);
        const std::map<InputKey, Ended> ended = rules.ended;
        const InputAnalyzer analyzer(std::move(rules));
        ledger.begin_run(analyzer.provenance());
        counts = run_quietly(command, list, analyzer, ended, ledger);
    }
    end_if_stopped();
    if (const std::size_t failed = counts.of(Outcome::failed); failed > 0)
        throw Failure(ExitCode::some_failed, std::to_string(failed) + " of " + std::to_string(counts.total) +
                                                 " inputs failed; the ledger says why: " + place.string());
}

}  // namespace

Verb add_batch(CLI::App& program) {
    CLI::App* app = program.add_subcommand("batch", "Analyse many files, and keep the results in a ledger.");
    const auto command = std::make_shared<BatchCommand>();
    command->app = app;
    app->add_option("INPUT", command->inputs,
                    "files that analyze reads, folders that are searched for them, patterns in quotes, or a "
                    "manifest: .csv with a column path and others called as options of batch and measure, "
                    "such as frame, spacing, from, to, which come before those given here")
        ->required()
        ->type_name("");
    app->add_option("--out", command->out, "folder of the results; DIR/ledger.sqlite has all of them")
        ->required()
        ->type_name("DIR");
    app->add_flag(
        "--resume", command->resume,
        "go on with the ledger that is there: what has ended is not analysed again, unless the file "
        "or an option has changed since");
    app->add_flag("--retry-failed", command->retry_failed, "the same, and try again what has failed");
    app->add_option("--jobs", command->jobs,
                    "inputs that are analysed at once; results do not depend on it [all processors]")
        ->type_name("N")
        ->check(whole_number_from(1));
    app->add_option("--shard", command->shard,
                    "of N parts of the inputs, alike on every machine, only part I, from 1; see merge")
        ->type_name("I/N")
        ->check(shard_value());
    app->add_option("--modality", command->modalities,
                    "modalities of DICOM that are analysed; others are skipped [XA,RF]")
        ->type_name("M,...")
        ->delimiter(',')
        ->allow_extra_args(false);
    app->add_option("--root", command->root,
                    "folder that paths in the ledger are relative to [the deepest that has all inputs]")
        ->type_name("DIR");
    app->add_option("--max-memory", command->max_memory,
                    "memory for what is analysed at once, such as 2GB: inputs wait for each other, and one "
                    "that takes more "
                    "alone fails [800MB]")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(true));
    app->add_flag("--identifiers", command->identifiers,
                  "keep what DICOM files say of patient and study, such as PatientID [nothing of it]");
    add_input_settings(*app, command->settings);
    app->footer(std::string(length_note) +
                "Exit code 6: some inputs failed; 130 or 143: a signal stopped it, and --resume goes on.\n"
                "Example: stenometry batch archive/ --out results --jobs 2 && stenometry table "
                "results/ledger.sqlite --lesions");
    return {app, [command] { run(*command); }};
}

}  // namespace stenometry::program
