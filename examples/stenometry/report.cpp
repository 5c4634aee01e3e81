#include <algorithm>
#include <memory>

#include "failure.h"
#include "output.h"
#include "report_analyses.h"
#include "report_cine.h"
#include "report_data.h"
#include "report_ledger.h"
#include "report_page.h"
#include "report_picture.h"
#include "stenometry/error.h"
#include "stenometry/io/image.h"
#include "terminal.h"
#include "values.h"
#include "verb.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

struct ReportCommand {
    std::vector<fs::path> inputs;
    fs::path out, image;
};

/// Where the pages of a report lie: one input alone is its page, several have an index, and their pages in a
/// folder beside it.
struct ReportPlaces {
    fs::path index, folder;

    fs::path page(const std::string& name) const { return folder / name; }
    std::string from_index(const std::string& name) const { return folder.filename().string() + '/' + name; }
    std::string to_index() const { return "../" + index.filename().string(); }
};

bool is_page_name(const fs::path& path) { return ending_of(path) == ".html" || ending_of(path) == ".htm"; }

/// FILE.html, or index.html in a folder.
fs::path first_page(const fs::path& out) { return is_page_name(out) ? out : out / "index.html"; }

ReportPlaces places_of(const fs::path& out) {
    const fs::path index = first_page(out);
    return {.index = index, .folder = index.parent_path() / (index.stem().string() + "_pages")};
}

void write_page(const fs::path& path, const PageJson& data) {
    try {
        io::write_file(path, report_page(data));
    } catch (const IoError& error) {
        throw Failure(ExitCode::unwritable, error.what());
    }
}

/// The letters, digits and dashes of a name: enough to know it by, and safe in every file system and address.
std::string plain_name(const std::string& path) {
    std::string plain;
    for (const char c : fs::path(path).stem().string())
        plain += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
    return plain.substr(0, 60);
}

/// Pages in the order of the inputs also where a folder lists them by name.
std::string page_name(std::size_t place, std::size_t count, const std::string& path) {
    const std::string number = std::to_string(place + 1);
    const std::string zeros(std::to_string(count).size() - number.size(), '0');
    return zeros + number + '-' + plain_name(path) + ".html";
}

std::vector<std::string> page_names(const std::vector<ReportedInput>& inputs) {
    std::vector<std::string> names;
    for (const ReportedInput& input : inputs)
        names.push_back(page_name(names.size(), inputs.size(), input.path));
    return names;
}

PageJson neighbour(const std::vector<ReportedInput>& inputs, const std::vector<std::string>& names,
                   std::size_t place) {
    if (place >= inputs.size()) return nullptr;  // also before the first one
    return {{"href", names[place]}, {"path", inputs[place].path}};
}

PageJson navigation_at(const ReportPlaces& places, const std::vector<ReportedInput>& inputs,
                       const std::vector<std::string>& names, std::size_t place) {
    return {{"index", places.to_index()},
            {"place", place + 1},
            {"count", inputs.size()},
            {"previous", neighbour(inputs, names, place - 1)},
            {"next", neighbour(inputs, names, place + 1)}};
}

/// The page of an input, and the picture that stands for it in the index.
struct InputPage {
    PageJson data;
    ReportPicture picture;
};

/// The page of an input before its frames are looked at.
PageJson empty_page(const ReportedInput& input) {
    return {{"kind", "input"},
            {"path", input.path},
            {"status", input.status},
            {"reason", input.reason.empty() ? PageJson(nullptr) : PageJson(input.reason)},
            {"software", nullptr},
            {"navigation", nullptr},
            {"frames_left_out", input.frames_left_out},
            {"frames", PageJson::array()}};
}

/// What the frames of an input become, one at a time.
class InputPageBuilder {
  public:
    explicit InputPageBuilder(const ReportedInput& input) : page_{.data = empty_page(input)} {}

    void add(const ReportFrame& frame) {
        PageJson data = frame_data(frame);
        cine_.add(frame.analysis);
        choose_picture(frame.picture, lesion_count(data));
        page_.data["software"] = software_data(frame.analysis);
        page_.data["frames"].push_back(std::move(data));
    }

