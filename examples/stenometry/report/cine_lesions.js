"use strict";

/** The lesions of a cine, each as all of its frames show it. */

/**
 * A, B, ..., Z, AA: not to be taken for the numbers of a frame.
 * @param {number} index
 * @returns {string}
 */
function letterOf(index) {
    const last = String.fromCharCode(65 + (index % 26));
    return index < 26 ? last : letterOf(Math.floor(index / 26) - 1) + last;
}

/**
 * @param {Sighting} sighting
 * @param {Frame} frame
 * @param {Finding} finding
 */
function isSightingOf(sighting, frame, { vessel, narrowing }) {
    return (
        sighting.frame === frame.frame &&
        sighting.vessel === vessel &&
        sighting.narrowing !== null &&
        frame.vessels[vessel].stenoses[sighting.narrowing] === narrowing
    );
}

/**
 * The letter of the lesion of the cine that a narrowing of a frame is.
 * @param {InputData} data
 * @param {Frame} frame
 * @param {Finding} finding
 */
function cineLesionOf(data, frame, finding) {
    const index = data.cine_lesions.findIndex(({ sightings }) =>
        sightings.some((sighting) => isSightingOf(sighting, frame, finding)),
    );
    return index < 0 ? null : letterOf(index);
}

/**
 * The lesion of a frame that a sighting is.
 * @param {Frame[]} frames
 * @param {Sighting} sighting
 * @returns {Partial<State>}
 */
function entryAt(frames, { frame: number, vessel, narrowing: index }) {
    const frame = frames.findIndex((other) => other.frame === number);
    if (frame < 0 || index === null) return {};
    const narrowing = frames[frame].vessels[vessel]?.stenoses[index];
    const finding = lesionsOf(frames[frame]).find((lesion) => lesion.narrowing === narrowing);
    return finding ? { frame, ...selecting(finding) } : {};
}

/**
 * Of the frames in which it is a lesion, the one in which it is as severe as in most.
 * @param {CineLesion} lesion
 */
function typicalSighting(lesion) {
    const off = (/** @type {Sighting} */ { percent_diameter_stenosis: ds }) =>
        Math.abs((ds ?? Infinity) - (lesion.percent_diameter_stenosis ?? 0));
    return lesion.sightings.filter((sighting) => sighting.is_lesion).sort((a, b) => off(a) - off(b))[0];
}

/**
 * Where a cine is entered.
 * @param {InputData} data
 * @returns {Partial<State>}
 */
function entryOfCine({ cine_lesions: lesions, main_cine_lesion: main, frames }) {
    return main === null ? {} : entryAt(frames, typicalSighting(lesions[main]));
}

/**
 * What the cine shows, in a sentence.
 * @param {InputData} data
 */
function cineSummaryOf({ cine_lesions: lesions, main_cine_lesion: main, frames }) {
    if (main === null)
        return frames.length > 1 ? `No lesion is reported in ${counted(frames.length, "frame")}.` : null;
    const lesion = lesions[main];
    const single = lesions.filter(({ in_single_frame: once }) => once).length;
    const ds = estimate(lesion.percent_diameter_stenosis, lesion.percent_diameter_stenosis_ci95, 0, "%");
    return (
        `${counted(lesions.length - single, "lesion")} in several frames of the cine${single ? `, ${single} in a single one` : ""}. ` +
        `Lesion ${letterOf(main)}: ${ds} diameter stenosis, median of the frames, seen in ${seenText(lesion)}.`
    );
}

/** @param {CineLesion} lesion */
function seenText({ lesion_frames: seen, sightings }) {
    return `${seen} of ${counted(sightings.length, "frame")}`;
}

/**
 * %DS over the frames: dots where it is a lesion, rings where its place is narrower than that or not at all.
 * @param {CineLesion} lesion
 * @param {Frame[]} frames
 */
