"use strict";

/** The lesions of a frame in a table, and the sentence that says them. */

/**
 * Names and units of the columns.
 * @param {string} unit
 * @returns {[string, string][]}
 */
function findingColumns(unit) {
    return [
        ["%DS", ""],
        ["MLD", unit],
        ["Reference", unit],
        ["Length", unit],
        ["Confidence", ""],
    ];
}

/**
 * What a card calls a column.
 * @param {[string, string]} column
 */
function labelOf([name, unit]) {
    return unit ? `${name}, ${unit}` : name;
}

/**
 * Values with their intervals, as the columns.
 * @param {Frame} frame
 * @param {Narrowing} narrowing
 * @returns {[string, string][]}
 */
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

/**
 * Which narrowing it is, as the JSON and the CSV number it, and which one of the cine.
 * @param {InputData} data
 * @param {Frame} frame
 * @param {Finding} finding
 */
function whereabouts(data, frame, finding) {
    const { narrowing, number } = finding;
    const place = `vessel\u00a0${frame.vessels[finding.vessel].id}, ${number ? "lesion" : "narrowing"}\u00a0${narrowing.id}`;
    const ofCine = cineLesionOf(data, frame, finding);
    return html(
        "span",
        { class: "where" },
        place,
        ofCine && html("span", { class: "of-cine" }, `lesion\u00a0${ofCine} of cine`),
    );
}

/**
 * That there are warnings of a lesion, which its details tell.
 * @param {Frame} frame
 * @param {Finding} finding
 */
function cautionMark(frame, finding) {
    const warnings = warningsOf(frame, finding);
    return (
        warnings.length > 0 &&
        html(
            "span",
            { class: "caution-mark", title: warnings.map(messageOf).join("\n") },
            "!",
            unseen(` ${counted(warnings.length, "warning")}`),
        )
    );
}

/**
 * @param {InputData} data
 * @param {Finding} finding
 * @param {Store} store
 */
function findingRow(data, finding, store) {
    const frame = data.frames[store.state.frame];
    const { narrowing, number } = finding;
    const chosen = sameFinding(finding, store.state.finding);
    const labels = findingColumns(frame.unit).map(labelOf);
    return tableRow(
        {
            class: `${severityClass(narrowing)}${chosen ? " chosen" : ""}`,
            click: () => store.set(selecting(finding)),
        },
        rowHead(
            {},
            html(
                "button",
                { type: "button", class: "choose", "aria-pressed": String(chosen) },
                number ? html("span", { class: "badge" }, unseen("Lesion "), String(number)) : null,
                whereabouts(data, frame, finding),
                cautionMark(frame, finding),
            ),
        ),
        ...findingFigures(frame, narrowing).map(([value, under], column) =>
            figure(labels[column], value, under),
        ),
    );
}

/**
 * @param {InputData} data
 * @param {Finding[]} findings
 * @param {Store} store
 * @param {string} caption
 */
function findingTable(data, findings, store, caption) {
    const heads = findingColumns(data.frames[store.state.frame].unit).map(([name, unit]) =>
        columnHead(name, unit),
    );
    return table(
        "findings cards",
        caption,
        [html("th", { scope: "col", role: "columnheader" }, "Lesion"), ...heads],
        tableBody(...findings.map((finding) => findingRow(data, finding, store))),
    );
}

/**
 * A message of the program without the vessel and lesion that it begins with, where the page says them itself.
 * @param {Warning} warning
 */
function messageOf(warning) {
    return warning.vessel === null
        ? warning.message
        : warning.message.replace(/^vessel \d+(, lesion \d+ at \([^)]*\))?: /, "");
}

/** @param {Frame} frame @param {Finding} finding */
function warningsOf(frame, finding) {
    const { id } = frame.vessels[finding.vessel];
    return frame.warnings.filter(({ vessel, lesion }) => vessel === id && lesion === finding.narrowing.id);
}

/**
 * What the lesion table says in a sentence.
 * @param {Frame} frame
 */
