"use strict";

/** What lies over the picture, in pixels of the frame. */

/**
 * A path through points, with a gap where one is missing.
 * @param {Points | undefined} points
 */
function pathThrough(points) {
    let path = "";
    let pen = "M";
    for (const point of points ?? []) {
        if (point) path += `${pen}${point[0]} ${point[1]}`;
        pen = point ? "L" : "M";
    }
    return path;
}

/** @param {Points} points @param {Narrowing | Ectasia} lesion */
function stretch(points, lesion) {
    return (points ?? []).slice(lesion.proximal_index, lesion.distal_index + 1);
}

/**
 * The lumen between the borders of a lesion.
 * @param {Vessel} vessel
 * @param {Narrowing | Ectasia} lesion
 */
function lumenPath(vessel, lesion) {
    const left = stretch(vessel.left_wall_px, lesion).filter(Boolean);
    const right = stretch(vessel.right_wall_px, lesion).filter(Boolean).reverse();
    return left.length && right.length ? `${pathThrough([...left, ...right])}Z` : "";
}

/**
 * The two walls at a sample, where both are known.
 * @param {Vessel} vessel
 * @param {number} index
 * @returns {[Point, Point] | null}
 */
function wallsAt(vessel, index) {
    const left = vessel.left_wall_px?.[index];
    const right = vessel.right_wall_px?.[index];
    return left && right ? [left, right] : null;
}

/**
 * @param {Vessel} vessel
 * @param {number} index
 * @param {string} kind
 */
function crossLine(vessel, index, kind) {
    const walls = wallsAt(vessel, index);
    return walls && svg("path", { class: kind, d: pathThrough(walls) });
}

/**
 * @param {Vessel} vessel
 * @param {boolean} chosen
 * @param {Record<string, boolean>} layers
 */
function drawVessel(vessel, chosen, layers) {
    const walls = pathThrough(vessel.left_wall_px) + pathThrough(vessel.right_wall_px);
    return svg(
        "g",
        { class: chosen ? "vessel chosen" : "vessel" },
        layers.centerlines && svg("path", { class: "centerline", d: pathThrough(vessel.centerline_px) }),
        layers.walls && svg("path", { class: "wall-shade", d: walls }),
        layers.walls && svg("path", { class: "wall", d: walls }),
    );
}

/**
 * @param {Frame} frame
 * @param {Finding} finding
 * @param {boolean} chosen
 */
function drawFinding(frame, finding, chosen) {
    const vessel = frame.vessels[finding.vessel];
    const { narrowing } = finding;
    return svg(
        "g",
        { class: `finding ${severityClass(narrowing)}${chosen ? " chosen" : ""}` },
        svg("path", { class: "lumen", d: lumenPath(vessel, narrowing) }),
        crossLine(vessel, narrowing.mld_index, "mld"),
    );
}

/** @param {Vessel} vessel */
function drawEctasias(vessel) {
    return vessel.ectasias.map((ectasia) =>
        svg(
            "g",
            { class: "finding ectasia" },
            svg("path", { class: "lumen", d: lumenPath(vessel, ectasia) }),
            crossLine(vessel, ectasia.max_index, "mld"),
        ),
    );
}

/** @param {Frame} frame */
function drawCatheter(frame) {
    if (!frame.catheter) return [];
    const [x, y] = frame.catheter.tip_at_px;
    return [
        svg(
            "g",
            { class: "catheter" },
            svg("path", { d: pathThrough(frame.catheter.centerline_px) }),
            svg("circle", { cx: x, cy: y, r: 3 }),
        ),
    ];
}

/**
 * Everything but names and marker.
 * @param {Frame} frame
 * @param {State} state
 */