function courseOf(lesion, frames) {
    const [width, height] = [116, 30];
    const last = Math.max(1, frames[frames.length - 1].frame - frames[0].frame);
    const dots = lesion.sightings
        .filter(({ percent_diameter_stenosis: ds }) => known(ds))
        .map((sighting) =>
            svg("circle", {
                class: sighting.is_lesion ? "seen" : "unseen-there",
                r: 2,
                cx: 3 + ((sighting.frame - frames[0].frame) / last) * (width - 6),
                cy:
                    height -
                    3 -
                    (clamp(sighting.percent_diameter_stenosis ?? 0, 0, 100) / 100) * (height - 6),
            }),
        );
    return svg(
        "svg",
        { class: `course ${severityClass(lesion)}`, viewBox: `0 0 ${width} ${height}`, "aria-hidden": true },
        ...dots,
    );
}

/**
 * @param {Store} store
 * @param {InputData} data
 * @param {CineLesion} lesion
 * @param {number} index
 * @param {boolean} chosen
 */
function cineLesionRow(store, data, lesion, index, chosen) {
    const { unit } = data.frames[store.state.frame];
    const decimals = decimalsOf(unit);
    const sighting = typicalSighting(lesion);
    const choose = () => store.set(entryAt(data.frames, sighting));
    const seen = lesion.in_single_frame ? "in a single frame" : `in ${seenText(lesion)}`;
    return tableRow(
        {
            class: `${severityClass(lesion)}${chosen ? " chosen" : ""}${lesion.in_single_frame ? " single" : ""}`,
            click: choose,
        },
        rowHead(
            {},
            html(
                "button",
                { type: "button", class: "choose", "aria-pressed": String(chosen) },
                html("span", { class: "badge" }, unseen("Lesion "), letterOf(index)),
                html("span", { class: "where" }, seen),
            ),
        ),
        figure(
            "%DS",
            bare(lesion.percent_diameter_stenosis, 0),
            range(lesion.percent_diameter_stenosis_ci95, 0),
        ),
        figure(`MLD, ${unit}`, bare(lesion.mld, decimals), range(lesion.mld_ci95, decimals)),
        figure("Confidence", bare(lesion.confidence, 2)),
        cell({ class: "course-cell" }, courseOf(lesion, data.frames)),
    );
}

/**
 * @param {Store} store
 * @param {InputData} data
 * @param {CineLesion[]} lesions
 * @param {string} caption
 */
function cineLesionTable(store, data, lesions, caption) {
    const { finding, frame: shown } = store.state;
    const frame = data.frames[shown];
    const chosen = finding && cineLesionOf(data, frame, finding);
    const heads = [
        html("th", { scope: "col", role: "columnheader" }, "Lesion"),
        columnHead("%DS"),
        columnHead("MLD", frame.unit),
        columnHead("Confidence"),
        html("th", { scope: "col", role: "columnheader", class: "course-cell" }, "%DS over frames, 0 to 100"),
    ];
    return table(
        "findings cards",
        caption,
        heads,
        tableBody(
            ...lesions.map((lesion) => {
                const index = data.cine_lesions.indexOf(lesion);
                return cineLesionRow(store, data, lesion, index, letterOf(index) === chosen);
            }),
        ),
    );
}

/** @param {Store} store @param {InputData} data */
function cineLesionSection(store, data) {
    const several = data.cine_lesions.filter((lesion) => !lesion.in_single_frame);
    const single = data.cine_lesions.filter((lesion) => lesion.in_single_frame);
    return [
        html("h2", {}, "Lesions of the cine"),
        several.length
            ? cineLesionTable(store, data, several, "Lesions of the cine, medians of its frames")
            : html("p", {}, "None is seen in more than one frame."),
        ...(single.length
            ? [
                  html(
                      "details",
                      { class: "others" },
                      html("summary", {}, `${single.length} seen in a single frame`),
                      cineLesionTable(store, data, single, "Lesions that a single frame shows"),
                  ),
              ]
            : []),
    ];
}

/** @param {Store} store @param {InputData} data */
function createCineLesions(store, data) {
    const section = html("section", { class: "of-all-frames" });
    const draw = () => keepingOpen(section, () => section.replaceChildren(...cineLesionSection(store, data)));
    store.subscribe((state, before) => {
        if (state.frame !== before.frame || state.finding !== before.finding) keepingFocus(section, draw);
    });
    draw();
    return section;
}
