#include "io/dicom_data.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>
#include <utility>

#include "io/dicom_tags.h"

namespace stenometry::io {

namespace {

using Vr = std::array<char, 2>;

constexpr std::uint64_t preamble_bytes = 132;  ///< with the letters DICM at its end
constexpr std::uint32_t undefined_length = 0xffffffff;
constexpr std::uint32_t item_tag = 0xfffee000;
constexpr std::uint32_t item_end_tag = 0xfffee00d;
constexpr std::uint32_t sequence_end_tag = 0xfffee0dd;
constexpr std::uint32_t pixel_data_tag = 0x7fe00010;

/// Deeper nesting does not occur; in a damaged file it would exhaust the stack.
constexpr int max_depth = 16;

/// Longer values (overlays, wave forms, private blocks) are passed over: no attribute that is read comes
/// near.
constexpr std::uint64_t max_value_bytes = 16u << 20;

/// Whether `two` is among the pairs of letters of `list`, each followed by a space.
bool is_listed(std::string_view list, std::string_view two) {
    const std::size_t at = list.find(two);
    return two.size() == 2 && at != std::string_view::npos && at % 3 == 0;
}

/// What comes before the pixels of a deflated data set is shorter than this, and only so much of it stands in
/// memory: a few kilobytes can inflate to gigabytes.
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
constexpr std::size_t max_inflated_head = std::size_t{1} << 11;  // shorter than what they try
#else
constexpr std::size_t max_inflated_head = std::size_t{64} << 20;
#endif

bool is_vr(std::string_view two) {
    return is_listed(
        "AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT "
        "UV ",
        two);
}

/// Value representations whose length has 32 bits.
bool has_long_length(Vr vr) {
    return is_listed("OB OD OF OL OV OW SQ SV UC UN UR UT UV ", std::string_view(vr.data(), 2));
}

/// Bytes per number, for swapping; 1 where there is nothing to swap.
std::size_t unit_size(Vr vr) {
    const std::string_view name(vr.data(), 2);
    if (name == "US" || name == "SS" || name == "OW" || name == "AT") return 2;
    if (name == "UL" || name == "SL" || name == "FL" || name == "OF" || name == "OL") return 4;
    if (name == "FD" || name == "OD" || name == "SV" || name == "UV" || name == "OV") return 8;
    return 1;
}

void swap_units(std::string& bytes, std::size_t unit) {
    for (std::size_t i = 0; i + unit <= bytes.size(); i += unit)
        std::reverse(bytes.begin() + i, bytes.begin() + i + unit);
}

template <class T>
T little_endian(std::string_view bytes) {
    static_assert(std::endian::native == std::endian::little);
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

struct Syntax {
    bool explicit_vr = true;
    bool big_endian = false;
};

/// Reads forward through a file, in large blocks.
class Cursor {
  public:
    explicit Cursor(const InputFile& file, std::uint64_t offset = 0) : file_(&file), offset_(offset) {}

    std::uint64_t offset() const { return offset_; }
    std::uint64_t left() const { return file_->size() - offset_; }
    bool at_end() const { return offset_ >= file_->size(); }
    const InputFile& file() const { return *file_; }

    void skip(std::uint64_t count) {
        if (count > left()) file_->read(offset_, count);  // throws that the file ends too early
        offset_ += count;
    }

    std::string take(std::uint64_t count) {
        std::string bytes = peek(count);
        offset_ += count;
        return bytes;
    }

    std::string peek(std::uint64_t count) {
        if (count > left() || count > block_size) return file_->read(offset_, count);
        if (offset_ < start_ || offset_ + count > start_ + block_.size()) load();
        return block_.substr(offset_ - start_, count);
    }

  private:
    static constexpr std::uint64_t block_size = 1u << 16;

    void load() {
        start_ = offset_;
        block_ = file_->read(start_, std::min(block_size, left()));
    }

    const InputFile* file_;
    std::uint64_t offset_;
    std::uint64_t start_ = 0;
    std::string block_;
};

/// Tag, VR and length of one element.
struct Head {
    std::uint32_t tag = 0;
    Vr vr{'U', 'N'};
    std::uint32_t length = 0;

    bool undefined() const { return length == undefined_length; }
};

template <class T>
T take(Cursor& cursor, const Syntax& syntax) {
    std::string bytes = cursor.take(sizeof(T));
    if (syntax.big_endian) std::reverse(bytes.begin(), bytes.end());
    return little_endian<T>(bytes);
}

IoError damaged(const Cursor& cursor, const std::string& what) {
    return read_error(cursor.file().path(),
                      "damaged DICOM file (" + what + " at byte " + std::to_string(cursor.offset()) + ")");
}

std::uint32_t take_explicit_length(Cursor& cursor, const Syntax& syntax, Vr vr) {
    if (!has_long_length(vr)) return take<std::uint16_t>(cursor, syntax);
    cursor.skip(2);
    return take<std::uint32_t>(cursor, syntax);
}

Head take_head(Cursor& cursor, const Syntax& syntax) {
    Head head;
    head.tag = std::uint32_t{take<std::uint16_t>(cursor, syntax)} << 16;
    head.tag |= take<std::uint16_t>(cursor, syntax);
    // Items and their ends have no VR in any syntax.
    if (!syntax.explicit_vr || head.tag >> 16 == 0xfffe) {
        head.length = take<std::uint32_t>(cursor, syntax);
        head.vr = dictionary_vr(head.tag);
        return head;
    }
    const std::string vr = cursor.peek(2);
    if (!is_vr(vr)) throw damaged(cursor, "an element without a value representation");
    head.vr = {vr[0], vr[1]};
    cursor.skip(2);
    head.length = take_explicit_length(cursor, syntax, head.vr);
    return head;
}

DataSet take_items_elements(Cursor& cursor, const Syntax& syntax, std::uint64_t end, int depth);

/// Reads one item of a sequence; false at the sequence's delimiter.
bool take_item(Cursor& cursor, const Syntax& syntax, std::vector<DataSet>& items, int depth) {
    const std::uint64_t offset = cursor.offset();
    const Head head = take_head(cursor, syntax);
    if (head.tag == sequence_end_tag) return false;
    if (head.tag != item_tag) throw damaged(cursor, "a sequence without items");
    if (!head.undefined() && head.length > cursor.left())
        throw damaged(cursor, "an item longer than the file");
    const std::uint64_t end = head.undefined() ? UINT64_MAX : cursor.offset() + head.length;
    items.push_back(take_items_elements(cursor, syntax, end, depth));
    items.back().offset = offset;
    return true;
}

std::vector<DataSet> take_sequence(Cursor& cursor, const Syntax& syntax, const Head& head, int depth) {
    if (depth > max_depth) throw damaged(cursor, "sequences nested too deeply");
    if (!head.undefined() && head.length > cursor.left())
        throw damaged(cursor, "a sequence longer than the file");
    const std::uint64_t end = head.undefined() ? UINT64_MAX : cursor.offset() + head.length;
    std::vector<DataSet> items;
    while (cursor.offset() < end)
        if (!take_item(cursor, syntax, items, depth)) break;
    return items;
}

/// Passes over compressed pixels inside of an item, as small previews are stored: DICOM PS3.5 A.4.
void skip_fragments(Cursor& cursor, const Syntax& syntax) {
    for (;;) {
        const Head head = take_head(cursor, syntax);
        if (head.tag == sequence_end_tag) return;
        if (head.tag != item_tag || head.undefined())
            throw damaged(cursor, "compressed pixels without items");
        cursor.skip(head.length);
    }
}

bool is_sequence(const Head& head) {
    return head.vr == Vr{'S', 'Q'} || (head.undefined() && head.vr == Vr{'U', 'N'});
}

Element take_value(Cursor& cursor, const Syntax& syntax, const Head& head, int depth) {
    Element element{.vr = head.vr};
    if (is_sequence(head)) {
        // PS3.5 6.2.2: a sequence of unknown VR is in implicit VR little endian.
        const bool unknown = head.vr == Vr{'U', 'N'};
        element.vr = {'S', 'Q'};
        element.items =
            take_sequence(cursor, unknown ? Syntax{false, syntax.big_endian && !syntax.explicit_vr} : syntax,
                          head, depth + 1);
    } else if (head.undefined()) {
        skip_fragments(cursor, syntax);
    } else if (head.length > max_value_bytes) {
        cursor.skip(head.length);
    } else {
        element.value = cursor.take(head.length);
        if (syntax.big_endian) swap_units(element.value, unit_size(head.vr));
    }
    return element;
}

DataSet take_items_elements(Cursor& cursor, const Syntax& syntax, std::uint64_t end, int depth) {
    DataSet data;
    while (cursor.offset() < end) {
        const Head head = take_head(cursor, syntax);
        if (head.tag == item_end_tag) break;
        data.elements.insert_or_assign(head.tag, take_value(cursor, syntax, head, depth));
    }
    return data;
}

PixelElement pixel_element(const Cursor& cursor, const Head& head) {
    return {.encapsulated = head.undefined(),
            .words = head.vr != Vr{'O', 'B'},
            .offset = cursor.offset(),
            .length = head.undefined() ? cursor.left() : head.length};
}

/// Reads the main data set up to the pixels, or to the end.
void take_data_set(Cursor& cursor, const Syntax& syntax, DicomFile& dicom) {
    while (cursor.left() >= 8) {
        const Head head = take_head(cursor, syntax);
        if (head.tag == pixel_data_tag) {
            dicom.pixels = pixel_element(cursor, head);
            return;
        }
        dicom.data.elements.insert_or_assign(head.tag, take_value(cursor, syntax, head, 0));
    }
}

/// The file meta information, group 0002, which is always in explicit VR little endian.
DataSet take_meta(Cursor& cursor) {
    DataSet meta;
    while (cursor.left() >= 8 && little_endian<std::uint16_t>(cursor.peek(2)) == 2) {
        const Head head = take_head(cursor, Syntax{});
        meta.elements.insert_or_assign(head.tag, take_value(cursor, Syntax{}, head, 0));
    }
    return meta;
}

/// The transfer syntax as the file's first element shows it, where nothing states it.
std::string guess_transfer_syntax(Cursor& cursor) {
    return cursor.left() >= 8 && is_vr(cursor.peek(8).substr(4, 2)) ? uid::explicit_little
                                                                    : uid::implicit_little;
}

Syntax syntax_of(const DicomFile& dicom) {
    return {dicom.transfer_syntax != uid::implicit_little, dicom.big_endian};
}

/// Inflated bytes as a whole, or their beginning where they are many.
struct Inflated {
    std::unique_ptr<DeflatedData> data;
    std::string head;

    bool is_whole() const { return head.size() < max_inflated_head; }
};

/// \param what it is, for the message
Inflated inflate(InputFile file, std::uint64_t begin, Wrapping wrapping, const char* what) {
    Inflated inflated{std::make_unique<DeflatedData>(std::move(file), begin, wrapping), {}};
    inflated.head = inflated.data->inflated.head(max_inflated_head);
    if (inflated.is_whole() && !inflated.data->inflated.has_ended())
        throw read_error(inflated.data->file.path(), std::string(what) + " is damaged or cut short");
    return inflated;
}

/// Reads what can be read of the beginning by `parse`, and leaves the pixels where they are.
template <class Parse>
DicomFile parse_beginning(Inflated& inflated, const char* what, Parse parse) {
    const std::filesystem::path path = inflated.data->file.path();
    DicomFile dicom{.file = InputFile(path, std::move(inflated.head))};
    try {
        parse(dicom);
    } catch (const IoError&) {
        // The head ends somewhere; what counts is whether it holds what comes before the pixels.
    }
    if (!dicom.pixels)
        throw read_error(path, std::string(what) + " is damaged, or has more than " +
                                   std::to_string(max_inflated_head >> 20) + " MiB before its pixels");
    dicom.deflated = std::move(inflated.data);
    return dicom;
}

DicomFile parse_deflated(InputFile file, std::uint64_t begin) {
    constexpr const char* what = "the deflated data set";
    Inflated inflated = inflate(std::move(file), begin, Wrapping::none, what);
    const auto parse = [](DicomFile& dicom) {
        dicom.transfer_syntax = uid::deflated;
        Cursor body(dicom.file);
        take_data_set(body, syntax_of(dicom), dicom);
    };
    if (!inflated.is_whole()) return parse_beginning(inflated, what, parse);
    DicomFile dicom{.file = InputFile(inflated.data->file.path(), std::move(inflated.head))};
    parse(dicom);
    return dicom;
}

/// Reads from the preamble, or the first element, on. Of a deflated data set nothing but the syntax.
/// \return where the data set begins
std::uint64_t take_file(DicomFile& dicom) {
    const bool preamble = dicom.file.head(preamble_bytes).ends_with("DICM");
    Cursor cursor(dicom.file, preamble ? preamble_bytes : 0);
    const DataSet meta = take_meta(cursor);
    dicom.transfer_syntax = text(meta.find(tags::transfer_syntax));
    if (dicom.transfer_syntax.empty()) dicom.transfer_syntax = guess_transfer_syntax(cursor);
    dicom.big_endian = dicom.transfer_syntax == uid::explicit_big;
    const std::uint64_t begin = cursor.offset();
    if (dicom.transfer_syntax != uid::deflated) take_data_set(cursor, syntax_of(dicom), dicom);
    return begin;
}

DicomFile parse_plain(InputFile file) {
    DicomFile dicom{.file = std::move(file)};
    const std::uint64_t begin = take_file(dicom);
    return dicom.transfer_syntax == uid::deflated ? parse_deflated(std::move(dicom.file), begin)
                                                  : std::move(dicom);
}

DicomFile parse_gzipped(InputFile file) {
    constexpr const char* what = "the gzip file";
    Inflated inflated = inflate(std::move(file), 0, Wrapping::gzip_or_zlib, what);
    if (inflated.is_whole())
        return parse_plain(InputFile(inflated.data->file.path(), std::move(inflated.head)));
    return parse_beginning(inflated, what, [](DicomFile& dicom) { take_file(dicom); });
}

std::string trimmed(std::string_view value) {
    const auto padding = [](char c) { return c == ' ' || c == '\0'; };
    while (!value.empty() && padding(value.back())) value.remove_suffix(1);
    while (!value.empty() && padding(value.front())) value.remove_prefix(1);
    return std::string(value);
}

std::vector<double> numbers_of_text(std::string_view value) {
    std::vector<double> numbers;
    while (true) {
        const std::size_t end = value.find('\\');
        std::string one = trimmed(value.substr(0, end));
        if (one.starts_with('+')) one.erase(0, 1);
        double number = 0.0;
        const auto [rest, error] = std::from_chars(one.data(), one.data() + one.size(), number);
        if (error != std::errc{} || rest != one.data() + one.size() || !std::isfinite(number)) return {};
        numbers.push_back(number);
        if (end == std::string_view::npos) return numbers;
        value.remove_prefix(end + 1);
    }
}

template <class T>
std::vector<double> numbers_of_binary(std::string_view value) {
    std::vector<double> numbers;
    for (; value.size() >= sizeof(T); value.remove_prefix(sizeof(T)))
        numbers.push_back(static_cast<double>(little_endian<T>(value)));
    return numbers;
}

}  // namespace

const Element* DataSet::find(Attribute attribute) const {
    const auto found = elements.find(attribute.tag);
    return found == elements.end() ? nullptr : &found->second;
}

std::uint64_t DicomFile::bytes_from(std::uint64_t offset) const {
    if (deflated) {
        const std::uint64_t most = max_inflation * deflated->file.size();
        return most - std::min(offset, most);
    }
    return file.size() - std::min(offset, file.size());
}

std::string DicomFile::read(std::uint64_t offset, std::uint64_t count) const {
    if (!deflated) return file.read(offset, count);
    std::string bytes(count, '\0');
    deflated->inflated.read(offset, bytes);
    return bytes;
}

std::string text(const Element* element) {
    return element == nullptr ? std::string() : trimmed(element->value);
}

std::vector<double> numbers(const Element* element) {
    if (element == nullptr) return {};
    const std::string_view vr(element->vr.data(), 2);
    if (vr == "US" || vr == "OW") return numbers_of_binary<std::uint16_t>(element->value);
    if (vr == "SS") return numbers_of_binary<std::int16_t>(element->value);
    if (vr == "UL") return numbers_of_binary<std::uint32_t>(element->value);
    if (vr == "SL") return numbers_of_binary<std::int32_t>(element->value);
    if (vr == "FL") return numbers_of_binary<float>(element->value);
    if (vr == "FD") return numbers_of_binary<double>(element->value);
    return numbers_of_text(element->value);
}

std::optional<double> number(const Element* element) {
    const std::vector<double> values = numbers(element);
    if (values.empty() || !std::isfinite(values.front())) return std::nullopt;
    return values.front();
}

bool looks_like_dicom(std::string_view head) {
    if (head.size() >= 132 && head.substr(128, 4) == "DICM") return true;
    if (head.size() < 8) return false;
    // Without a preamble, the first element belongs to group 0002 or 0008 and has a small, even element
    // number.
    const auto group = little_endian<std::uint16_t>(head);
    const auto element = little_endian<std::uint16_t>(head.substr(2));
    const bool begins_a_group = (group == 2 || group == 8) && element <= 0x20;
    return begins_a_group &&
           (is_vr(head.substr(4, 2)) || little_endian<std::uint32_t>(head.substr(4)) <= 1024);
}

bool holds_dicom(const InputFile& file) {
    return looks_like_dicom(file.head(preamble_bytes)) ||
           (is_gzip(file.head(2)) && looks_like_dicom(InflatedFile(file, 0).head(preamble_bytes)));
}

DicomFile parse_dicom(InputFile file) {
    // A preamble may be anything, the beginning of a gzip file, too.
    const bool gzipped = is_gzip(file.head(2)) && !looks_like_dicom(file.head(preamble_bytes));
    return gzipped ? parse_gzipped(std::move(file)) : parse_plain(std::move(file));
}

}  // namespace stenometry::io
