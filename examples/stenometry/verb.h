#pragma once

#include <CLI/CLI.hpp>
#include <functional>

/// A verb is one file. Its `add_` function puts a subcommand with its options on the command line and returns
/// it with what it does once they are parsed. To add a verb: write its file, declare its function here, list
/// it in main.cpp.
///
/// A verb ends normally or throws: `Failure` with the exit code it means; `InvalidInput` for what the library
/// thinks wrong with an option. Files are read through input.h and written through output.h, which give their
/// faults the right exit code.
namespace stenometry::program {

struct Verb {
    CLI::App* command;
    std::function<void()> run;
};

Verb add_measure(CLI::App& program);
Verb add_analyze(CLI::App& program);
Verb add_batch(CLI::App& program);
Verb add_calibrate(CLI::App& program);
Verb add_compare(CLI::App& program);
Verb add_evaluate(CLI::App& program);
Verb add_export(CLI::App& program);
Verb add_merge(CLI::App& program);
Verb add_segment(CLI::App& program);
Verb add_table(CLI::App& program);
Verb add_phantom(CLI::App& program);
Verb add_report(CLI::App& program);

}  // namespace stenometry::program