    InputPage finish() {
        page_.data["cine_lesions"] = cine_.lesions();
        page_.data["main_cine_lesion"] = main_lesion(page_.data["cine_lesions"]);
        return std::move(page_);
    }

  private:
    /// That of the first frame with most lesions.
    void choose_picture(const ReportPicture& picture, std::size_t lesions) {
        if (page_.picture.bytes.empty() || lesions > most_lesions_) page_.picture = picture;
        most_lesions_ = std::max(most_lesions_, lesions);
    }

    InputPage page_;
    ReportedCine cine_;
    std::size_t most_lesions_ = 0;
};

/// \throws Failure unreadable if an analysis of the input does not follow its schema.
InputPage page_of(const ReportedInput& input) {
    try {
        InputPageBuilder page(input);
        input.for_each_frame([&page](const ReportFrame& frame) { page.add(frame); });
        return page.finish();
    } catch (const nlohmann::json::exception&) {
        throw Failure(ExitCode::unreadable, "cannot read the analysis of " + input.path +
                                                ": it does not follow the schema stenometry.analysis/2");
    }
}

void write_one(const ReportCommand& command, const ReportedInput& input) {
    const InputPage page = page_of(input);
    if (!is_page_name(command.out)) make_folder(command.out);
    write_page(first_page(command.out), page.data);
    if (!page.picture.missing.empty()) warn("the page has no picture: " + page.picture.missing);
}

void write_all(const ReportCommand& command, const std::vector<ReportedInput>& inputs,
               const std::string& title) {
    const ReportPlaces places = places_of(command.out);
    const std::vector<std::string> names = page_names(inputs);
    make_folder(places.folder);
    PageJson index{{"kind", "index"}, {"title", title}, {"software", nullptr}, {"inputs", PageJson::array()}};
    Progress progress("writing pages", static_cast<int>(inputs.size()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        progress.show(static_cast<int>(i));
        InputPage page = page_of(inputs[i]);
        page.data["navigation"] = navigation_at(places, inputs, names, i);
        write_page(places.page(names[i]), page.data);
        if (!page.data["software"].is_null()) index["software"] = page.data["software"];
        index["inputs"].push_back(
            index_row(page.data, places.from_index(names[i]), thumbnail_of(page.picture)));
    }
    write_page(places.index, index);
}

std::vector<ReportedInput> inputs_of(const ReportCommand& command) {
    if (command.out == "-")
        throw Failure(ExitCode::wrong_command, "--out -: pages are not written to standard output");
    if (std::ranges::none_of(command.inputs, is_ledger))
        return reported_analyses(command.inputs, command.image);
    if (command.inputs.size() > 1)
        throw Failure(ExitCode::wrong_command,
                      "a ledger is reported alone; stenometry merge makes one of several");
    if (!command.image.empty())
        throw Failure(ExitCode::wrong_command, "--image is for an analysis; a ledger has its pictures");
    return reported_ledger(command.inputs.front());
}

void run(const ReportCommand& command) {
    const std::vector<ReportedInput> inputs = inputs_of(command);
    const bool batch = is_ledger(command.inputs.front());
    if (inputs.size() == 1 && !batch)
        write_one(command, inputs.front());
    else
        write_all(command, inputs, batch ? command.inputs.front().string() : "Analyses");
}

}  // namespace

Verb add_report(CLI::App& program) {
    CLI::App* app = program.add_subcommand("report", "Make pages to look at of what was measured.");
    const auto command = std::make_shared<ReportCommand>();
    app->add_option("INPUT", command->inputs,
                    "a ledger of stenometry batch, or analyses as analyze --json and measure --json write "
                    "them; those of one cine become one page")
        ->required()
        ->type_name("");
    app->add_option("--out", command->out,
                    "page to write; of several inputs the index, with their pages in FILE_pages beside it; "
                    "a folder means index.html in it")
        ->required()
        ->type_name("FILE.html");
    app->add_option("--image", command->image,
                    "picture of the analysis [the input that it names, from here or beside it]")
        ->type_name("FILE");
    app->footer(
        "Pages load nothing from elsewhere: they can be mailed, archived, printed.\n"
        "Example: stenometry report lesions.json --out report.html");
    return {app, [command] { run(*command); }};
}

}  // namespace stenometry::program
