#include "json_schema.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace stenometry::test {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

/// "analysis" of stenometry.analysis/2; empty if the document names no schema.
std::string name_of_schema(const json& document) {
    const std::string prefix = "stenometry.";
    if (!document.is_object() || !document.contains("schema") || !document["schema"].is_string()) return {};
    const std::string schema = document["schema"];
    if (!schema.starts_with(prefix)) return {};
    return schema.substr(prefix.size(), schema.find('/') - prefix.size());
}

std::filesystem::path file_of_schema(const std::string& name) {
    return std::filesystem::path(STENOMETRY_SCHEMAS) / (name + ".schema.json");
}

}  // namespace

bool has_json_schema(const std::string& text) {
    const json document = json::parse(text, nullptr, false);
    const std::string name = document.is_discarded() ? std::string() : name_of_schema(document);
    return !name.empty() && std::filesystem::exists(file_of_schema(name));
}

std::string faults_of_json(const std::string& text) {
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded()) return "it is no JSON\n";
    std::ifstream file(file_of_schema(name_of_schema(document)));
    if (!file) return "there is no schema for it\n";
    const json rules = json::parse(file);
    valijson::Schema schema;
    valijson::SchemaParser().populateSchema(Adapter(rules), schema);
    valijson::ValidationResults results;
    if (valijson::Validator().validate(schema, Adapter(document), &results)) return {};
    std::string faults;
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
        for (const std::string& part : error.context) faults += part;
        faults += ": " + error.description + '\n';
    }
    return faults;
}

}  // namespace stenometry::test
