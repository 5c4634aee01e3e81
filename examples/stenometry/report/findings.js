"use strict";

/** Lesions in a table, one in detail, warnings and calibration. */

const SOURCES = /** @type {Record<string, string>} */ ({
    user: "given by the user",
    catheter: "by the catheter",
    dicom_pixel_spacing: "by Pixel Spacing of the DICOM file",
    dicom_object_plane: "by the DICOM file, at the depth of the object",
    dicom_isocenter: "by the DICOM file, at the isocentre",
    detector_plane: "at the detector only: lengths at the vessel are shorter",
    none: "unknown",
});

/** Names and units of the columns. @param {string} unit @returns {[string, string][]} */
function findingColumns(unit) {
    return [["%DS", ""], ["MLD", unit], ["Reference", unit], ["Length", unit], ["Confidence", ""]];
}

/** What a card calls a column. @param {[string, string]} column */
function labelOf([name, unit]) {
    return unit ? `${name}, ${unit}` : name;
}

/** Values with their intervals, as the columns. @param {Frame} frame @param {Narrowing} narrowing @returns {[string, string][]} */
function findingFigures({ unit }, narrowing) {
    const decimals = decimalsOf(unit);
    const { percent_diameter_stenosis: ds, percent_diameter_stenosis_ci95: within } = narrowing;
    return [
        [known(ds) ? ds.toFixed(0) : percentText(narrowing), range(within, 0)],
        [bare(narrowing.mld, decimals), range(narrowing.mld_ci95, decimals)],
        [bare(narrowing.reference, decimals), range(narrowing.reference_ci95, decimals)],
        [bare(narrowing.length, 1), ""],
        [bare(narrowing.confidence, 2), ""],
    ];
}

/** Which narrowing it is, as the JSON and the CSV number it, and which one of the cine. @param {InputData} data @param {Frame} frame @param {Finding} finding */
function whereabouts(data, frame, finding) {
    const { narrowing, number } = finding;
    const place = `vessel\u00a0${frame.vessels[finding.vessel].id}, ${number ? "lesion" : "narrowing"}\u00a0${narrowing.id}`;
    const ofCine = cineLesionOf(data, frame, finding);
    return html("span", { class: "where" }, place, ofCine && html("span", { class: "of-cine" }, `lesion\u00a0${ofCine} of cine`));
}

/** That there are warnings of a lesion, which its details tell. @param {Frame} frame @param {Finding} finding */
function cautionMark(frame, finding) {
    const warnings = warningsOf(frame, finding);
    return warnings.length > 0 && html("span", { class: "caution-mark", title: warnings.map(messageOf).join("\n") },
        "!", unseen(` ${counted(warnings.length, "warning")}`));
}

/** @param {InputData} data @param {Finding} finding @param {Store} store */
function findingRow(data, finding, store) {
    const frame = data.frames[store.state.frame];
    const { narrowing, number } = finding;
    const chosen = sameFinding(finding, store.state.finding);
    const labels = findingColumns(frame.unit).map(labelOf);
    return tableRow({ class: `${severityClass(narrowing)}${chosen ? " chosen" : ""}`, click: () => store.set(selecting(finding)) },
        rowHead({}, html("button", { type: "button", class: "choose", "aria-pressed": String(chosen) },
            number ? html("span", { class: "badge" }, unseen("Lesion "), String(number)) : null,
            whereabouts(data, frame, finding), cautionMark(frame, finding))),
        ...findingFigures(frame, narrowing).map(([value, under], column) => figure(labels[column], value, under)));
}

/** @param {InputData} data @param {Finding[]} findings @param {Store} store @param {string} caption */
function findingTable(data, findings, store, caption) {
    const heads = findingColumns(data.frames[store.state.frame].unit).map(([name, unit]) => columnHead(name, unit));
    return table("findings cards", caption, [html("th", { scope: "col", role: "columnheader" }, "Lesion"), ...heads],
        tableBody(...findings.map((finding) => findingRow(data, finding, store))));
}

/** A message of the program without the vessel and lesion that it begins with, where the page says them itself. @param {Warning} warning */
function messageOf(warning) {
    return warning.vessel === null ? warning.message : warning.message.replace(/^vessel \d+(, lesion \d+ at \([^)]*\))?: /, "");
}

/** @param {Frame} frame @param {Finding} finding */
function warningsOf(frame, finding) {
    const { id } = frame.vessels[finding.vessel];
    return frame.warnings.filter(({ vessel, lesion }) => vessel === id && lesion === finding.narrowing.id);
}

/** @param {number | null} value */
function percentage(value) {
    return known(value) ? amount(value, 0, "%") : "not measured";
}