function drawFindings(frame, state) {
    const { layers } = state;
    const findings = [
        ...(layers.narrowings ? otherNarrowingsOf(frame) : []),
        ...(layers.lesions ? lesionsOf(frame) : []),
    ];
    return [
        ...(layers.catheter ? drawCatheter(frame) : []),
        ...frame.vessels.map((vessel, index) => drawVessel(vessel, index === state.vessel, layers)),
        ...(layers.lesions ? frame.vessels.flatMap(drawEctasias) : []),
        ...findings.map((finding) => drawFinding(frame, finding, sameFinding(finding, state.finding))),
    ];
}

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/** @param {Box} a @param {Box} b */
function overlap(a, b) {
    return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/**
 * Places for a name around a lesion, the nearest first.
 * @param {Point} at
 * @param {number} width
 * @param {number} height
 * @param {number} gap
 * @returns {Box[]}
 */
function placesAround(at, width, height, gap) {
    const directions = [
        [1, -1],
        [1, 1],
        [-1, -1],
        [-1, 1],
        [1, 0],
        [-1, 0],
        [0, -1],
        [0, 1],
    ];
    return [1, 2, 3.5].flatMap((far) =>
        directions.map(([dx, dy]) => ({
            x: at[0] + dx * gap * far + (dx - 1) * 0.5 * width,
            y: at[1] + dy * gap * far + (dy - 1) * 0.5 * height,
            width,
            height,
        })),
    );
}

/** @param {Box} box @param {Camera} camera */
function isSeen(box, camera) {
    return (
        box.x >= camera.x &&
        box.y >= camera.y &&
        box.x + box.width <= camera.x + camera.width &&
        box.y + box.height <= camera.y + camera.height
    );
}

/**
 * Where a line from a name to its lesion begins.
 * @param {Box} box
 * @param {Point} at
 * @returns {Point}
 */
function nearestOf(box, at) {
    return [clamp(at[0], box.x, box.x + box.width), clamp(at[1], box.y, box.y + box.height)];
}

/**
 * Names of lesions beside them, of one size on the screen however far the picture is enlarged.
 * @param {Frame} frame @param {State} state @param {Camera} camera @param {number} unit pixels of the frame in one of the screen
 */
function drawNames(frame, state, camera, unit) {
    if (!state.layers.lesions) return [];
    /** @type {Box[]} */
    const taken = lesionsOf(frame).map(
        ({
            narrowing: {
                mld_at_px: [x, y],
            },
        }) => ({ x: x - 8 * unit, y: y - 8 * unit, width: 16 * unit, height: 16 * unit }),
    );
    return lesionsOf(frame).map((finding) => {
        const at = finding.narrowing.mld_at_px;
        const name = `${finding.number}\u2002${percentText(finding.narrowing)}`;
        const places = placesAround(at, (name.length * 7.4 + 12) * unit, 21 * unit, 15 * unit);
        const free = places.filter(
            (box) => isSeen(box, camera) && !taken.some((other) => overlap(box, other)),
        );
        const box = free[0] ?? places[0];
        taken.push(box);
        return drawName(finding, name, box, unit, sameFinding(finding, state.finding));
    });
}

/**
 * @param {Finding} finding
 * @param {string} name
 * @param {Box} box
 * @param {number} unit
 * @param {boolean} chosen
 */
function drawName(finding, name, box, unit, chosen) {
    const at = finding.narrowing.mld_at_px;
    return svg(
        "g",
        { class: `name ${severityClass(finding.narrowing)}${chosen ? " chosen" : ""}` },
        svg("path", { class: "leader", d: pathThrough([nearestOf(box, at), at]) }),
        svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 4 * unit }),
        svg("text", { x: box.x + box.width / 2, y: box.y + 15 * unit, "font-size": 13 * unit }, name),
    );
}

/**
 * Where the marker is.
 * @param {Frame} frame
 * @param {State} state
 * @returns {Point | null}
 */
function markedPoint(frame, { vessel, sample }) {
    if (vessel === null || sample === null) return null;
    return frame.vessels[vessel].centerline_px?.[sample] ?? null;
}

/**
 * @param {Frame} frame
 * @param {State} state
 * @param {number} unit
 */
function drawMarker(frame, state, unit) {
    const at = markedPoint(frame, state);
    if (!at || state.vessel === null || state.sample === null) return [];
    const circle = (/** @type {string} */ kind) =>
        svg("circle", { class: kind, cx: at[0], cy: at[1], r: 6 * unit });
    const across = crossLine(frame.vessels[state.vessel], state.sample, "cross");
    return [...(across ? [across] : []), circle("halo"), circle("dot")];
}

/**
 * The point of a vessel nearest to a place.
 * @param {Vessel} vessel
 * @param {Point} at
 */
function nearestSample(vessel, at) {
    let sample = -1;
    let apart = Infinity;
    (vessel.centerline_px ?? []).forEach((point, index) => {
        const d = point ? distance(point, at) : Infinity;
        if (d < apart) [sample, apart] = [index, d];
    });
    return { sample, apart };
}

/**
 * The vessel that a person means who points at `at`, no farther than `reach` from its wall.
 * @param {Frame} frame
 * @param {Point} at
 * @param {number} reach
 */
function vesselAt(frame, at, reach) {
    const near = frame.vessels.map((vessel, index) => {
        const { sample, apart } = nearestSample(vessel, at);
        const walls = sample < 0 ? null : wallsAt(vessel, sample);
        return { vessel: index, sample, beyond: apart - (walls ? distance(...walls) / 2 : 0) };
    });
    const best = near.filter(({ sample }) => sample >= 0).sort((a, b) => a.beyond - b.beyond)[0];
    return best && best.beyond <= reach ? best : null;
}
