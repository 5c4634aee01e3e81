"use strict";

/** The plot on the page, and what is read at the marker. */

/**
 * How much narrower than the reference.
 * @param {Vessel} vessel
 * @param {number} index
 */
function narrowingAt(vessel, index) {
    const diameter = vessel.diameter?.[index];
    const reference = vessel.reference?.[index];
    return known(diameter) && known(reference) && reference > 0 ? 100 * (1 - diameter / reference) : null;
}

/**
 * What is read at a sample: names, values, intervals.
 * @param {Frame} frame
 * @param {Vessel} vessel
 * @param {number} index
 * @returns {[string, string, string][]}
 */
function readingsAt({ unit }, vessel, index) {
    const decimals = decimalsOf(unit);
    const narrowing = narrowingAt(vessel, index);
    return [
        ["Position", amount(vessel.position?.[index], 1, unit), ""],
        [
            "Diameter",
            amount(vessel.diameter?.[index], decimals, unit),
            range(diameterInterval(vessel, index), decimals),
        ],
        ["Reference", amount(vessel.reference?.[index], decimals, unit), ""],
        ["Narrowing", known(narrowing) ? amount(Math.round(narrowing) + 0, 0, "%") : "not measured", ""],
    ];
}

/**
 * The sample nearest to a position along the vessel.
 * @param {Vessel} vessel
 * @param {number} position
 */
function sampleAtPosition(vessel, position) {
    const positions = vessel.position ?? [];
    let best = 0;
    positions.forEach((value, index) => {
        if (Math.abs((value ?? Infinity) - position) < Math.abs((positions[best] ?? Infinity) - position))
            best = index;
    });
    return best;
}

/** The plot that answers to mouse, finger and keys, and follows the picture. */
class PlotView {
    /** @param {Store} store @param {Frame[]} frames */
    constructor(store, frames) {
        this.store = store;
        this.frames = frames;
        this.curves = svg("g");
        this.marker = svg("g", { class: "marker" });
        this.plot = svg(
            "svg",
            { class: "plot", tabindex: 0, role: "slider", "aria-label": "Place along the vessel" },
            this.curves,
            this.marker,
        );
        this.choice = html("select", { "aria-label": "Vessel", change: () => this.chooseVessel() });
        this.name = html("span", { class: "paper" });
        this.legend = plotLegend();
        this.readings = html("dl", { class: "readings" });
        this.nothing = html("p", { class: "nothing", hidden: true });
        /** @type {Axes | null} */
        this.axes = null;
        this.listen();
        this.showVessels();
        this.draw();
    }

    get frame() {
        return this.frames[this.store.state.frame];
    }

    get vessel() {
        const { vessel } = this.store.state;
        return vessel === null ? null : this.frame.vessels[vessel];
    }

    get node() {
        return html(
            "section",
            { class: "curve", "aria-label": "Diameter along the vessel" },
            html("div", { class: "curve-head" }, html("h2", {}, "Diameter along", this.name), this.choice),
            this.plot,
            this.nothing,
            this.legend,
            this.readings,
        );
    }