/** @param {boolean | null} value */
function yesOrNo(value) {
    return value === null ? "not known" : value ? "yes" : "no";
}

/** @param {Frame} frame @param {Finding} finding @returns {[string, string][]} */
function detailsOf(frame, { narrowing }) {
    const probability = (/** @type {number | null} */ p) => percentage(known(p) ? 100 * p : null);
    return [
        ["Probability of 50\u00a0% or more", probability(narrowing.probability_at_least_50)],
        ["Probability of 70\u00a0% or more", probability(narrowing.probability_at_least_70)],
        ["Area stenosis, round lumen", percentage(narrowing.percent_area_stenosis_circular)],
        ["Area stenosis, densitometric", percentage(narrowing.percent_area_stenosis_densitometric)],
        ["Plaque area", amount(narrowing.plaque_area, 1, `${frame.unit}\u00b2`)],
        ["Symmetry", amount(narrowing.symmetry, 2)],
        ["Inflow angle", amount(narrowing.inflow_angle_deg, 0, "\u00b0")],
        ["Outflow angle", amount(narrowing.outflow_angle_deg, 0, "\u00b0")],
        ["Overlapped by another vessel", yesOrNo(narrowing.overlap)],
        ["Side branch", narrowing.side_vessel === null ? "none" : `vessel ${narrowing.side_vessel}`],
        ...(narrowing.ostial ? [/** @type {[string, string]} */ (["Ostial", "yes"])] : []),
    ];
}

/** @param {Frame} frame @param {Finding} finding @returns {Node[]} */
function detailsPanel(frame, finding) {
    const { narrowing, number } = finding;
    const title = `${number ? `Lesion ${number}` : "Narrowing"} \u00b7 ${percentText(narrowing)} diameter stenosis`;
    const warnings = warningsOf(frame, finding);
    return [
        html("h2", {}, title),
        ...(narrowing.reason ? [html("p", { class: "why" }, `Not measured in full: ${words(narrowing.reason)}.`)] : []),
        ...(warnings.length ? [html("ul", { class: "cautions" }, ...warnings.map((warning) => html("li", {}, sentenceCase(messageOf(warning)))))] : []),
        html("dl", { class: "details" }, ...detailsOf(frame, finding).map(([name, value]) =>
            html("div", {}, html("dt", {}, name), html("dd", {}, value)))),
    ];
}

/** The chosen lesion in detail. @param {Store} store @param {Frame[]} frames */
function createDetails(store, frames) {
    const section = html("section", { "aria-label": "The chosen lesion" });
    const draw = () => {
        const { finding, frame } = store.state;
        section.hidden = !finding;
        section.className = finding ? `detail ${severityClass(finding.narrowing)}` : "detail";
        section.replaceChildren(...(finding ? detailsPanel(frames[frame], finding) : []));
    };
    store.subscribe((state, before) => {
        if (state.finding !== before.finding) draw();
    });
    draw();
    return section;
}

/** What the lesion table says in a sentence. @param {Frame} frame */
function summaryOf(frame) {
    const lesions = lesionsOf(frame);
    const worst = severest(lesions);
    if (!frame.vessels.length) return "No contrast-filled vessel was found in this frame.";
    if (!worst) return `No lesion is reported on ${counted(frame.vessels.length, "vessel")}.`;
    const { narrowing } = worst;
    const ds = estimate(narrowing.percent_diameter_stenosis, narrowing.percent_diameter_stenosis_ci95, 0, "%");
    const mld = amount(narrowing.mld, decimalsOf(frame.unit), frame.unit);
    const severe = narrowing.total_occlusion ? "a total occlusion" : `${ds} diameter stenosis, MLD ${mld}`;
    return lesions.length === 1 ? `1 lesion: ${severe}.`
        : `${counted(lesions.length, "lesion")}; the severest is lesion ${worst.number}: ${severe}.`;
}

/** @param {InputData} data @param {Store} store */
function otherNarrowings(data, store) {
    const others = otherNarrowingsOf(data.frames[store.state.frame]);
    if (!others.length) return null;
    return html("details", { class: "others" },
        html("summary", {}, `${counted(others.length, "other narrowing")} not reported as ${others.length === 1 ? "a lesion" : "lesions"}`),
        findingTable(data, others, store, "Narrowings that are not reported as lesions"));
}

/** @param {InputData} data @param {Store} store */
function lesionSection(data, store) {
    const lesions = lesionsOf(data.frames[store.state.frame]);
    const others = otherNarrowings(data, store);
    return [
        html("h2", {}, data.frames.length > 1 ? "Lesions in this frame" : "Lesions"),
        lesions.length ? findingTable(data, lesions, store, "Lesions") : html("p", {}, "None is reported."),
        others,
    ].filter((node) => node !== null);
}

