#include "archive/input_list.h"

#include <glob.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "archive/digest.h"
#include "archive/manifest.h"
#include "failure.h"
#include "values.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

fs::path normal(const fs::path& path) {
    const fs::path whole = fs::absolute(path).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

/// The deepest folder that both lie in.
fs::path common_folder(const fs::path& a, const fs::path& b) {
    fs::path common;
    for (auto i = a.begin(), k = b.begin(); i != a.end() && k != b.end() && *i == *k; ++i, ++k) common /= *i;
    return common;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// Collects inputs, and the folder that has them all.
class InputCollector {
  public:
    explicit InputCollector(const InputSource& source) : source_(source) {}

    void add_argument(const std::string& argument) {
        std::error_code absent;
        if (fs::is_directory(argument, absent)) return add_folder(normal(argument));
        if (ending_of(argument) == ".csv") return add_manifest(argument);
        if (fs::exists(fs::symlink_status(argument, absent))) return add_file(normal(argument));
        add_matches(argument);
    }

    InputList list() && {
        InputList list{.root = source_.root.empty() ? root_.value_or(normal(".")) : normal(source_.root)};
        std::map<std::string, int> items;
        for (BatchInput& input : inputs_) {
            if (!lies_in(input.file, list.root))
                throw Failure(ExitCode::wrong_command, "--root " + source_.root.string() + ": " +
                                                           input.file.string() + " lies outside");
            input.key.path = input.file.lexically_relative(list.root).generic_string();
            input.key.item = ++items[input.key.path];
        }
        std::ranges::stable_sort(inputs_, {}, &BatchInput::key);
        list.inputs = std::move(inputs_);
        return list;
    }

  private:
    void widen_root(const fs::path& folder) { root_ = root_ ? common_folder(*root_, folder) : folder; }

    void add_file(const fs::path& file) {
        widen_root(file.parent_path());
        add_once(file, false);
    }

    void add_folder(const fs::path& folder) {
        widen_root(folder);
        search(folder);
    }

    void add_once(const fs::path& file, bool found) {
        if (seen_files_.insert(file).second) inputs_.push_back({.file = file, .found = found});
    }

    void add_matches(const std::string& pattern) {
        glob_t matches{};
        const int fault = ::glob(pattern.c_str(), 0, nullptr, &matches);
        std::vector<std::string> paths;
        if (fault == 0) paths.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
        ::globfree(&matches);
        if (paths.empty())
            throw Failure(ExitCode::wrong_command,
                          pattern + ": there is no such file, and none that it matches");
        // The folder before the first wildcard, whatever happens to match.
        widen_root(normal(pattern.substr(0, pattern.find_first_of("*?[")) + "x").parent_path());
        for (const std::string& path : paths) {
            if (fs::is_directory(path))
                search(normal(path));
            else
                add_once(normal(path), false);
        }
    }

    void add_manifest(const fs::path& manifest) {
        std::ifstream file(manifest, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        if (!file)
            throw Failure(ExitCode::unreadable,
                          "cannot read " + manifest.string() + ": there is no such file");
        const fs::path folder = normal(manifest).parent_path();
        widen_root(folder);
        try {
            for (ManifestRow& row : parse_manifest(text, folder)) add_row(std::move(row));
        } catch (const Failure& failure) {
            throw Failure(failure.code(), manifest.string() + ": " + failure.what());
        }
    }

    void add_row(ManifestRow row) {
        const fs::path file = normal(row.file);
        widen_root(file.parent_path());
        // insert() keeps what the row says.
        row.options.insert(source_.options.begin(), source_.options.end());
        inputs_.push_back({.file = file, .options = std::move(row.options)});
    }

    /// What cannot be looked into is an input that cannot be read.
    void search(const fs::path& folder) {
        std::error_code fault;
        const fs::path real = fs::canonical(folder, fault);
        if (!fault && (is_out(real) || !seen_folders_.insert(real).second)) return;
        std::vector<fs::directory_entry> entries;
        for (fs::directory_iterator i(folder, fault), end; !fault && i != end; i.increment(fault))
            entries.push_back(*i);
        if (fault) add_once(folder, false);
        std::ranges::sort(entries);
        for (const fs::directory_entry& entry : entries) add_entry(entry);
    }

    void add_entry(const fs::directory_entry& entry) {
        std::error_code absent;
        if (entry.path().filename().string().starts_with('.')) return;
        if (entry.is_directory(absent))
            search(entry.path());
        else if (!entry.is_other(absent))
            add_once(entry.path(), true);
    }

    bool is_out(const fs::path& folder) const {
        std::error_code absent;
        return fs::equivalent(folder, source_.out, absent);
    }

    const InputSource& source_;
    std::vector<BatchInput> inputs_;
    std::optional<fs::path> root_;
    std::set<fs::path> seen_files_, seen_folders_;
};

}  // namespace

InputList list_inputs(const InputSource& source) {
    InputCollector collector(source);
    for (const std::string& argument : source.arguments) collector.add_argument(argument);
    return std::move(collector).list();
}

bool in_shard(const InputKey& key, int index, int count) {
    const auto hash = std::stoull(sha256(key.path).substr(0, 15), nullptr, 16);
    return hash % static_cast<unsigned long long>(count) == static_cast<unsigned long long>(index - 1);
}

}  // namespace stenometry::program
