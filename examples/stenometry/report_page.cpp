#include "report_page.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

#include <array>
#include <cstdint>
#include <map>

// The files of report/ as page.S.in takes them in.
extern "C" {
extern const char stenometry_report_page_begin[], stenometry_report_page_end[];
extern const char stenometry_report_style_begin[], stenometry_report_style_end[];
extern const char stenometry_report_script_begin[], stenometry_report_script_end[];
}

namespace stenometry::program {
namespace {

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

std::string base64(std::string_view bytes) {
    std::string text(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
    base64_encode_raw(text.data(), bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
    return text;
}

/// A source of a Content Security Policy: what has this digest may run, or give the page its look.
std::string allowed_by_digest(std::string_view text) {
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest;
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
    sha256_digest(&context, digest.size(), digest.data());
    return "'sha256-" + base64({reinterpret_cast<const char*>(digest.data()), digest.size()}) + "'";
}

std::string policy(std::string_view style, std::string_view script) {
    return "default-src 'none'; img-src data:; style-src " + allowed_by_digest(style) + "; script-src " +
           allowed_by_digest(script) + "; base-uri 'none'; form-action 'none'";
}

/// JSON without the characters by which HTML could end the element that it stands in, or begin another.
std::string inert_json(const nlohmann::ordered_json& data) {
    using ErrorHandler = nlohmann::ordered_json::error_handler_t;
    const std::string json = data.dump(-1, ' ', true, ErrorHandler::replace);  // ASCII
    std::string inert;
    inert.reserve(json.size());
    for (const char c : json) {
        if (c == '<')
            inert += "\\u003c";
        else if (c == '>')
            inert += "\\u003e";
        else if (c == '&')
            inert += "\\u0026";
        else
            inert += c;
    }
    return inert;
}

/// `page` with a value for each {{name}}. Values are not looked through again.
std::string filled(std::string_view page, const std::map<std::string_view, std::string_view>& values) {
    std::string text;
    while (true) {
        const std::size_t begin = page.find("{{");
        text += page.substr(0, begin);
        if (begin == std::string_view::npos) return text;
        const std::size_t end = page.find("}}", begin);
        text += values.at(page.substr(begin + 2, end - begin - 2));
        page.remove_prefix(end + 2);
    }
}

}  // namespace

std::string data_uri(std::string_view kind, std::string_view bytes) {
    return "data:" + std::string(kind) + ";base64," + base64(bytes);
}

std::string report_page(const nlohmann::ordered_json& data) {
    const auto page = between(stenometry_report_page_begin, stenometry_report_page_end);
    const auto style = between(stenometry_report_style_begin, stenometry_report_style_end);
    const auto script = between(stenometry_report_script_begin, stenometry_report_script_end);
    const std::string allowed = policy(style, script), json = inert_json(data);
    return filled(page, {{"policy", allowed}, {"style", style}, {"script", script}, {"data", json}});
}

}  // namespace stenometry::program
