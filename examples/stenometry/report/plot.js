"use strict";

/** The diameter along a vessel, with its interval and the reference, and the narrowings of the vessel. */

/** Standard errors to either side of an interval that holds the truth in 95 of 100 measurements. */
const STANDARD_ERRORS_95 = 1.96;
const PLOT_MARGIN = { left: 44, right: 14, top: 30, bottom: 38 };

/**
 * The step of 1, 2 or 5 times a power of ten that divides `length` into `about` parts or fewer.
 * @param {number} length @param {number} about
 */
function niceStep(length, about) {
    const power = 10 ** Math.floor(Math.log10(length / about));
    return power * ([1, 2, 5, 10].find((factor) => length / (factor * power) <= about) ?? 10);
}

/** @param {number} max @param {number} about */
function ticksTo(max, about) {
    const step = niceStep(max, about);
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const count = Math.floor(max / step + 1e-9) + 1;
    return Array.from({ length: count }, (_, i) => ({ value: i * step, text: (i * step).toFixed(decimals) }));
}

/** @param {Numbers} values */
function greatest(values) {
    return (values ?? []).reduce((/** @type {number} */ most, value) => Math.max(most, value ?? 0), 0);
}

/**
 * @typedef {{width: number, height: number, length: number, tallest: number, x: (v: number) => number, y: (v: number) => number}} Axes
 */

/**
 * @param {Vessel} vessel
 * @param {number} width
 * @param {number} height
 * @returns {Axes}
 */
function axesOf(vessel, width, height) {
    const length = greatest(vessel.position) || 1;
    const tallest = 1.12 * Math.max(greatest(vessel.diameter), greatest(vessel.reference)) || 1;
    const { left, right, top, bottom } = PLOT_MARGIN;
    return {
        width,
        height,
        length,
        tallest,
        x: (value) => left + (value / length) * (width - left - right),
        y: (value) => height - bottom - (value / tallest) * (height - top - bottom),
    };
}

/**
 * @param {Vessel} vessel
 * @param {Axes} axes
 * @param {(index: number) => number | null | undefined} valueAt
 * @returns {Points}
 */
function curve(vessel, axes, valueAt) {
    return (vessel.position ?? []).map((position, index) => {
        const value = valueAt(index);
        return known(position) && known(value) ? [axes.x(position), axes.y(value)] : null;
    });
}

/**
 * Runs of points without a gap.
 * @param {Points} points
 */
function unbroken(points) {
    /** @type {{from: number, points: Point[]}[]} */
    const runs = [];
    let open = false;
    (points ?? []).forEach((point, index) => {
        if (point && !open) runs.push({ from: index, points: [] });
        if (point) runs[runs.length - 1].points.push(point);
        open = Boolean(point);
    });
    return runs;
}

/**
 * @param {Vessel} vessel
 * @param {number} index
 * @returns {Interval}
 */
function diameterInterval(vessel, index) {
    const diameter = vessel.diameter?.[index];
    const sd = vessel.diameter_sd?.[index];
    if (!known(diameter) || !known(sd)) return null;
    return [Math.max(0, diameter - STANDARD_ERRORS_95 * sd), diameter + STANDARD_ERRORS_95 * sd];
}

/**
 * The interval as an area, one for every unbroken stretch.
 * @param {Vessel} vessel
 * @param {Axes} axes
 */
function bandPath(vessel, axes) {
    const low = curve(vessel, axes, (index) => diameterInterval(vessel, index)?.[0]) ?? [];
    const high = curve(vessel, axes, (index) =>
        Math.min(diameterInterval(vessel, index)?.[1] ?? NaN, axes.tallest),
    );
    return unbroken(high)
        .map(({ from, points }) => {
            const back = low.slice(from, from + points.length).reverse();
            return `${pathThrough([...points, ...back])}Z`;
        })
        .join("");
}

