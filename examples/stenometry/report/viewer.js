"use strict";

/** The picture with what was found on it: zoom, pan, and a marker that the diameter plot shares. */

const LAYERS = [
    { key: "lesions", label: "Lesions" },
    { key: "walls", label: "Walls" },
    { key: "centerlines", label: "Centerlines" },
    { key: "catheter", label: "Catheter" },
    { key: "narrowings", label: "Other narrowings" },
];
const ZOOM_STEP = 1.5;
/** Pixels of the screen from a vessel or the marker within which a press means it. */
const REACH = 12;

/** @returns {Record<string, boolean>} */
function layersAtFirst() {
    return { lesions: true, walls: true, centerlines: true, catheter: true, narrowings: false };
}

/**
 * The lesion of a vessel between whose borders a sample lies.
 * @param {Frame} frame
 * @param {{vessel: number, sample: number}} place
 */
function findingAround(frame, { vessel, sample }) {
    return (
        lesionsOf(frame).find(
            (finding) =>
                finding.vessel === vessel &&
                sample >= finding.narrowing.proximal_index &&
                sample <= finding.narrowing.distal_index,
        ) ?? null
    );
}

/** @param {Frame} frame */
function describe(frame) {
    const lesions = counted(lesionsOf(frame).length, "lesion");
    return `X-ray angiogram, ${counted(frame.vessels.length, "vessel")}, ${lesions}; the table lists them`;
}

class Viewer {
    /** @param {Store} store @param {Frame[]} frames */
    constructor(store, frames) {
        this.store = store;
        this.frames = frames;
        this.image = svg("image", { class: "angiogram", preserveAspectRatio: "none" });
        this.findings = svg("g", { class: "findings" });
        this.names = svg("g", { class: "names" });
        this.marker = svg("g", { class: "marker" });
        this.stage = svg(
            "svg",
            { class: "stage", role: "group", tabindex: 0, "aria-describedby": "viewer-help" },
            this.image,
            this.findings,
            this.names,
            this.marker,
        );
        this.scale = html("output", { class: "scale", "aria-label": "Magnification" });
        this.missing = html("p", { class: "missing", hidden: true });
        this.camera = this.whole;
        this.listen();
        this.showFrame();
        this.showFindings();
        this.show(this.whole);
    }

    get frame() {
        return this.frames[this.store.state.frame];
    }

    get whole() {
        return wholeOf(this.frame);
    }

    /** Pixels of the frame in one of the screen. */
    get unit() {
        return this.camera.width / (this.stage.clientWidth || this.camera.width);
    }

    get isEnlarged() {
        return magnification(this.camera, this.whole) > 1.001;
    }

    /** @param {HTMLElement | null} under what stands right below the picture */
    node(under) {
        return html(
            "section",
            { class: "viewer", "aria-label": "Picture" },
            html("div", { class: "stage-frame" }, this.stage, this.missing),
            under,
            html(
                "div",
                { class: "tools" },
                this.zoomButtons(),
                layerButtons(this.store),
                windowing(this.image),
            ),
            html(
                "p",
                { class: "hint", id: "viewer-help" },
                "Click a vessel to move along it. Drag to pan; Ctrl + wheel, pinch or + and \u2212 to zoom, 0 to fit; n and p for the next lesion and the one before.",
            ),
        );
    }

    zoomButtons() {
        const button = (
            /** @type {string} */ name,
            /** @type {string} */ text,
            /** @type {() => void} */ action,
        ) => html("button", { type: "button", "aria-label": name, click: action }, text);
        return html(
            "div",
            { class: "group", role: "group", "aria-label": "Magnify" },
            button("Zoom in", "+", () => this.zoom(ZOOM_STEP)),
            button("Zoom out", "\u2212", () => this.zoom(1 / ZOOM_STEP)),
            button("Fit the whole picture", "Fit", () => this.show(this.whole)),
            button("Zoom to lesion", "To lesion", () => this.closeUpOfFinding()),
            this.scale,
        );
    }

    listen() {
        listenToPointers(this.stage, this);
        const step = (/** @type {number} */ x, /** @type {number} */ y) => () =>
            this.show(panned(this.camera, this.whole, x * this.camera.width, y * this.camera.height));
        listenToKeys(this.stage, {
            "+": () => this.zoom(ZOOM_STEP),
            "=": () => this.zoom(ZOOM_STEP),
            "-": () => this.zoom(1 / ZOOM_STEP),
            0: () => this.show(this.whole),
            ArrowLeft: step(-0.1, 0),
            ArrowRight: step(0.1, 0),
            ArrowUp: step(0, -0.1),
            ArrowDown: step(0, 0.1),
            ...lesionKeys(this.store, this.frames),
        });
        new ResizeObserver(() => this.show(this.camera)).observe(this.stage);
        this.store.subscribe((state, before) => this.update(state, before));
    }

    /** @param {State} state @param {State} before */
    update(state, before) {
        if (state.frame !== before.frame) this.showFrame();
        if (
            state.frame !== before.frame ||
            state.vessel !== before.vessel ||
            state.layers !== before.layers ||
            state.finding !== before.finding
        )
            this.showFindings();
        this.show(this.camera);
    }

