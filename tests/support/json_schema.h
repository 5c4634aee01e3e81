#pragma once

#include <filesystem>
#include <string>

/// The JSON Schemas that are installed with the program, and what of a document does not follow them.
namespace stenometry::test {

/// What is wrong with a document of this project by the schema that it names, one fault a line; empty if
/// nothing is. Text that is no JSON or names no schema is wrong.
std::string faults_of_json(const std::string& text);

/// Whether it is a document that a schema is there for: those that name one, but for the schemas of scores.
bool has_json_schema(const std::string& text);

}  // namespace stenometry::test
