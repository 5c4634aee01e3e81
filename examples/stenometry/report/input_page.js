"use strict";

/** The page of one input: its frames, what was found in them, and the way to its neighbours. */

/** @param {number | null} degrees @param {string} positive @param {string} negative */
function angle(degrees, positive, negative) {
    return known(degrees) ? `${degrees < 0 ? negative : positive} ${Math.abs(degrees).toFixed(0)}\u00b0` : null;
}

/** @param {Frame} frame */
function facts(frame) {
    return [
        frame.frames > 1 ? frameText(frame) : null,
        angle(frame.primary_angle_deg, "LAO", "RAO"),
        angle(frame.secondary_angle_deg, "CRA", "CAU"),
        known(frame.calibration.mm_per_px_x) ? `${frame.calibration.mm_per_px_x.toFixed(4)} mm per pixel` : "size of a pixel unknown",
    ].filter(Boolean).join(" \u00b7 ");
}

/** @param {Neighbour | null} neighbour @param {string} name @param {string} rel */
function neighbourLink(neighbour, name, rel) {
    if (!neighbour) return html("span", { class: "link off" }, name);
    return html("a", { class: "link", rel, href: addressOf(neighbour.href), title: neighbour.path }, name);
}

/** @param {Navigation} navigation */
function navigationBar({ index, place, count, previous, next }) {
    return html("nav", { "aria-label": "Inputs" },
        neighbourLink(previous, "\u2039 Previous", "prev"),
        html("a", { class: "link", href: addressOf(index) }, "All inputs"),
        html("span", { class: "place" }, `${place} of ${count}`),
        neighbourLink(next, "Next \u203a", "next"));
}

/** @param {InputData} data */
function inputBanner(data) {
    const about = html("p", { class: "facts" });
    const summary = html("p", { class: "summary" });
    return {
        summary,
        node: html("div", { class: "title" }, html("h1", { title: data.path }, fileName(data.path)),
            fileName(data.path) === data.path ? null : html("p", { class: "path" }, data.path), about),
        tell: (/** @type {Frame} */ frame) => {
            about.replaceChildren(facts(frame));
            summary.replaceChildren(summaryOf(frame));
        },
    };
}

/** Plots of the vessels with lesions that are not on the screen, for paper alone. @param {Frame} frame @param {State} state */
function paperPlots(frame, state) {
    const vessels = frame.vessels.map((vessel, index) => ({ vessel, index }))
        .filter(({ index }) => index !== state.vessel && findingsOn(frame, index, false).length);
    return vessels.map(({ vessel, index }) => {
        const axes = axesOf(vessel, 640, 220);
        return html("figure", {}, html("figcaption", {}, vesselTitle(frame, index)),
            svg("svg", { class: "plot", viewBox: `0 0 ${axes.width} ${axes.height}` },
                ...drawPlot(vessel, axes, frame.unit, findingsOn(frame, index, false), null)));
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

/** What stands below picture and lesions. @param {Store} store @param {InputData} data */
function createAppendix(store, data) {
    const node = html("div", { class: "appendix" });
    const draw = () => {
        const frame = data.frames[store.state.frame];
        node.replaceChildren(vesselSection(store, frame), warningSection(frame), provenance(frame, data.software));
    };
    store.subscribe((state, before) => {
        if (state.frame !== before.frame) draw();
    });
    draw();
    return node;
}

/** Lesions one after the other by the keyboard, wherever it is. @param {Store} store @param {Frame[]} frames */
function listenForLesionKeys(store, frames) {
    const step = (/** @type {number} */ by) => {
        const lesions = lesionsOf(frames[store.state.frame]);
        if (!lesions.length) return;
        const now = lesions.findIndex((lesion) => sameFinding(lesion, store.state.finding));
        store.set(selecting(lesions[(now + by + lesions.length) % lesions.length]));
    };
    document.addEventListener("keydown", (event) => {
        if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "n") step(1);
        if (event.key === "p") step(-1);
    });
}

/** The frame with the severest lesion. @param {Frame[]} frames */
function frameAtFirst(frames) {
    const worst = frames.map((frame) => severest(lesionsOf(frame))).map((found) => (found ? severity(found.narrowing) : -1));
    return worst.indexOf(Math.max(...worst));
}

/** @param {InputData} data */
function showMeasured(data) {
    const { frames } = data;
    const first = frameAtFirst(frames);
    const store = createStore({
        frame: first, vessel: null, sample: null, finding: null, layers: layersAtFirst(), ...entryOf(frames[first]),
    });
    const banner = inputBanner(data);
    store.subscribe((state) => banner.tell(frames[state.frame]));
    banner.tell(frames[first]);
    listenForLesionKeys(store, frames);
    const picture = html("div", { class: "picture" }, new Viewer(store, frames).node,
        frames.length > 1 ? createCineBar(store, frames) : null);
    const side = html("div", { class: "side" }, new PlotView(store, frames).node,
        createPaperPlots(store, frames), createLesionList(store, frames),
        createDetails(store, frames));
    return { banner: banner.node, lead: html("div", {}, banner.summary, data.reason && html("p", { class: "reason" }, sentenceCase(data.reason))), content: [html("div", { class: "reading" }, picture, side), createAppendix(store, data)] };
}

/** @param {InputData} data */
function showUnmeasured(data) {
    return {
        banner: inputBanner(data).node,
        lead: null,
        content: [html("section", { class: "unmeasured" }, html("h2", {}, sentenceCase(STATUS_WORDS[data.status] ?? data.status)),
            html("p", {}, data.reason ?? "Nothing was measured."))],
    };
}

/** @param {InputData} data */
function inputPage(data) {
    document.title = `${fileName(data.path)} \u2013 stenometry`;
    const shown = data.frames.length ? showMeasured(data) : showUnmeasured(data);
    return { ...shown, navigation: data.navigation && navigationBar(data.navigation) };
}
