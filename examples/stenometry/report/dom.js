"use strict";

/**
 * Elements, and numbers as people read them. Text of files only ever becomes a text node or an attribute's value.
 *
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Attribute
 * @typedef {string | Node | null | undefined | false} Child
 */

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * @template {Element} T
 * @param {T} node
 * @param {Record<string, Attribute>} attributes functions listen to the event of their name
 * @param {Child[]} children strings become text nodes
 * @returns {T}
 */
function furnish(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") node.addEventListener(name, value);
        else if (value === true) node.setAttribute(name, name.startsWith("aria-") ? "true" : "");
        else if (value !== false && value !== null && value !== undefined)
            node.setAttribute(name, String(value));
    }
    for (const child of children) if (child) node.append(child);
    return node;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...Child} children
 */
function html(tag, attributes = {}, ...children) {
    return furnish(document.createElement(tag), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...Child} children
 */
function svg(tag, attributes = {}, ...children) {
    return furnish(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

/**
 * A table, with the roles written out: narrow screens lay rows out as cards, which would take them away.
 * @param {string} kind @param {string} caption @param {HTMLElement[]} heads @param {HTMLElement} body
 */
function table(kind, caption, heads, body) {
    return html(
        "table",
        { class: kind, role: "table" },
        html("caption", { class: "unseen" }, caption),
        html("thead", { role: "rowgroup" }, tableRow({}, ...heads)),
        body,
    );
}

/** @param {...HTMLElement} rows */
function tableBody(...rows) {
    return html("tbody", { role: "rowgroup" }, ...rows);
}

/** @param {Record<string, Attribute>} attributes @param {...HTMLElement} cells */
function tableRow(attributes, ...cells) {
    return html("tr", { role: "row", ...attributes }, ...cells);
}

/**
 * The head of a column, with the unit of what stands below.
 * @param {string} name
 * @param {string} [unit]
 */
function columnHead(name, unit) {
    return html(
        "th",
        { scope: "col", role: "columnheader", class: "figure" },
        name,
        unit ? html("span", { class: "unit" }, ` ${unit}`) : null,
    );
}

/** @param {Record<string, Attribute>} attributes @param {...Child} children */
function rowHead(attributes, ...children) {
    return html("th", { scope: "row", role: "rowheader", ...attributes }, ...children);
}

/** @param {Record<string, Attribute>} attributes @param {...Child} children */
function cell(attributes, ...children) {
    return html("td", { role: "cell", ...attributes }, ...children);
}

/**
 * A number, and its interval under it.
 * @param {string} label what a card calls it
 * @param {string} value
 * @param {string} [under]
 */
function figure(label, value, under) {
    return cell(
        { class: "figure", "data-label": label },
        html("span", { class: "value" }, value),
        under ? html("span", { class: "interval" }, under) : null,
    );
}

/** @param {string} text */
function unseen(text) {
    return html("span", { class: "unseen" }, text);
}

/** @param {string} id */
function byId(id) {
    const node = document.getElementById(id);
    if (!node) throw new Error(`the page lacks #${id}`);
    return node;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
    return Math.min(Math.max(value, low), high);
}

/** @param {number | null | undefined} value @returns {value is number} */
function known(value) {
    return typeof value === "number" && Number.isFinite(value);
}

/**
 * Decimals of a diameter in its unit.
 * @param {string} unit
 */
function decimalsOf(unit) {
    return unit === "mm" ? 2 : 1;
}

/**
 * @param {number | null | undefined} value
 * @param {number} decimals
 * @param {string} [unit]
 */
function amount(value, decimals, unit) {
    if (!known(value)) return "not measured";
    return value.toFixed(decimals) + (unit ? `\u00a0${unit}` : "");
}

/** @param {Interval | undefined} interval @param {number} decimals */
function range(interval, decimals) {
    return interval ? `${interval[0].toFixed(decimals)} to ${interval[1].toFixed(decimals)}` : "";
}

/**
 * A number of a table, whose unit stands in its column's head.
 * @param {number | null | undefined} value
 * @param {number} decimals
 */
function bare(value, decimals) {
    return known(value) ? value.toFixed(decimals) : "\u2013";
}

/**
 * A value with its interval, for running text.
 * @param {number | null} value
 * @param {Interval} interval
 * @param {number} decimals
 * @param {string} unit
 */
function estimate(value, interval, decimals, unit) {
    const within = interval ? ` (95\u00a0%: ${range(interval, decimals)})` : "";
    return amount(value, decimals, unit) + within;
}

/**
 * @param {number} count
 * @param {string} singular
 * @param {string} [plural]
 */
function counted(count, singular, plural = `${singular}s`) {
    return `${count}\u00a0${count === 1 ? singular : plural}`;
}

/**
 * The last part of a path.
 * @param {string} path
 */
function fileName(path) {
    return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}

/**
 * A reason of the program in words: `edges_lost` is "edges lost".
 * @param {string} code
 */
function words(code) {
    return code.replaceAll("_", " ");
}

/**
 * The address of a file, relative to the page, whatever characters its name has.
 * @param {string} path
 */
function addressOf(path) {
    return path
        .split("/")
        .map((part) => (part === ".." ? part : encodeURIComponent(part)))
        .join("/");
}

/** @param {string} text */
function sentenceCase(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
