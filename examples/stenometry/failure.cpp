#include "failure.h"

#include <exception>
#include <new>

#include "stenometry/error.h"

namespace stenometry::program {

std::string on_one_line(std::string message) {
    for (char& c : message)
        if (c == '\n' || c == '\r') c = ' ';
    return message;
}

Fault current_fault() {
    try {
        throw;
    } catch (const Failure& failure) {
        return {failure.code(), on_one_line(failure.what())};
    } catch (const IoError& error) {
        return {ExitCode::unreadable, on_one_line(error.what())};
    } catch (const InvalidInput& error) {
        return {ExitCode::wrong_command, on_one_line(error.what())};
    } catch (const std::bad_alloc&) {
        return {ExitCode::defect, "not enough memory"};
    } catch (const std::exception& error) {
        return {ExitCode::defect, on_one_line(std::string("internal error: ") + error.what())};
    }
}

}  // namespace stenometry::program
