"use strict";

/** The chosen lesion in detail. */

/** @param {number | null} value */
function percentage(value) {
    return known(value) ? amount(value, 0, "%") : "not measured";
}

/** @param {boolean | null} value */
function yesOrNo(value) {
    return value === null ? "not known" : value ? "yes" : "no";
}

/**
 * @param {Frame} frame
 * @param {Finding} finding
 * @returns {[string, string][]}
 */
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
        ["Place", placeText(narrowing, frame.unit) || "not known"],
        ...(narrowing.gap
            ? [
                  /** @type {[string, string]} */ ([
                      "No lumen seen over",
                      amount(narrowing.gap.length, 1, frame.unit),
                  ]),
                  /** @type {[string, string]} */ ([
                      "Stump, filling again",
                      `${amount(narrowing.gap.stump_diameter, 1, frame.unit)}, ${amount(narrowing.gap.filling_diameter, 1, frame.unit)}`,
                  ]),
              ]
            : []),
        ...(narrowing.ostial ? [/** @type {[string, string]} */ (["Ostial", "yes"])] : []),
    ];
}

/**
 * @param {Frame} frame
 * @param {Finding} finding
 * @returns {Node[]}
 */
function detailsPanel(frame, finding) {
    const { narrowing, number } = finding;
    const title = `${number ? `Lesion ${number}` : "Narrowing"} \u00b7 ${percentText(narrowing)} diameter stenosis`;
    const warnings = warningsOf(frame, finding);
    return [
        html("h2", {}, title),
        ...(narrowing.reason
            ? [html("p", { class: "why" }, `Not measured in full: ${words(narrowing.reason)}.`)]
            : []),
        ...(warnings.length
            ? [
                  html(
                      "ul",
                      { class: "cautions" },
                      ...warnings.map((warning) => html("li", {}, sentenceCase(messageOf(warning)))),
                  ),
              ]
            : []),
        html(
            "dl",
            { class: "details" },
            ...detailsOf(frame, finding).map(([name, value]) =>
                html("div", {}, html("dt", {}, name), html("dd", {}, value)),
            ),
        ),
    ];
}

/**
 * The chosen lesion in detail.
 * @param {Store} store
 * @param {Frame[]} frames
 */
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
