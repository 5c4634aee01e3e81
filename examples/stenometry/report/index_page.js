"use strict";

/** The index of a batch: a row for every input, sorted and filtered as a person asks. */

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} name
 * @property {boolean} [figure] whether numbers stand in it
 * @property {(row: InputRow) => string | number | null} value what is sorted; null comes last
 * @property {(row: InputRow) => HTMLElement} cell
 */

/** How an input ended, in words. */
const STATUS_WORDS = /** @type {Record<string, string>} */ ({
    done: "measured",
    nothing: "nothing to measure",
    failed: "failed",
    skipped: "skipped",
});

/** @param {InputRow} row */
function severityOf(row) {
    return row.worst ? severity(row.worst) : null;
}

/** @param {InputRow} row */
function inputCell(row) {
    const name = fileName(row.path);
    const folder = row.path.slice(0, row.path.length - name.length - 1);
    return rowHead(
        { class: "input" },
        html("a", { href: addressOf(row.href), title: row.path }, name),
        folder ? html("span", { class: "folder" }, folder) : null,
    );
}

/**
 * A reason without the path, which stands beside it.
 * @param {string} reason
 * @param {string} path
 */
function causeOf(reason, path) {
    return sentenceCase(reason.replace(`cannot read ${path}: `, "").replace(`${path}: `, ""));
}

/** @param {InputRow} row */
function statusCell(row) {
    const kind = row.status === "failed" ? "status bad" : "status";
    return cell(
        { class: "state" },
        html("span", { class: kind }, STATUS_WORDS[row.status] ?? row.status),
        row.reason ? html("span", { class: "reason" }, causeOf(row.reason, row.path)) : null,
    );
}

/** @param {InputRow} row */
function thumbnailCell(row) {
    const picture =
        row.thumbnail && html("img", { src: row.thumbnail, alt: "", loading: "lazy", width: 72, height: 72 });
    return cell(
        { class: "thumbnail" },
        picture ? html("a", { href: addressOf(row.href), tabindex: -1, "aria-hidden": true }, picture) : null,
    );
}

/** @param {InputRow} row */
function stenosisCell({ worst }) {
    const label = "Severest %DS";
    if (!worst) return figure(label, "\u2013");
    const { percent_diameter_stenosis: ds, percent_diameter_stenosis_ci95: within } = worst;
    const shown = figure(label, known(ds) ? ds.toFixed(0) : percentText(worst), range(within, 0));
    shown.classList.add(severityClass(worst));
    return shown;
}

/**
 * Its unit stands in the cell: of some inputs of a batch the size of a pixel is known.
 * @param {InputRow} row
 */
function mldCell({ worst, unit }) {
    const decimals = decimalsOf(unit);
    return figure(
        "MLD",
        worst ? amount(worst.mld, decimals, unit) : "\u2013",
        range(worst?.mld_ci95 ?? null, decimals),
    );
}

/**
 * @param {string} key
 * @param {string} name
 * @param {(row: InputRow) => number} count
 * @returns {Column}
 */
function countColumn(key, name, count) {
    return { key, name, figure: true, value: count, cell: (row) => figure(name, String(count(row))) };
}

/** @type {Column[]} */
const COLUMNS = [
    { key: "input", name: "Input", value: (row) => row.path, cell: inputCell },
    { key: "status", name: "Status", value: (row) => row.status, cell: statusCell },
    countColumn("frames", "Frames", (row) => row.frames),
    countColumn("vessels", "Vessels", (row) => row.vessels),
    countColumn("lesions", "Lesions", (row) => row.lesions),
    { key: "stenosis", name: "Severest %DS", figure: true, value: severityOf, cell: stenosisCell },
    { key: "mld", name: "MLD", figure: true, value: (row) => row.worst?.mld ?? null, cell: mldCell },
    {
        key: "confidence",
        name: "Confidence",
        figure: true,
        value: (row) => row.worst?.confidence ?? null,
        cell: (row) => figure("Confidence", bare(row.worst?.confidence, 2)),
    },
    countColumn("warnings", "Warnings", (row) => row.warnings),
];

/**
 * @param {string | number | null} a
 * @param {string | number | null} b
 * @param {boolean} descending
 */
function compared(a, b, descending) {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order =
        typeof a === "string" || typeof b === "string"
            ? String(a).localeCompare(String(b), "en", { numeric: true })
            : a - b;
    return descending ? -order : order;
}

/** @typedef {{text: string, status: string, least: number, column: string, descending: boolean}} Query */

/** @param {InputRow} row @param {Query} query */
function matches(row, { text, status, least }) {
    return (
        row.path.toLowerCase().includes(text.toLowerCase()) &&
        (status === "" || row.status === status) &&
        (least <= 0 || (severityOf(row) ?? -1) >= least)
    );
}

/**
 * Rows that are asked for, in the order that is asked for.
 * @param {InputRow[]} rows
 * @param {Query} query
 */
function selected(rows, query) {
    const column = COLUMNS.find(({ key }) => key === query.column) ?? COLUMNS[0];
    return rows
        .filter((row) => matches(row, query))
        .sort((a, b) => compared(column.value(a), column.value(b), query.descending));
}

/**
 * The query as the address of the page keeps it, so that it is there again when a person comes back from a page.
 * @param {Query} query
 */
function hashOf(query) {
    return `#${new URLSearchParams({ ...query, least: String(query.least), descending: query.descending ? "1" : "" })}`;
}

