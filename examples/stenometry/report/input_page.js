"use strict";

/** The page of one input: its frames, what was found in them, and the way to its neighbours. */

/**
 * @param {number | null} degrees
 * @param {string} positive
 * @param {string} negative
 */
function angle(degrees, positive, negative) {
    return known(degrees)
        ? `${degrees < 0 ? negative : positive} ${Math.abs(degrees).toFixed(0)}\u00b0`
        : null;
}

/** @param {Frame} frame */
function facts(frame) {
    return [
        frame.frames > 1 ? frameText(frame) : null,
        angle(frame.primary_angle_deg, "LAO", "RAO"),
        angle(frame.secondary_angle_deg, "CRA", "CAU"),
        known(frame.calibration.mm_per_px_x)
            ? `${frame.calibration.mm_per_px_x.toFixed(4)} mm per pixel`
            : "size of a pixel unknown",
    ]
        .filter(Boolean)
        .join(" \u00b7 ");
}

/**
 * @param {Neighbour | null} neighbour
 * @param {string} name
 * @param {string} rel
 */
function neighbourLink(neighbour, name, rel) {
    if (!neighbour) return html("span", { class: "link off" }, name);
    return html("a", { class: "link", rel, href: addressOf(neighbour.href), title: neighbour.path }, name);
}

/** @param {Navigation} navigation */
function navigationBar({ index, place, count, previous, next }) {
    return html(
        "nav",
        { "aria-label": "Inputs" },
        neighbourLink(previous, "\u2039 Previous", "prev"),
        html("a", { class: "link", href: addressOf(index) }, "All inputs"),
        html("span", { class: "place" }, `${place} of ${count}`),
        neighbourLink(next, "Next \u203a", "next"),
    );
}

/** @param {InputData} data */
function inputBanner(data) {
    const about = html("p", { class: "facts" });
    const summary = html("p", { class: "summary" });
    return {
        summary,
        node: html(
            "div",
            { class: "title" },
            html("h1", { title: data.path }, fileName(data.path)),
            fileName(data.path) === data.path ? null : html("p", { class: "path" }, data.path),
            about,
        ),
        tell: (/** @type {Frame} */ frame) => {
            about.replaceChildren(facts(frame));
            summary.replaceChildren(summaryOf(frame));
        },
    };
}

/**
 * Plots of the vessels with lesions that are not on the screen, for paper alone.
 * @param {Frame} frame
 * @param {State} state
 */
function paperPlots(frame, state) {
    const vessels = frame.vessels
        .map((vessel, index) => ({ vessel, index }))
        .filter(({ index }) => index !== state.vessel && findingsOn(frame, index, false).length);
    return vessels.map(({ vessel, index }) => {
        const axes = axesOf(vessel, 640, 220);
        return html(
            "figure",
            {},
            html("figcaption", {}, vesselTitle(frame, index)),
            svg(
                "svg",
                { class: "plot", viewBox: `0 0 ${axes.width} ${axes.height}` },
                ...drawPlot(vessel, axes, frame.unit, findingsOn(frame, index, false), null),
            ),
        );
    });
}

/** @param {Store} store @param {Frame[]} frames */
function createPaperPlots(store, frames) {
    const section = html("section", { class: "paper", "aria-hidden": true });
    const draw = () => section.replaceChildren(...paperPlots(frames[store.state.frame], store.state));
    store.subscribe((state, before) => {
        if (state.frame !== before.frame || state.vessel !== before.vessel) draw();
    });
    draw();
    return section;
}

/**
 * What was found, in a sentence, and what was not.
 * @param {InputData} data
 * @param {HTMLElement} summary
 */
function leadOf(data, summary) {
    const { reason, path, frames_left_out: left } = data;
    const ofCine = cineSummaryOf(data);
    const said = [
        reason && causeOf(reason, path),
        left > 0 && `${counted(left, "frame")} could not be analysed.`,
    ].filter(Boolean);
    return html(
        "div",
        {},
        ofCine ? html("p", { class: "summary" }, ofCine) : summary,
        said.length > 0 && html("p", { class: "reason" }, said.join(" ")),
    );
}

/** @param {InputData} data */
function showMeasured(data) {
    const { frames } = data;
    const store = createStore({
        frame: 0,
        vessel: null,
        sample: null,
        finding: null,
        layers: layersAtFirst(),
        ...entryOf(frames[0]),
        ...entryOfCine(data),
    });
    const banner = inputBanner(data);
    store.subscribe((state) => banner.tell(frames[state.frame]));
    banner.tell(frames[store.state.frame]);
    const cine = frames.length > 1 ? createCineBar(store, frames) : null;
    const picture = html(
        "div",
        { class: cine ? "picture of-cine" : "picture" },
        new Viewer(store, frames).node(cine),
    );
    const side = html(
        "div",
        { class: "side" },
        new PlotView(store, frames).node,
        createPaperPlots(store, frames),
        data.cine_lesions.length > 0 ? createCineLesions(store, data) : null,
        createLesionList(store, data),
        createDetails(store, frames),
    );
    return {
        banner: banner.node,
        lead: leadOf(data, banner.summary),
        content: [html("div", { class: "reading" }, picture, side), createAppendix(store, data)],
    };
}

/** @param {InputData} data */
function showUnmeasured(data) {
    return {
        banner: inputBanner(data).node,
        lead: null,
        content: [
            html(
                "section",
                { class: "unmeasured" },
                html("h2", {}, sentenceCase(STATUS_WORDS[data.status] ?? data.status)),
                html("p", {}, data.reason ? causeOf(data.reason, data.path) : "Nothing was measured."),
            ),
        ],
    };
}

/** @param {InputData} data */
function inputPage(data) {
    document.title = `${fileName(data.path)} \u2013 stenometry`;
    const shown = data.frames.length ? showMeasured(data) : showUnmeasured(data);
    return { ...shown, navigation: data.navigation && navigationBar(data.navigation) };
}