function summaryOf(frame) {
    const lesions = lesionsOf(frame);
    const worst = severest(lesions);
    if (!frame.vessels.length) return "No contrast-filled vessel was found in this frame.";
    if (!worst) return `No lesion is reported on ${counted(frame.vessels.length, "vessel")}.`;
    const { narrowing } = worst;
    const ds = estimate(
        narrowing.percent_diameter_stenosis,
        narrowing.percent_diameter_stenosis_ci95,
        0,
        "%",
    );
    const mld = amount(narrowing.mld, decimalsOf(frame.unit), frame.unit);
    const severe = narrowing.total_occlusion ? "a total occlusion" : `${ds} diameter stenosis, MLD ${mld}`;
    return lesions.length === 1
        ? `1 lesion: ${severe}.`
        : `${counted(lesions.length, "lesion")}; the severest is lesion ${worst.number}: ${severe}.`;
}

/** @param {InputData} data @param {Store} store */
function otherNarrowings(data, store) {
    const others = otherNarrowingsOf(data.frames[store.state.frame]);
    if (!others.length) return null;
    return html(
        "details",
        { class: "others" },
        html(
            "summary",
            {},
            `${counted(others.length, "other narrowing")} not reported as ${others.length === 1 ? "a lesion" : "lesions"}`,
        ),
        findingTable(data, others, store, "Narrowings that are not reported as lesions"),
    );
}

/**
 * Where a lesion lies in the tree, in a few words.
 * @param {Location} location
 * @param {string} unit
 */
function placeText({ from_ostium, third, near_origin, medina }, unit) {
    return [
        third && `${third} third`,
        near_origin && "ostial",
        known(from_ostium) && `${amount(from_ostium, 0, unit)} from the ostium`,
        medina && `Medina ${medina}`,
    ]
        .filter(Boolean)
        .join(", ");
}

/** @param {Vessel} vessel @param {Ectasia} ectasia @param {string} unit */
function ectasiaRow(vessel, ectasia, unit) {
    const decimals = decimalsOf(unit);
    return tableRow(
        {},
        rowHead({}, html("span", { class: "where" }, `vessel\u00a0${vessel.id}, ectasia\u00a0${ectasia.id}`)),
        figure("Times the reference", ectasia.ratio.toFixed(2), range(ectasia.ratio_ci95, 2)),
        figure(
            `Maximum, ${unit}`,
            bare(ectasia.max_diameter, decimals),
            range(ectasia.max_diameter_ci95, decimals),
        ),
        figure(`Reference, ${unit}`, bare(ectasia.reference, decimals), ""),
        figure(`Length, ${unit}`, bare(ectasia.length, 1), ""),
        figure("Shape", ectasia.shape, placeText(ectasia, unit)),
    );
}

/** @param {Frame} frame */
function ectasiaTable({ vessels, unit }) {
    const rows = vessels.flatMap((vessel) =>
        vessel.ectasias.map((ectasia) => ectasiaRow(vessel, ectasia, unit)),
    );
    if (!rows.length) return null;
    const heads = /** @type {[string, string][]} */ ([
        ["Times the reference", ""],
        ["Maximum", unit],
        ["Reference", unit],
        ["Length", unit],
        ["Shape", ""],
    ]).map(([name, of]) => columnHead(name, of));
    const first = html("th", { scope: "col", role: "columnheader" }, "Ectasia");
    return table("findings ectasias cards", "Ectasias", [first, ...heads], tableBody(...rows));
}

/** @param {InputData} data @param {Store} store */
function lesionSection(data, store) {
    const lesions = lesionsOf(data.frames[store.state.frame]);
    const others = otherNarrowings(data, store);
    return [
        html("h2", {}, data.frames.length > 1 ? "Lesions in this frame" : "Lesions"),
        lesions.length ? findingTable(data, lesions, store, "Lesions") : html("p", {}, "None is reported."),
        ectasiaTable(data.frames[store.state.frame]),
        others,
    ].filter((node) => node !== null);
}

/**
 * The table is drawn anew when something is chosen; the keyboard stays where it was.
 * @param {Element} section
 * @param {() => void} draw
 */
function keepingFocus(section, draw) {
    const buttons = () => [...section.querySelectorAll("button.choose")];
    const place = buttons().findIndex((button) => button === document.activeElement);
    draw();
    const again = place < 0 ? null : /** @type {HTMLElement | undefined} */ (buttons()[place]);
    again?.focus();
}

/**
 * What a person has opened stays open when it is drawn anew.
 * @param {Element} section
 * @param {() => void} draw
 */
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
