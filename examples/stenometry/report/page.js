"use strict";

/** Begins the page: theme, banner, and the page that the data is for. */

const THEMES = ["auto", "light", "dark"];
const THEME_KEY = "stenometry-theme";

/**
 * Files opened from a disk may have no storage.
 * @returns {string}
 */
function storedTheme() {
    try {
        return localStorage.getItem(THEME_KEY) ?? "auto";
    } catch {
        return "auto";
    }
}

/** @param {string} theme */
function keepTheme(theme) {
    try {
        localStorage.setItem(THEME_KEY, theme);
    } catch {
        // The choice holds for this page alone.
    }
}

/** @param {string} theme */
function applyTheme(theme) {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
}

function themeSwitch() {
    const choice = html(
        "select",
        {},
        ...THEMES.map((theme) => html("option", { value: theme, selected: theme === storedTheme() }, theme)),
    );
    choice.addEventListener("change", () => {
        applyTheme(choice.value);
        keepTheme(choice.value);
    });
    return html("label", { class: "theme" }, "Theme", choice);
}

/** @param {Node | null} summary what was found, in a sentence */
function lead(summary) {
    return html(
        "div",
        { class: "lead" },
        summary,
        html(
            "p",
            { class: "notice" },
            "Proposed by software for a person to confirm. For research; not a medical device.",
        ),
    );
}

/** @param {Software | null} software */
function colophon(software) {
    return html(
        "p",
        {},
        software ? `${software.name} ${software.version}` : "stenometry",
        " \u00b7 this page loads nothing from elsewhere",
    );
}

function begin() {
    const data = /** @type {PageData} */ (JSON.parse(byId("data").textContent ?? ""));
    applyTheme(storedTheme());
    const page = data.kind === "index" ? indexPage(data) : inputPage(data);
    byId("banner").append(
        page.banner,
        html(
            "div",
            { class: "controls" },
            page.navigation,
            html("button", { type: "button", class: "print", click: () => window.print() }, "Print"),
            themeSwitch(),
        ),
    );
    byId("content").append(lead(page.lead), ...page.content);
    byId("colophon").append(colophon(data.software));
}

begin();
