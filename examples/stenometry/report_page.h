#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace stenometry::program {

/// A file's bytes as a page that loads nothing can hold them.
/// \param kind such as "image/png"
std::string data_uri(std::string_view kind, std::string_view bytes);

/// A page of HTML that loads nothing and runs nothing but its own script, which draws `data`;
/// report/types.d.ts says what that may be. Whatever texts `data` holds, they stay text.
std::string report_page(const nlohmann::ordered_json& data);

}  // namespace stenometry::program