/** @param {Axes} axes @param {string} unit */
function drawAxes(axes, unit) {
    const { left, bottom, top } = PLOT_MARGIN;
    const base = axes.height - bottom;
    const across = ticksTo(axes.length, Math.max(3, Math.floor(axes.width / 80)));
    const up = ticksTo(axes.tallest, 6);
    return svg(
        "g",
        { class: "axes" },
        ...up.map(({ value }) =>
            svg("path", { class: "grid", d: `M${left} ${axes.y(value)}H${axes.x(axes.length)}` }),
        ),
        ...up.map(({ value, text }) => svg("text", { class: "up", x: left - 7, y: axes.y(value) + 4 }, text)),
        ...across.map(({ value, text }) =>
            svg("text", { class: "across", x: axes.x(value), y: base + 16 }, text),
        ),
        ...across.map(({ value }) => svg("path", { class: "tick", d: `M${axes.x(value)} ${base}v4` })),
        svg("text", { class: "title", x: left - 34, y: top - 14 }, `Diameter, ${unit}`),
        svg(
            "text",
            { class: "title across", x: (left + axes.x(axes.length)) / 2, y: axes.height - 4 },
            `Proximal \u2192 distal, ${unit}`,
        ),
    );
}

/**
 * @param {Vessel} vessel
 * @param {Axes} axes
 * @param {Finding} finding
 * @param {boolean} chosen
 */
function drawSpan(vessel, axes, finding, chosen) {
    const { narrowing } = finding;
    const at = (/** @type {number} */ index) => axes.x(vessel.position?.[index] ?? 0);
    const [from, to] = [at(narrowing.proximal_index), at(narrowing.distal_index)];
    const top = PLOT_MARGIN.top;
    const kind = `span ${severityClass(narrowing)}${chosen ? " chosen" : ""}`;
    const minimum = vessel.diameter?.[narrowing.mld_index];
    return svg(
        "g",
        { class: kind },
        svg("rect", {
            x: from,
            y: top,
            width: Math.max(2, to - from),
            height: axes.height - PLOT_MARGIN.bottom - top,
        }),
        finding.number !== null && svg("text", { x: (from + to) / 2, y: top + 13 }, String(finding.number)),
        known(minimum) && svg("circle", { cx: at(narrowing.mld_index), cy: axes.y(minimum), r: 4 }),
    );
}

/**
 * @param {Vessel} vessel
 * @param {Axes} axes
 * @param {Ectasia} ectasia
 */
function drawEctasiaSpan(vessel, axes, ectasia) {
    const at = (/** @type {number} */ index) => axes.x(vessel.position?.[index] ?? 0);
    const [from, to] = [at(ectasia.proximal_index), at(ectasia.distal_index)];
    const top = PLOT_MARGIN.top;
    return svg(
        "g",
        { class: "span ectasia" },
        svg("rect", {
            x: from,
            y: top,
            width: Math.max(2, to - from),
            height: axes.height - PLOT_MARGIN.bottom - top,
        }),
        svg("text", { x: (from + to) / 2, y: top + 13 }, `\u00d7\u2009${ectasia.ratio.toFixed(1)}`),
    );
}

/**
 * @param {Vessel} vessel
 * @param {Axes} axes
 * @param {string} unit
 * @param {Finding[]} findings
 * @param {Finding | null} chosen
 */
function drawPlot(vessel, axes, unit, findings, chosen) {
    return [
        drawAxes(axes, unit),
        ...vessel.ectasias.map((ectasia) => drawEctasiaSpan(vessel, axes, ectasia)),
        ...findings.map((finding) => drawSpan(vessel, axes, finding, sameFinding(finding, chosen))),
        svg("path", { class: "band", d: bandPath(vessel, axes) }),
        svg("path", {
            class: "reference",
            d: pathThrough(curve(vessel, axes, (i) => vessel.reference?.[i])),
        }),
        svg("path", { class: "diameter", d: pathThrough(curve(vessel, axes, (i) => vessel.diameter?.[i])) }),
    ];
}

/**
 * Findings of one vessel.
 * @param {Frame} frame
 * @param {number} vessel
 * @param {boolean} others whether those that are no lesions count
 */
function findingsOn(frame, vessel, others) {
    return [...(others ? otherNarrowingsOf(frame) : []), ...lesionsOf(frame)].filter(
        (finding) => finding.vessel === vessel,
    );
}

/** @param {Vessel} vessel */
function kinship(vessel) {
    if (vessel.order === 0) return ", main";
    return vessel.parent === null ? "" : `, branch of ${vessel.parent}`;
}

/** @param {Frame} frame @param {number} index */
function vesselTitle(frame, index) {
    const vessel = frame.vessels[index];
    const lesions = findingsOn(frame, index, false).length;
    const length = amount(vessel.length, frame.unit === "mm" ? 1 : 0, frame.unit);
    return `Vessel ${vessel.id}${kinship(vessel)} \u00b7 ${length}${lesions ? ` \u00b7 ${counted(lesions, "lesion")}` : ""}`;
}
