#include <fstream>
#include <iostream>
#include <memory>

#include "archive/ledger_table.h"
#include "failure.h"
#include "output.h"
#include "verb.h"

namespace stenometry::program {
namespace {

struct TableCommand {
    std::filesystem::path ledger, out = "-";
    bool inputs = false, vessels = false, lesions = false, ectasias = false, cine_lesions = false,
         sightings = false;
    bool json_lines = false;
};

LedgerTable table_of(const TableCommand& command) {
    if (command.inputs) return LedgerTable::inputs;
    if (command.vessels) return LedgerTable::vessels;
    if (command.ectasias) return LedgerTable::ectasias;
    if (command.cine_lesions) return LedgerTable::cine_lesions;
    return command.sightings ? LedgerTable::sightings : LedgerTable::lesions;
}

void run(const TableCommand& command) {
    const Ledger ledger = Ledger::read(command.ledger);
    const TableFormat format = command.json_lines ? TableFormat::json_lines : TableFormat::csv;
    const auto write = [&](std::ostream& out) { write_table(ledger, table_of(command), format, out); };
    write_stream(command.out, {command.ledger}, write);
}

}  // namespace

Verb add_table(CLI::App& program) {
    CLI::App* app = program.add_subcommand("table", "Write a table of what the ledger of a batch has.");
    const auto command = std::make_shared<TableCommand>();
    app->add_option("LEDGER", command->ledger, "ledger of a batch")->required()->type_name("");
    CLI::Option_group* which = app->add_option_group("Table");
    which->add_flag("--lesions", command->lesions, "a row per lesion, with the columns of analyze --csv");
    which->add_flag("--vessels", command->vessels, "a row per vessel");
    which->add_flag("--ectasias", command->ectasias, "a row per ectasia");
    which->add_flag("--cine-lesions", command->cine_lesions,
                    "a row per lesion of a cine, as its frames together show it: batch --frames filled");
    which->add_flag("--sightings", command->sightings, "a row per lesion of a cine and frame");
    which->add_flag("--inputs", command->inputs,
                    "a row per input, also of those that failed, with the reason");
    which->require_option(1);
    app->add_flag("--jsonl", command->json_lines, "JSON Lines, an object a row [CSV]");
    app->add_option("--out", command->out, "file of the table [-, standard output]")->type_name("FILE");
    app->footer(
        "Rows are in the order of paths, frames, vessels and lesions: the same results give the same bytes.\n"
        "Example: stenometry table results/ledger.sqlite --lesions --out lesions.csv");
    return {app, [command] { run(*command); }};
}

}  // namespace stenometry::program