    /** @param {Camera} camera */
    show(camera) {
        this.camera = camera;
        this.stage.setAttribute("viewBox", `${camera.x} ${camera.y} ${camera.width} ${camera.height}`);
        this.stage.classList.toggle("enlarged", this.isEnlarged);
        this.scale.textContent = `${magnification(camera, this.whole).toFixed(1)}\u00d7`;
        this.names.replaceChildren(...drawNames(this.frame, this.store.state, camera, this.unit));
        this.marker.replaceChildren(...drawMarker(this.frame, this.store.state, this.unit));
    }

    showFindings() {
        this.findings.replaceChildren(...drawFindings(this.frame, this.store.state));
    }

    showFrame() {
        const { width, height, picture, picture_missing: why } = this.frame;
        furnish(this.image, { x: -0.5, y: -0.5, width, height, href: picture }, []);
        if (!picture) this.image.removeAttribute("href");
        this.missing.hidden = Boolean(picture);
        this.missing.textContent = `The picture is not shown: ${why ?? "there is none"}.`;
        this.stage.setAttribute("aria-label", describe(this.frame));
        this.stage.style.setProperty("--aspect", String(width / height));
        this.camera = fitted(this.camera, this.whole);
    }

    /** @param {{clientX: number, clientY: number}} event @returns {Point} */
    place(event) {
        const box = this.stage.getBoundingClientRect();
        return [
            this.camera.x + ((event.clientX - box.left) / box.width) * this.camera.width,
            this.camera.y + ((event.clientY - box.top) / box.height) * this.camera.height,
        ];
    }

    /** @param {number} factor @param {Point} [at] */
    zoom(factor, at = middleOf(this.camera)) {
        this.show(zoomed(this.camera, this.whole, factor, at));
    }

    /** @param {number} dx @param {number} dy in pixels of the screen */
    pan(dx, dy) {
        this.show(panned(this.camera, this.whole, -dx * this.unit, -dy * this.unit));
    }

    closeUpOfFinding() {
        const { finding } = this.store.state;
        if (finding) this.show(closeUp(this.whole, finding.narrowing.mld_at_px, this.whole.width / 4));
    }

    /** @param {Point} at */
    choose(at) {
        const hit = vesselAt(this.frame, at, REACH * this.unit);
        if (hit)
            this.store.set({
                vessel: hit.vessel,
                sample: hit.sample,
                finding: findingAround(this.frame, hit),
            });
    }

    /**
     * Whether a press there takes the marker.
     * @param {Point} at
     */
    grip(at) {
        const point = markedPoint(this.frame, this.store.state);
        return point !== null && distance(point, at) < REACH * this.unit;
    }

    /**
     * The marker follows, on its vessel.
     * @param {Point} at
     */
    drag(at) {
        const { vessel } = this.store.state;
        if (vessel !== null) this.store.set({ sample: nearestSample(this.frame.vessels[vessel], at).sample });
    }
}

/**
 * Lesions one after the other, where the picture or the curve has the focus.
 * @param {Store} store
 * @param {Frame[]} frames
 */
function lesionKeys(store, frames) {
    const step = (/** @type {number} */ by) => {
        const lesions = lesionsOf(frames[store.state.frame]);
        const now = lesions.findIndex((lesion) => sameFinding(lesion, store.state.finding));
        if (lesions.length)
            store.set(
                selecting(lesions[(Math.max(now, by < 0 ? 0 : -1) + by + lesions.length) % lesions.length]),
            );
    };
    return { n: () => step(1), p: () => step(-1) };
}

/** @param {Store} store */
function layerButtons(store) {
    const buttons = LAYERS.map(({ key, label }) =>
        html(
            "button",
            {
                type: "button",
                class: `layer ${key}`,
                "data-layer": key,
                click: () =>
                    store.set({ layers: { ...store.state.layers, [key]: !store.state.layers[key] } }),
            },
            label,
        ),
    );
    const press = () => {
        for (const button of buttons)
            button.setAttribute("aria-pressed", String(store.state.layers[button.dataset.layer ?? ""]));
    };
    store.subscribe(press);
    press();
    return html("div", { class: "group", role: "group", "aria-label": "Show" }, ...buttons);
}

/**
 * Brightness and contrast of the picture alone; a double click undoes.
 * @param {SVGElement} image
 */
function windowing(image) {
    const slider = (/** @type {string} */ label, /** @type {string} */ property) => {
        const input = html("input", { type: "range", min: 50, max: 200, value: 100, step: 5 });
        const apply = () => image.style.setProperty(property, `${input.value}%`);
        input.addEventListener("input", apply);
        input.addEventListener("dblclick", () => {
            input.value = "100";
            apply();
        });
        return html("label", {}, label, input);
    };
    return html(
        "div",
        { class: "group windowing", role: "group", "aria-label": "Window" },
        slider("Brightness", "--brightness"),
        slider("Contrast", "--contrast"),
    );
}

/**
 * @param {Element} node
 * @param {Record<string, () => void>} actions what each key does
 */
function listenToKeys(node, actions) {
    node.addEventListener("keydown", (event) => {
        const { key, ctrlKey, metaKey, altKey } = /** @type {KeyboardEvent} */ (event);
        const action = ctrlKey || metaKey || altKey ? undefined : actions[key];
        if (!action) return;
        event.preventDefault();
        action();
    });
}