/** The table is drawn anew when something is chosen; the keyboard stays where it was. @param {Element} section @param {() => void} draw */
function keepingFocus(section, draw) {
    const buttons = () => [...section.querySelectorAll("button.choose")];
    const place = buttons().findIndex((button) => button === document.activeElement);
    draw();
    const again = place < 0 ? null : /** @type {HTMLElement | undefined} */ (buttons()[place]);
    again?.focus();
}

/** What a person has opened stays open when it is drawn anew. @param {Element} section @param {() => void} draw */
function keepingOpen(section, draw) {
    const open = section.querySelector("details")?.open ?? false;
    draw();
    section.querySelector("details")?.toggleAttribute("open", open);
}

/** @param {Store} store @param {InputData} data */
function createLesionList(store, data) {
    const section = html("section", { class: "lesions" });
    const draw = () => keepingOpen(section, () => section.replaceChildren(...lesionSection(data, store)));
    store.subscribe((state, before) => {
        if (state.frame !== before.frame || state.finding !== before.finding) keepingFocus(section, draw);
    });
    draw();
    return section;
}

/** @param {Calibration} calibration */
function calibrationText(calibration) {
    const { mm_per_px_x: x, mm_per_px_y: y, source, relative_sd: sd } = calibration;
    if (!known(x) || !known(y)) return "The size of a pixel is unknown: lengths are in pixels, %DS needs no size.";
    const size = x === y ? x.toFixed(4) : `${x.toFixed(4)} \u00d7 ${y.toFixed(4)}`;
    const error = known(sd) ? `, standard error ${(100 * sd).toFixed(1)}\u00a0%` : ", without a stated error";
    return `${size} mm per pixel, ${SOURCES[source] ?? words(source)}${error}.`;
}

/** @param {Frame} frame */
function catheterText(frame) {
    const { catheter } = frame.calibration;
    if (catheter) return `Calibrated by a catheter of ${catheter.outer_diameter_mm.toFixed(2)} mm, ${catheter.contents === "empty" ? "empty" : "filled with contrast"}.`;
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
        ["Network", network ? `${network.name} ${network.version}, SHA-256 ${network.sha256.slice(0, 12)}\u2026` : null],
    ];
    return html("section", { class: "provenance" }, html("h2", {}, "Calibration and origin"),
        html("dl", {}, ...facts.filter(([, value]) => value).map(([name, value]) =>
            html("div", {}, html("dt", {}, name), html("dd", {}, value)))));
}

/** @param {Warning} warning */
function placeOfWarning({ vessel, lesion }) {
    if (vessel === null) return "";
    return lesion === null ? `vessel\u00a0${vessel}` : `vessel\u00a0${vessel}, lesion\u00a0${lesion}`;
}

/** What is said of several vessels or lesions is said once, with all of them. @param {Warning[]} warnings */
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
        html("li", {}, places ? html("strong", {}, sentenceCase(places)) : null, sentenceCase(message)));
    return html("section", { class: "warnings" }, html("h2", {}, "Warnings"),
        items.length ? html("ul", {}, ...items) : html("p", {}, "None."));
}

/** @param {Store} store @param {Frame} frame @param {number} index */
function vesselRow(store, frame, index) {
    const vessel = frame.vessels[index];
    const { unit } = frame;
    const lesions = findingsOn(frame, index, false);
    const choose = () => store.set({ vessel: index, sample: 0, finding: null, ...(lesions.length ? selecting(lesions[0]) : {}) });
    const diameter = (/** @type {string} */ name, /** @type {number | null} */ value) =>
        figure(name, bare(value, decimalsOf(unit)));
    return tableRow({},
        rowHead({}, html("button", { type: "button", class: "choose", click: choose }, `Vessel ${vessel.id}${kinship(vessel)}`)),
        figure("Length", bare(vessel.length, unit === "mm" ? 1 : 0)),
        diameter("Mean diameter", vessel.mean_diameter), diameter("Least", vessel.min_diameter),
        diameter("Greatest", vessel.max_diameter), figure("Lesions", String(lesions.length)));
}

/** @param {Store} store @param {Frame} frame */
function vesselSection(store, frame) {
    const { unit } = frame;
    const heads = [columnHead("Length", unit), columnHead("Mean diameter", unit), columnHead("Least", unit),
        columnHead("Greatest", unit), columnHead("Lesions")];
    return html("section", { class: "vessels" }, html("h2", {}, "Vessels"),
        frame.vessels.length === 0 ? html("p", {}, "None.")
            : table("vessels", "Vessels", [html("th", { scope: "col", role: "columnheader" }, "Vessel"), ...heads],
                tableBody(...frame.vessels.map((_, index) => vesselRow(store, frame, index)))));
}
