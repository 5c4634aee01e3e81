#include "stenometry/error.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "stenometry/calibration.h"
#include "stenometry/io/image.h"

namespace stenometry {
namespace {

// These errors come out of the shared library, whose other symbols are hidden.
void give_an_impossible_size() { Calibration::from_user(-1.0); }
void read_a_file_that_is_not_there() { io::read_image("absent.png"); }

template <class Caught>
std::string message_of(void (*call)()) {
    try {
        call();
    } catch (const Caught& error) {
        return error.what();
    }
    return "no error";
}

TEST(Error, IsTheOneTypeOfWhateverTheLibraryThrows) {
    EXPECT_EQ(message_of<Error>(give_an_impossible_size), message_of<InvalidInput>(give_an_impossible_size));
    EXPECT_EQ(message_of<Error>(read_a_file_that_is_not_there),
              message_of<IoError>(read_a_file_that_is_not_there));
    EXPECT_NE(message_of<Error>(read_a_file_that_is_not_there).find("absent.png"), std::string::npos);
}

TEST(Error, IsCaughtAsTheStandardTypesToo) {
    const std::string input = message_of<Error>(give_an_impossible_size);
    const std::string file = message_of<Error>(read_a_file_that_is_not_there);
    EXPECT_EQ(message_of<std::exception>(give_an_impossible_size), input);
    EXPECT_EQ(message_of<std::invalid_argument>(give_an_impossible_size), input);
    EXPECT_EQ(message_of<std::exception>(read_a_file_that_is_not_there), file);
    EXPECT_EQ(message_of<std::runtime_error>(read_a_file_that_is_not_there), file);
}

TEST(Error, TellsTheCallersMistakeFromAFault) {
    EXPECT_THROW(give_an_impossible_size(), InvalidInput);
    EXPECT_THROW(read_a_file_that_is_not_there(), IoError);
    EXPECT_FALSE((std::is_convertible_v<InvalidInput*, std::runtime_error*>));
}

TEST(Error, IsCopiedWithItsMessage) {
    const IoError error("cannot read a.png");
    const IoError copy = error;
    EXPECT_STREQ(static_cast<const Error&>(copy).what(), "cannot read a.png");
}

}  // namespace
}  // namespace stenometry
