#include "module.h"

#include <dlfcn.h>

#include <filesystem>

#include "failure.h"

namespace stenometry::program {
namespace {

namespace fs = std::filesystem;

fs::path path_of(const std::string& option, const Module& module) {
    const fs::path beside = fs::read_symlink("/proc/self/exe").parent_path();
    for (const fs::path& folder : {beside, beside / STENOMETRY_MODULE_FOLDER})
        if (fs::exists(folder / module.file)) return folder / module.file;
    throw Failure(ExitCode::wrong_command, option + ": there is no " + module.file +
                                               " beside the program: it was built without " + module.absence +
                                               ", or the file is lost");
}

}  // namespace

void require_module(const std::string& option, const Module& module) { path_of(option, module); }

void* load_module(const std::string& option, const Module& module) {
    const fs::path path = path_of(option, module);
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* entry = library != nullptr ? dlsym(library, module.entry.c_str()) : nullptr;
    if (entry == nullptr) throw Failure(ExitCode::unreadable, option + ": " + dlerror());
    return entry;
}

}  // namespace stenometry::program