/** @returns {Query} */
function queryOfHash() {
    const given = new URLSearchParams(location.hash.slice(1));
    return {
        text: given.get("text") ?? "",
        status: given.get("status") ?? "",
        least: Number(given.get("least")) || 0,
        column: given.get("column") ?? "input",
        descending: given.get("descending") === "1",
    };
}

/** The index as it answers to a person. */
class IndexView {
    /** @param {IndexData} data */
    constructor(data) {
        this.rows = data.inputs;
        this.query = queryOfHash();
        this.body = tableBody();
        this.count = html("output", { class: "count" });
        this.nothing = html("p", { class: "nothing", hidden: true }, "No input answers to this filter.");
        this.heads = COLUMNS.map((column) => this.head(column));
        /** @type {Map<InputRow, HTMLElement>} */
        this.drawn = new Map();
        this.show();
    }

    get nodes() {
        return [
            html("section", { class: "totals", "aria-label": "Totals" }, ...totalsOf(this.rows)),
            this.filters(),
            html(
                "div",
                { class: "index" },
                table("inputs", "Inputs", [cell({ class: "thumbnail" }), ...this.heads], this.body),
                this.nothing,
            ),
        ];
    }

    /** @param {Column} column */
    head(column) {
        return html(
            "th",
            { scope: "col", role: "columnheader", class: column.figure && "figure", "data-key": column.key },
            html("button", { type: "button", class: "sort", click: () => this.sortBy(column) }, column.name),
        );
    }

    filters() {
        const statuses = [...new Set(this.rows.map(({ status }) => status))].sort();
        const search = html("input", {
            type: "search",
            value: this.query.text,
            placeholder: "Part of a path",
        });
        search.addEventListener("input", () => this.ask({ text: search.value }));
        const status = html(
            "select",
            {},
            html("option", { value: "" }, "all"),
            ...statuses.map((value) =>
                html(
                    "option",
                    { value, selected: value === this.query.status },
                    STATUS_WORDS[value] ?? value,
                ),
            ),
        );
        status.addEventListener("change", () => this.ask({ status: status.value }));
        const least = html("input", {
            type: "number",
            min: 0,
            max: 100,
            step: 5,
            value: this.query.least || "",
            placeholder: "any",
        });
        least.addEventListener("input", () => this.ask({ least: Number(least.value) }));
        return html(
            "form",
            {
                class: "filters",
                role: "search",
                "aria-label": "Inputs",
                submit: (event) => event.preventDefault(),
            },
            html("label", {}, "Path", search),
            html("label", {}, "Status", status),
            html("label", {}, "%DS at least", least),
            this.sorting(),
            this.count,
        );
    }

    /** The heads of the columns for a screen too narrow for them. */
    sorting() {
        const choice = html(
            "select",
            {},
            ...COLUMNS.map(({ key, name }) =>
                html("option", { value: key, selected: key === this.query.column }, name),
            ),
        );
        choice.addEventListener("change", () => {
            const column = COLUMNS.find(({ key }) => key === choice.value);
            if (column) this.sortBy(column);
        });
        return html("label", { class: "sorting" }, "Sort by", choice);
    }

    /** @param {Partial<Query>} change */
    ask(change) {
        this.query = { ...this.query, ...change };
        history.replaceState(null, "", hashOf(this.query));
        this.show();
    }

    /**
     * Numbers begin with the greatest, names with the first.
     * @param {Column} column
     */
    sortBy({ key, figure: number }) {
        const again = this.query.column === key;
        this.ask({ column: key, descending: again ? !this.query.descending : Boolean(number) });
    }

    show() {
        const rows = selected(this.rows, this.query);
        this.body.replaceChildren(...rows.map((row) => this.drawnRow(row)));
        this.count.textContent =
            rows.length === this.rows.length
                ? counted(rows.length, "input")
                : `${rows.length} of ${counted(this.rows.length, "input")}`;
        this.count.setAttribute("role", "status");
        this.nothing.hidden = rows.length > 0;
        for (const head of this.heads) {
            const sorted = head.dataset.key === this.query.column;
            if (sorted) head.setAttribute("aria-sort", this.query.descending ? "descending" : "ascending");
            else head.removeAttribute("aria-sort");
        }
    }

    /** @param {InputRow} row */
    drawnRow(row) {
        const before = this.drawn.get(row);
        if (before) return before;
        const drawn = tableRow({}, thumbnailCell(row), ...COLUMNS.map((column) => column.cell(row)));
        this.drawn.set(row, drawn);
        return drawn;
    }
}

/** @param {InputRow[]} rows */
function totalsOf(rows) {
    const having = (/** @type {(row: InputRow) => boolean} */ test) => rows.filter(test).length;
    const total = (/** @type {number} */ value, /** @type {string} */ text) =>
        html("div", {}, html("strong", {}, String(value)), html("span", {}, text));
    return [
        total(rows.length, rows.length === 1 ? "input" : "inputs"),
        total(
            having((row) => row.vessels > 0),
            "with vessels",
        ),
        total(
            having((row) => row.lesions > 0),
            "with lesions",
        ),
        total(
            having((row) => (severityOf(row) ?? -1) >= 50),
            "with 50\u00a0% or more",
        ),
        total(
            having((row) => row.status === "failed"),
            "failed",
        ),
    ];
}

/** @param {IndexData} data */
function indexPage(data) {
    document.title = `${data.title} \u2013 stenometry`;
    document.body.classList.add("batch");
    return {
        banner: html("div", { class: "title" }, html("h1", {}, data.title)),
        lead: null,
        content: new IndexView(data).nodes,
        navigation: null,
    };
}
