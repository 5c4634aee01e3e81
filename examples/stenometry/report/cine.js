"use strict";

/** The slider through the frames of a cine, over bars of the severest lesion in each. */

/** Frames a second that eyes follow without missing a lesion. */
const PLAYED_FRAMES_PER_SECOND = 5;

/** @param {Frame} frame */
function frameText(frame) {
    return `frame ${frame.frame} of ${frame.frames}`;
}

/** @param {Frame[]} frames */
function severityBars(frames) {
    const width = 100 / frames.length;
    const bars = frames.map((frame, index) => {
        const worst = severest(lesionsOf(frame));
        const high = worst ? clamp(severity(worst.narrowing), 2, 100) : 0;
        return (
            worst &&
            svg("rect", {
                class: severityClass(worst.narrowing),
                x: index * width + 0.1 * width,
                width: 0.8 * width,
                y: 100 - high,
                height: high,
            })
        );
    });
    return svg(
        "svg",
        { class: "bars", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": true },
        ...bars,
    );
}

/** @param {Store} store @param {Frame[]} frames */
function createCineBar(store, frames) {
    const show = (/** @type {number} */ index) => {
        const frame = clamp(index, 0, frames.length - 1);
        if (frame !== store.state.frame) store.set({ frame, ...entryFrom(store.state, frames[frame]) });
    };
    const slider = html("input", {
        type: "range",
        min: 0,
        max: frames.length - 1,
        step: 1,
        "aria-label": "Frame",
    });
    slider.addEventListener("input", () => show(Number(slider.value)));
    const label = html("output", { class: "frame-name" });
    const play = playButton(() => show((store.state.frame + 1) % frames.length));
    const follow = () => {
        const text = frameText(frames[store.state.frame]);
        slider.value = String(store.state.frame);
        slider.setAttribute("aria-valuetext", text);
        label.textContent =
            frames.length === frames[0].frames
                ? text
                : `${text}; ${store.state.frame + 1} of the ${frames.length} analysed`;
    };
    store.subscribe(follow);
    follow();
    return html(
        "section",
        { class: "cine", "aria-label": "Frames" },
        html("div", { class: "track" }, severityBars(frames), slider),
        html(
            "div",
            { class: "group" },
            html(
                "button",
                { type: "button", "aria-label": "Previous frame", click: () => show(store.state.frame - 1) },
                "\u2039",
            ),
            play,
            html(
                "button",
                { type: "button", "aria-label": "Next frame", click: () => show(store.state.frame + 1) },
                "\u203a",
            ),
            label,
        ),
    );
}

/** @param {() => void} step */
function playButton(step) {
    let timer = 0;
    const button = html("button", { type: "button", class: "play" }, "Play");
    button.addEventListener("click", () => {
        window.clearInterval(timer);
        timer = timer ? 0 : window.setInterval(step, 1000 / PLAYED_FRAMES_PER_SECOND);
        button.textContent = timer ? "Stop" : "Play";
    });
    return button;
}
