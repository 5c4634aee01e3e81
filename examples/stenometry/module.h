#pragma once

#include <string>

namespace stenometry::program {

/// A library that the program opens only where it is asked for, because what it links takes time to load or
/// is not there on every machine.
struct Module {
    std::string file;     ///< its name, beside the program or where it is installed
    std::string entry;    ///< the function that is called in it
    std::string absence;  ///< what the program was built without if it is not there
};

/// Asked before work that would be in vain.
/// \throws Failure wrong_command, naming `option`, if it is not there.
void require_module(const std::string& option, const Module& module);

/// The entry of the module, which stays loaded until the program ends: what it links may have threads of its
/// own.
/// \throws Failure wrong_command, naming `option`, if it is not there; unreadable if it cannot be loaded.
void* load_module(const std::string& option, const Module& module);

}  // namespace stenometry::program
