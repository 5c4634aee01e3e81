"use strict";

/**
 * What fingers and mice mean on the picture: a click chooses, one pointer pans or drags the marker, two zoom.
 *
 * @typedef {object} PointerActions
 * @property {(event: {clientX: number, clientY: number}) => Point} place
 * @property {(dx: number, dy: number) => void} pan in pixels of the screen
 * @property {(factor: number, at: Point) => void} zoom
 * @property {(at: Point) => void} choose
 * @property {(at: Point) => boolean} grip whether the marker is taken there
 * @property {(at: Point) => void} drag moves the marker
 */

/** Movement in pixels of the screen below which a press is a click. */
const CLICK_SLACK = 4;

/** @param {SVGSVGElement} stage @param {PointerActions} actions */
function listenToPointers(stage, actions) {
    /** @type {Map<number, {clientX: number, clientY: number}>} */
    const pressed = new Map();
    let travelled = 0;
    let gripped = false;

    stage.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        stage.setPointerCapture(event.pointerId);
        if (pressed.size === 0) travelled = 0;
        pressed.set(event.pointerId, { clientX: event.clientX, clientY: event.clientY });
        gripped = pressed.size === 1 && actions.grip(actions.place(event));
    });
    stage.addEventListener("pointermove", (event) => {
        const before = pressed.get(event.pointerId);
        if (!before) return;
        const other = [...pressed.entries()].find(([id]) => id !== event.pointerId)?.[1];
        const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
        travelled += Math.hypot(dx, dy);
        pressed.set(event.pointerId, { clientX: event.clientX, clientY: event.clientY });
        if (travelled <= CLICK_SLACK) return;
        if (other) pinch(actions, before, event, other);
        else if (gripped) actions.drag(actions.place(event));
        else actions.pan(dx, dy);
    });
    stage.addEventListener("pointerup", (event) => {
        if (!pressed.delete(event.pointerId)) return;
        if (travelled <= CLICK_SLACK && pressed.size === 0) actions.choose(actions.place(event));
    });
    stage.addEventListener("pointercancel", (event) => pressed.delete(event.pointerId));
    stage.addEventListener("dblclick", (event) => actions.zoom(2, actions.place(event)));
    stage.addEventListener(
        "wheel",
        (event) => {
            // The page scrolls over the picture unless a person has asked for the picture, by a key or by a click.
            if (!event.ctrlKey && !event.metaKey && document.activeElement !== stage) return;
            event.preventDefault();
            actions.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), actions.place(event));
        },
        { passive: false },
    );
}

/**
 * @typedef {{clientX: number, clientY: number}} Place
 * @param {PointerActions} actions @param {Place} before @param {Place} after @param {Place} other the finger that rests
 */
function pinch(actions, before, after, other) {
    const apart = (/** @type {Place} */ place) =>
        Math.hypot(place.clientX - other.clientX, place.clientY - other.clientY);
    const middle = {
        clientX: (after.clientX + other.clientX) / 2,
        clientY: (after.clientY + other.clientY) / 2,
    };
    actions.zoom(apart(after) / Math.max(apart(before), 1), actions.place(middle));
}
