"use strict";

/** The part of the picture that is seen, in pixels of the frame. The centre of the first pixel is (0, 0). */

const GREATEST_ZOOM = 16;

/** @param {Frame} frame @returns {Camera} */
function wholeOf(frame) {
    return { x: -0.5, y: -0.5, width: frame.width, height: frame.height };
}

/**
 * Kept within the picture.
 * @param {Camera} camera
 * @param {Camera} whole
 * @returns {Camera}
 */
function within(camera, whole) {
    return {
        ...camera,
        x: clamp(camera.x, whole.x, whole.x + whole.width - camera.width),
        y: clamp(camera.y, whole.y, whole.y + whole.height - camera.height),
    };
}

/**
 * Enlarged by `factor`, while what is at `at` stays where it is.
 * @param {Camera} camera @param {Camera} whole @param {number} factor @param {Point} at @returns {Camera}
 */
function zoomed(camera, whole, factor, at) {
    const width = clamp(camera.width / factor, whole.width / GREATEST_ZOOM, whole.width);
    const part = width / camera.width;
    const moved = {
        x: at[0] - part * (at[0] - camera.x),
        y: at[1] - part * (at[1] - camera.y),
        width,
        height: camera.height * part,
    };
    return within(moved, whole);
}

/**
 * @param {Camera} camera
 * @param {Camera} whole
 * @param {number} dx
 * @param {number} dy
 * @returns {Camera}
 */
function panned(camera, whole, dx, dy) {
    return within({ ...camera, x: camera.x + dx, y: camera.y + dy }, whole);
}

/**
 * With `at` in the middle, `width` pixels wide.
 * @param {Camera} whole
 * @param {Point} at
 * @param {number} width
 * @returns {Camera}
 */
function closeUp(whole, at, width) {
    const seen = clamp(width, whole.width / GREATEST_ZOOM, whole.width);
    const high = (seen * whole.height) / whole.width;
    return within({ x: at[0] - seen / 2, y: at[1] - high / 2, width: seen, height: high }, whole);
}

/** @param {Camera} camera @param {Camera} whole */
function magnification(camera, whole) {
    return whole.width / camera.width;
}

/** @param {Camera} camera @returns {Point} */
function middleOf(camera) {
    return [camera.x + camera.width / 2, camera.y + camera.height / 2];
}

/**
 * As far as it can stay as it is over another picture.
 * @param {Camera} camera
 * @param {Camera} whole
 * @returns {Camera}
 */
function fitted(camera, whole) {
    const sameShape =
        Math.abs(camera.width * whole.height - camera.height * whole.width) <
        1e-6 * whole.width * whole.height;
    return sameShape && camera.width <= whole.width ? within(camera, whole) : whole;
}
