#include <iostream>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "failure.h"
#include "stenometry/version.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

int end(ExitCode code) { return static_cast<int>(code); }

int fail(const Fault& fault) {
    std::cerr << "stenometry: " << fault.message << '\n';
    return end(fault.code);
}

std::string names_of(const std::vector<Verb>& verbs) {
    std::string names;
    for (std::size_t i = 0; i < verbs.size(); ++i)
        names += (i == 0 ? "" : i + 1 == verbs.size() ? " or " : ", ") + verbs[i].command->get_name();
    return names;
}

/// What is wrong with the command line, where CLI11 would say no more than that a subcommand is required.
std::string complaint(const CLI::App& program, const std::vector<Verb>& verbs, const CLI::ParseError& error) {
    if (!program.get_subcommands().empty()) {
        const CLI::App& verb = *program.get_subcommands().front();
        const std::vector<std::string> left = verb.remaining();
        if (verb.get_name() == "analyze" && !left.empty() && !left.front().starts_with('-'))
            return "analyze takes one image, and '" + left.front() +
                   "' is another: stenometry batch takes many";
        return error.what();
    }
    const std::vector<std::string> extra = program.remaining();
    if (extra.empty()) return "a verb is missing: " + names_of(verbs) + "; see stenometry --help";
    return "'" + extra.front() + "' is neither a verb nor an option; the verbs are " + names_of(verbs);
}

/// An empty value is what a script's unset variable leaves: it must not pass for an option that was not
/// given.
void require_values(const CLI::App& command) {
    for (const CLI::Option* option : command.get_options())
        for (const std::string& value : option->results())
            if (value.empty())
                throw Failure(ExitCode::wrong_command, option->get_name() + ": its value is empty");
}

/// Where the name of a file was forgotten, the next option must not pass for it.
void require_file_names(CLI::App& command) {
    for (CLI::Option* option : command.get_options())
        if (option->get_type_name().starts_with("FILE")) option->check(file_name());
}

int run_verb(const std::vector<Verb>& verbs) {
    try {
        for (const Verb& verb : verbs) {
            if (!verb.command->parsed()) continue;
            require_values(*verb.command);
            verb.run();
        }
        return end(ExitCode::done);
    } catch (...) {
        return fail(current_fault());
    }
}

int run(int argc, char** argv) {
    CLI::App program(
        "Measures coronary stenosis in X-ray angiograms. A research program, not a medical device.",
        "stenometry");
    program.set_version_flag("--version", "stenometry " + std::string(version()));
    program.require_subcommand(1);
    program.footer(
        "'stenometry VERB --help' tells a verb's options.\n"
        "Exit codes: 0 done, 2 wrong command line, 3 unreadable input, 4 nothing to measure, "
        "5 output not written.");
    const std::vector<Verb> verbs{add_measure(program), add_analyze(program),   add_batch(program),
                                  add_table(program),   add_merge(program),     add_report(program),
                                  add_compare(program), add_calibrate(program), add_segment(program),
                                  add_export(program),  add_evaluate(program),  add_phantom(program)};
    for (const Verb& verb : verbs) require_file_names(*verb.command);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return program.exit(error);  // --help and --version
        return fail({ExitCode::wrong_command, on_one_line(complaint(program, verbs, error))});
    }
    return run_verb(verbs);
}

}  // namespace
}  // namespace stenometry::program

int main(int argc, char** argv) {
#ifdef __GLIBC__
    // Images come and go by the megabyte. Fresh pages from the system for every one take a tenth of the time
    // from the frame to its vessels on one thread, and more on two.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
    return stenometry::program::run(argc, argv);
}
