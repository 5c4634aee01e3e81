#include "archive/csv.h"

#include <gmock/gmock.h>

namespace stenometry::program {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

TEST(Csv, HasQuotesCommasAndLineBreaksInFields) {
    const CsvTable table = parse_csv("path,note\r\n\"a,b.png\",\"said \"\"no\"\"\nthen yes\"\r\n");
    EXPECT_THAT(table.columns, ElementsAre("path", "note"));
    EXPECT_THAT(table.rows, ElementsAre(ElementsAre("a,b.png", "said \"no\"\nthen yes")));
}

TEST(Csv, IsReadAsSpreadsheetsWriteIt) {
    EXPECT_THAT(parse_csv("\xEF\xBB\xBFpath\ra.png\r\n\n\nb.png").rows,
                ElementsAre(ElementsAre("a.png"), ElementsAre("b.png")));
    EXPECT_THAT(parse_csv("path,frame\na.png,\n").rows, ElementsAre(ElementsAre("a.png", "")));
}

TEST(Csv, OfNothingHasNoColumns) {
    EXPECT_THAT(parse_csv("").columns, IsEmpty());
    EXPECT_THAT(parse_csv("\n\n").columns, IsEmpty());
}

TEST(Csv, NamesTheLineOfAFault) {
    const auto fault = [](const char* text, const char* part) {
        EXPECT_THAT([&] { parse_csv(text); }, ThrowsMessage<std::exception>(HasSubstr(part))) << text;
    };
    fault("path\n\"a\nb\"\n\"c.png\n", "line 4: a quote begins that does not end");
    fault("path\n\"a\"b\n", "line 2: text follows a quoted field");
    fault("path,frame\na.png\n", "line 2: 1 fields, but 2 columns");
    fault("path,path\n", "line 1: two columns are called path");
    fault("path,,frame\n", "line 1: column 2 has no name");
}

TEST(Csv, FieldsAreReadAsTheyWereWritten) {
    for (const char* text : {"plain", "a,b", "\"", "two\nlines", "", " spaces "}) {
        const CsvTable table = parse_csv("a,b\n" + csv_field(text) + ",x\n");
        EXPECT_EQ(table.rows.at(0).at(0), text);
    }
}

}  // namespace
}  // namespace stenometry::program