    listen() {
        this.plot.addEventListener("pointermove", (event) => this.follow(event));
        this.plot.addEventListener("pointerdown", (event) => this.follow(event));
        const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -20, PageUp: 20 };
        listenToKeys(this.plot, {
            ...Object.fromEntries(Object.entries(steps).map(([key, by]) => [key, () => this.moveBy(by)])),
            Home: () => this.moveTo(0),
            End: () => this.moveTo(Infinity),
            ...lesionKeys(this.store, this.frames),
        });
        new ResizeObserver(() => this.draw()).observe(this.plot);
        this.store.subscribe((state, before) => this.update(state, before));
    }

    /** @param {State} state @param {State} before */
    update(state, before) {
        if (state.frame !== before.frame) this.showVessels();
        const redrawn = ["frame", "vessel", "layers", "finding"].some(
            (key) => state[/** @type {keyof State} */ (key)] !== before[/** @type {keyof State} */ (key)],
        );
        if (redrawn) this.draw();
        else this.showMarker();
    }

    chooseVessel() {
        const vessel = Number(this.choice.value);
        const worst = severest(findingsOn(this.frame, vessel, false));
        this.store.set(worst ? selecting(worst) : { vessel, sample: 0, finding: null });
    }

    /** @param {number} sample */
    moveTo(sample) {
        const { vessel } = this;
        const last = (vessel?.position?.length ?? 0) - 1;
        if (last >= 0) this.store.set({ sample: clamp(sample, 0, last) });
    }

    /** @param {number} samples */
    moveBy(samples) {
        this.moveTo((this.store.state.sample ?? 0) + samples);
    }

    /** @param {PointerEvent} event */
    follow(event) {
        const { vessel, axes } = this;
        if (!vessel || !axes) return;
        const { left, right } = PLOT_MARGIN;
        const box = this.plot.getBoundingClientRect();
        const part = (event.clientX - box.left - left) / (axes.width - left - right);
        this.moveTo(sampleAtPosition(vessel, clamp(part, 0, 1) * axes.length));
    }

    showVessels() {
        this.choice.replaceChildren(
            ...this.frame.vessels.map((_, index) =>
                html("option", { value: index }, vesselTitle(this.frame, index)),
            ),
        );
        this.choice.disabled = this.frame.vessels.length === 0;
    }

    draw() {
        const { vessel, frame } = this;
        const drawable = Boolean(vessel?.position?.length && greatest(vessel.diameter) > 0);
        for (const part of [this.plot, this.legend, this.readings]) part.toggleAttribute("hidden", !drawable);
        this.nothing.hidden = drawable;
        this.choice.hidden = !vessel;
        this.nothing.textContent = !vessel
            ? "There is no vessel in this frame."
            : `This vessel was not measured${vessel.reason ? `: ${words(vessel.reason)}` : ""}.`;
        this.choice.value = String(this.store.state.vessel);
        this.name.textContent = ` ${this.choice.selectedOptions[0]?.textContent ?? ""}`;
        if (vessel && drawable) {
            this.axes = axesOf(vessel, this.plot.clientWidth || 480, this.plot.clientHeight || 260);
            this.plot.setAttribute("viewBox", `0 0 ${this.axes.width} ${this.axes.height}`);
            const { state } = this.store;
            const findings = findingsOn(frame, /** @type {number} */ (state.vessel), state.layers.narrowings);
            this.curves.replaceChildren(...drawPlot(vessel, this.axes, frame.unit, findings, state.finding));
        }
        this.showMarker();
    }

    showMarker() {
        const { vessel, axes } = this;
        const { sample } = this.store.state;
        const position = vessel && sample !== null ? vessel.position?.[sample] : null;
        if (!vessel || !axes || sample === null || !known(position)) {
            this.marker.replaceChildren();
            this.readings.replaceChildren();
            return;
        }
        const diameter = vessel.diameter?.[sample];
        const line = `M${axes.x(position)} ${PLOT_MARGIN.top}V${axes.height - PLOT_MARGIN.bottom}`;
        this.marker.replaceChildren(svg("path", { d: line }));
        if (known(diameter))
            this.marker.append(svg("circle", { cx: axes.x(position), cy: axes.y(diameter), r: 5 }));
        this.tell(readingsAt(this.frame, vessel, sample), position, axes.length);
    }

    /**
     * @param {[string, string, string][]} readings
     * @param {number} position
     * @param {number} length
     */
    tell(readings, position, length) {
        this.readings.replaceChildren(
            ...readings.map(([name, value, within]) =>
                html(
                    "div",
                    {},
                    html("dt", {}, name),
                    html(
                        "dd",
                        {},
                        value,
                        within
                            ? html("span", { class: "interval" }, unseen("95\u00a0% interval "), within)
                            : null,
                    ),
                ),
            ),
        );
        furnish(
            this.plot,
            {
                "aria-valuemin": 0,
                "aria-valuemax": length.toFixed(1),
                "aria-valuenow": position.toFixed(1),
                "aria-valuetext": readings.map(([name, value]) => `${name} ${value}`).join(", "),
            },
            [],
        );
    }
}

function plotLegend() {
    const entry = (/** @type {string} */ kind, /** @type {string} */ text) =>
        html(
            "li",
            {},
            svg(
                "svg",
                { viewBox: "0 0 24 10", "aria-hidden": true, class: "plot" },
                kind === "band"
                    ? svg("rect", { class: kind, width: 24, height: 10 })
                    : svg("path", { class: kind, d: "M0 5H24" }),
            ),
            text,
        );
    return html(
        "ul",
        { class: "legend" },
        entry("diameter", "diameter"),
        entry("band", "95\u00a0% interval"),
        entry("reference", "reference diameter"),
    );
}
