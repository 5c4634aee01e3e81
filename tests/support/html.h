#pragma once

#include <regex>
#include <string>
#include <vector>

namespace stenometry::test {

/// Where the elements of a page do not nest, or a name is that of none; empty if they all do. Raw text in
/// scripts and styles ends where a browser ends it.
inline std::string fault_of_nesting(const std::string& page) {
    static const std::regex tag(R"(<(/?)([a-z][a-z0-9]*)(\s[^<>]*)?>)");
    static const std::string without_end = " meta link img input br ";
    std::vector<std::string> open;
    for (auto at = page.cbegin();;) {
        std::smatch found;
        if (!std::regex_search(at, page.cend(), found, tag)) break;
        const std::string name = found[2];
        at = found[0].second;
        if (found[1].length() > 0) {
            if (open.empty() || open.back() != name) return "</" + name + "> ends another element";
            open.pop_back();
        } else if (without_end.find(' ' + name + ' ') == std::string::npos) {
            open.push_back(name);
            if (name == "script" || name == "style")
                at = page.cbegin() +
                     static_cast<std::ptrdiff_t>(std::min(
                         page.size(), page.find("</" + name, static_cast<std::size_t>(at - page.cbegin()))));
        }
    }
    return open.empty() ? "" : '<' + open.back() + "> does not end";
}

/// What stands in the element with this id, which holds text alone.
inline std::string text_of_element(const std::string& page, const std::string& id) {
    const std::size_t tag = page.find(" id=\"" + id + "\"");
    if (tag == std::string::npos) return {};
    const std::size_t begin = page.find('>', tag) + 1;
    return page.substr(begin, page.find("</", begin) - begin);
}

}  // namespace stenometry::test
