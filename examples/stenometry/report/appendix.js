"use strict";

/** What stands below picture and lesions: vessels, warnings, calibration and origin. */

const SOURCES = /** @type {Record<string, string>} */ ({
    user: "given by the user",
    catheter: "by the catheter",
    dicom_pixel_spacing: "by Pixel Spacing of the DICOM file",
    dicom_object_plane: "by the DICOM file, at the depth of the object",
    dicom_isocenter: "by the DICOM file, at the isocentre",
    detector_plane: "at the detector only: lengths at the vessel are shorter",
    none: "unknown",
});

/** @param {Calibration} calibration */
function calibrationText(calibration) {
    const { mm_per_px_x: x, mm_per_px_y: y, source, relative_sd: sd } = calibration;
    if (!known(x) || !known(y))
        return "The size of a pixel is unknown: lengths are in pixels, %DS needs no size.";
    const size = x === y ? x.toFixed(4) : `${x.toFixed(4)} \u00d7 ${y.toFixed(4)}`;
    const error = known(sd) ? `, standard error ${(100 * sd).toFixed(1)}\u00a0%` : ", without a stated error";
    return `${size} mm per pixel, ${SOURCES[source] ?? words(source)}${error}.`;
}

/** @param {Frame} frame */
function catheterText(frame) {
    const { catheter } = frame.calibration;
    if (catheter)
        return `Calibrated by a catheter of ${catheter.outer_diameter_mm.toFixed(2)} mm, ${catheter.contents === "empty" ? "empty" : "filled with contrast"}.`;
    if (!frame.catheter) return null;
    return `A catheter is seen, ${amount(frame.catheter.diameter, decimalsOf(frame.unit), frame.unit)} wide.`;
}

/** @param {Frame} frame @param {Software | null} software */
function provenance(frame, software) {
    const network = software?.network;
    /** @type {[string, string | null][]} */
    const facts = [
        ["Calibration", calibrationText(frame.calibration)],
        ["Catheter", catheterText(frame)],
        ["Picture", `${frame.width} \u00d7 ${frame.height} pixels, grey values ${frame.intensity}`],
        ["Software", software && `${software.name} ${software.version}`],
        ["Vessels told by", frame.evidence && `${frame.evidence} evidence`],
        [
            "Network",
            network
                ? `${network.name} ${network.version}, SHA-256 ${network.sha256.slice(0, 12)}\u2026`
                : null,
        ],
    ];
    return html(
        "section",
        { class: "provenance" },
        html("h2", {}, "Calibration and origin"),
        html(
            "dl",
            {},
            ...facts
                .filter(([, value]) => value)
                .map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))),
        ),
    );
}

/** @param {Warning} warning */
function placeOfWarning({ vessel, lesion }) {
    if (vessel === null) return "";
    return lesion === null ? `vessel\u00a0${vessel}` : `vessel\u00a0${vessel}, lesion\u00a0${lesion}`;
}

/**
 * What is said of several vessels or lesions is said once, with all of them.
 * @param {Warning[]} warnings
 */
function groupedWarnings(warnings) {
    /** @type {Map<string, string[]>} */
    const groups = new Map();
    for (const warning of warnings) {
        const message = messageOf(warning);
        groups.set(message, [...(groups.get(message) ?? []), placeOfWarning(warning)]);
    }
    return [...groups].map(([message, places]) => ({ message, places: places.filter(Boolean).join("; ") }));
}

/** @param {Frame} frame */
function warningSection(frame) {
    const items = groupedWarnings(frame.warnings).map(({ message, places }) =>
        html("li", {}, places ? html("strong", {}, sentenceCase(places)) : null, sentenceCase(message)),
    );
    return html(
        "section",
        { class: "warnings" },
        html("h2", {}, "Warnings"),
        items.length ? html("ul", {}, ...items) : html("p", {}, "None."),
    );
}

/**
 * @param {Store} store
 * @param {Frame} frame
 * @param {number} index
 */
function vesselRow(store, frame, index) {
    const vessel = frame.vessels[index];
    const { unit } = frame;
    const lesions = findingsOn(frame, index, false);
    const choose = () =>
        store.set({
            vessel: index,
            sample: 0,
            finding: null,
            ...(lesions.length ? selecting(lesions[0]) : {}),
        });
    const diameter = (/** @type {string} */ name, /** @type {number | null} */ value) =>
        figure(name, bare(value, decimalsOf(unit)));
    return tableRow(
        {},
        rowHead(
            {},
            html(
                "button",
                { type: "button", class: "choose", click: choose },
                `Vessel ${vessel.id}${kinship(vessel)}`,
            ),
        ),
        figure("Length", bare(vessel.length, unit === "mm" ? 1 : 0)),
        diameter("Mean diameter", vessel.mean_diameter),
        diameter("Least", vessel.min_diameter),
        diameter("Greatest", vessel.max_diameter),
        figure("Lesions", String(lesions.length)),
    );
}

/** @param {Store} store @param {Frame} frame */
function vesselSection(store, frame) {
    const { unit } = frame;
    const heads = [
        columnHead("Length", unit),
        columnHead("Mean diameter", unit),
        columnHead("Least", unit),
        columnHead("Greatest", unit),
        columnHead("Lesions"),
    ];
    return html(
        "section",
        { class: "vessels" },
        html("h2", {}, "Vessels"),
        frame.vessels.length === 0
            ? html("p", {}, "None.")
            : table(
                  "vessels",
                  "Vessels",
                  [html("th", { scope: "col", role: "columnheader" }, "Vessel"), ...heads],
                  tableBody(...frame.vessels.map((_, index) => vesselRow(store, frame, index))),
              ),
    );
}

/**
 * What stands below picture and lesions.
 * @param {Store} store
 * @param {InputData} data
 */
function createAppendix(store, data) {
    const node = html("div", { class: "appendix" });
    const draw = () => {
        const frame = data.frames[store.state.frame];
        node.replaceChildren(
            vesselSection(store, frame),
            warningSection(frame),
            provenance(frame, data.software),
        );
    };
    store.subscribe((state, before) => {
        if (state.frame !== before.frame) draw();
    });
    draw();
    return node;
}
