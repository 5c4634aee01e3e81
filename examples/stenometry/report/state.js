"use strict";

/** What is looked at, and what the parts of the page need to know of it. */

/** @param {State} state @returns {Store} */
function createStore(state) {
    /** @type {((state: State, before: State) => void)[]} */
    const listeners = [];
    return {
        get state() {
            return state;
        },
        set(change) {
            const before = state;
            state = { ...state, ...change };
            for (const listener of listeners) listener(state, before);
        },
        subscribe(listener) {
            listeners.push(listener);
        },
    };
}

/** @param {Frame} frame @returns {Finding[]} */
function numberedLesions(frame) {
    let number = 0;
    return frame.vessels.flatMap((vessel, index) =>
        vessel.stenoses
            .filter((narrowing) => narrowing.is_lesion)
            .map((narrowing) => ({ vessel: index, narrowing, number: ++number })),
    );
}

/** @type {WeakMap<Frame, Finding[]>} */
const lesionsByFrame = new WeakMap();

/**
 * Lesions of a frame in the order of vessels, numbered from 1.
 * @param {Frame} frame
 * @returns {Finding[]}
 */
function lesionsOf(frame) {
    const lesions = lesionsByFrame.get(frame) ?? numberedLesions(frame);
    lesionsByFrame.set(frame, lesions);
    return lesions;
}

/**
 * Narrowings that are not reported as lesions.
 * @param {Frame} frame
 * @returns {Finding[]}
 */
function otherNarrowingsOf(frame) {
    return frame.vessels.flatMap((vessel, index) =>
        vessel.stenoses
            .filter((narrowing) => !narrowing.is_lesion)
            .map((narrowing) => ({ vessel: index, narrowing, number: null })),
    );
}

/**
 * How severe it is, for comparisons: an occlusion counts as closed.
 * @param {{percent_diameter_stenosis: number | null, total_occlusion?: boolean}} narrowing
 */
function severity(narrowing) {
    return narrowing.percent_diameter_stenosis ?? (narrowing.total_occlusion ? 100 : -1);
}

/** @param {Finding[]} findings @returns {Finding | null} */
function severest(findings) {
    return findings.reduce(
        (/** @type {Finding | null} */ worst, finding) =>
            !worst || severity(finding.narrowing) > severity(worst.narrowing) ? finding : worst,
        null,
    );
}

/**
 * The class of its colour.
 * @param {Parameters<typeof severity>[0] & {is_lesion?: boolean}} narrowing
 */
function severityClass(narrowing) {
    if (narrowing.is_lesion === false) return "quiet";
    return severity(narrowing) >= 50 ? "severe" : "moderate";
}

/**
 * %DS in the fewest words.
 * @param {Parameters<typeof severity>[0]} narrowing
 */
function percentText(narrowing) {
    if (narrowing.total_occlusion) return "occluded";
    return known(narrowing.percent_diameter_stenosis)
        ? `${narrowing.percent_diameter_stenosis.toFixed(0)}\u00a0%`
        : "?";
}

/** @param {Finding | null} a @param {Finding | null} b */
function sameFinding(a, b) {
    return a?.vessel === b?.vessel && a?.narrowing === b?.narrowing;
}

/** @param {Finding} finding @returns {Partial<State>} */
function selecting(finding) {
    return { finding, vessel: finding.vessel, sample: finding.narrowing.mld_index };
}

/**
 * Where a frame is entered: at its severest lesion, or at the begin of its longest vessel.
 * @param {Frame} frame
 * @returns {Partial<State>}
 */
function entryOf(frame) {
    const worst = severest(lesionsOf(frame));
    if (worst) return selecting(worst);
    const longest = frame.vessels.reduce(
        (best, vessel, index) => ((vessel.length ?? 0) > (frame.vessels[best]?.length ?? -1) ? index : best),
        -1,
    );
    return { finding: null, vessel: longest < 0 ? null : longest, sample: longest < 0 ? null : 0 };
}

/** @param {Point} a @param {Point} b */
function distance(a, b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/**
 * The same lesion in another frame, as far as its place tells: the nearest one, no farther than a heart moves between frames.
 * @param {Finding} finding @param {Frame} frame @returns {Finding | null}
 */
function counterpart(finding, frame) {
    const reach = 0.06 * Math.max(frame.width, frame.height);
    const apart = (/** @type {Finding} */ other) =>
        distance(other.narrowing.mld_at_px, finding.narrowing.mld_at_px);
    const near = lesionsOf(frame).filter((other) => apart(other) <= reach);
    return near.sort((a, b) => apart(a) - apart(b))[0] ?? null;
}

/**
 * What is shown when another frame comes.
 * @param {State} state
 * @param {Frame} frame
 * @returns {Partial<State>}
 */
function entryFrom(state, frame) {
    const same = state.finding && counterpart(state.finding, frame);
    return same ? selecting(same) : entryOf(frame);
}
