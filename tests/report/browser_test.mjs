// What a person does with the pages of a report, in a browser. browser_test.sh says what it needs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const { STENOMETRY_CHROMIUM, STENOMETRY_PROGRAM, STENOMETRY_SAMPLE_IMAGES, STENOMETRY_PAGES } = process.env;
const HOSTILE = "<img src=x onerror=document.title='markup'>.png";

const inPages = (name) => join(STENOMETRY_PAGES, name);
const run = (...args) =>
    execFileSync(STENOMETRY_PROGRAM, args, { cwd: STENOMETRY_PAGES, stdio: ["ignore", "pipe", "pipe"] });

let browser;

before(async () => {
    mkdirSync(STENOMETRY_PAGES, { recursive: true });
    copyFileSync(join(STENOMETRY_SAMPLE_IMAGES, "drilled_1mm.png"), inPages(HOSTILE));
    const image = (name) => join(STENOMETRY_SAMPLE_IMAGES, name);
    run("analyze", image("left_coronary.png"), "--spacing", "0.2", "--json", "left.json");
    run("analyze", image("right_coronary.png"), "--json", "right.json");
    run(
        "measure",
        HOSTILE,
        "--spacing",
        "0.2",
        "--from",
        "57.7,95",
        "--to",
        "197.3,160",
        "--json",
        "hostile.json",
    );
    for (const frame of ["11", "12", "13"])
        run("analyze", image("right_coronary_cine.dcm"), "--frame", frame, "--json", `cine-${frame}.json`);
    run("report", "left.json", "--out", "left.html");
    run("report", "cine-11.json", "cine-12.json", "cine-13.json", "--out", "cine.html");
    run(
        "report",
        "left.json",
        "right.json",
        "hostile.json",
        "cine-11.json",
        "cine-12.json",
        "cine-13.json",
        "--out",
        "batch #1 100%.html",
    );
    browser = await chromium.launch({ executablePath: STENOMETRY_CHROMIUM, args: ["--no-sandbox"] });
});

after(() => browser?.close());

/** Opens a page and calls `use`; whatever the page complains of, or asks of the network, is a failure. */
async function onPage(name, use, { width = 1280, height = 800, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, ...options });
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on(
        "request",
        (request) => /^(file|data):/.test(request.url()) || complaints.push(`request: ${request.url()}`),
    );
    await page.goto(pathToFileURL(inPages(name)).href);
    await use(page);
    await context.close();
    assert.deepEqual(complaints, []);
}

const BATCH = "batch #1 100%.html";
const marker = (page) =>
    page.locator(".stage .marker .dot").evaluate((dot) => [+dot.getAttribute("cx"), +dot.getAttribute("cy")]);
const plot = (page) => page.locator(".curve > svg.plot");
const position = async (page) => Number(await plot(page).getAttribute("aria-valuenow"));
const inputsShown = (page) => page.locator(".inputs tbody tr .input a").allTextContents();
const far = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);

test("A page opens at its severest lesion", () =>
    onPage("left.html", async (page) => {
        assert.match(await page.title(), /^left_coronary\.png/);
        assert.match(await page.locator(".summary").textContent(), /2\slesions; the severest is lesion/);
        assert.match(
            await page.locator(".notice").textContent(),
            /a person to confirm.*not a medical device/,
        );
        assert.equal(await page.locator("tr.chosen").count(), 1);
        assert.equal(await page.locator(".stage .name").count(), 2);
        const picture = page.locator(".stage image");
        assert.match(await picture.getAttribute("href"), /^data:image\/jpeg/);
    }));

test("A click on a lesion moves the marker to its minimum, on the vessel and on the curve", () =>
    onPage("left.html", async (page) => {
        const analysis = await page.evaluate(
            () => JSON.parse(document.getElementById("data").textContent).frames[0],
        );
        const lesions = analysis.vessels.flatMap((vessel) =>
            vessel.stenoses.filter((s) => s.is_lesion).map((s) => ({ vessel, s })),
        );
        for (const [index, { vessel, s }] of lesions.entries()) {
            await page.locator(".lesions tbody tr").nth(index).click();
            assert.ok(far(await marker(page), s.mld_at_px) < 1.5);
            assert.ok(Math.abs((await position(page)) - vessel.position[s.mld_index]) < 0.1);
            assert.equal(await page.locator("tr.chosen .badge").textContent(), `Lesion ${index + 1}`);
        }
    }));

test("The mouse on the curve moves the marker along the vessel", () =>
    onPage("left.html", async (page) => {
        const box = await plot(page).boundingBox();
        const seen = [];
        for (const part of [0.2, 0.5, 0.8]) {
            await page.mouse.move(box.x + part * box.width, box.y + box.height / 2);
            seen.push({ at: await marker(page), position: await position(page) });
        }
        assert.ok(seen[0].position < seen[1].position && seen[1].position < seen[2].position);
        assert.ok(far(seen[0].at, seen[1].at) > 20 && far(seen[1].at, seen[2].at) > 20);
    }));

test("Keys move along the curve, and say where", () =>
    onPage("left.html", async (page) => {
        await plot(page).focus();
        await page.keyboard.press("Home");
        assert.equal(await position(page), 0);
        const begin = await marker(page);
        for (let i = 0; i < 3; ++i) await page.keyboard.press("PageUp");
        assert.ok((await position(page)) > 5);
        assert.ok(far(begin, await marker(page)) > 20);
        await page.keyboard.press("ArrowLeft");
        assert.match(
            await plot(page).getAttribute("aria-valuetext"),
            /Position .*mm, Diameter .*mm, Reference .*mm, Narrowing/,
        );
        await page.keyboard.press("n");
        assert.equal(await page.locator("tr.chosen .badge").textContent(), "Lesion 1");
        await page.keyboard.press("End");
        assert.ok(
            Math.abs((await position(page)) - Number(await plot(page).getAttribute("aria-valuemax"))) < 0.2,
        );
    }));

test("A click on another vessel shows its curve", () =>
    onPage("left.html", async (page) => {
        const point = await page.evaluate(() => {
            const { vessels } = JSON.parse(document.getElementById("data").textContent).frames[0];
            const line = vessels[1].centerline_px;
            const [x, y] = line[Math.floor(line.length / 2)];
            const stage = document.querySelector(".stage");
            const at = new DOMPoint(x, y).matrixTransform(stage.getScreenCTM());
            return { x: at.x, y: at.y, px: [x, y] };
        });
        await page.mouse.click(point.x, point.y);
        assert.match(
            await page.locator(".curve select").evaluate((s) => s.selectedOptions[0].text),
            /^Vessel 1,/,
        );
        assert.ok(far(await marker(page), point.px) < 2);
        assert.equal(await page.locator("tr.chosen").count(), 0);
    }));

test("The picture zooms, pans and fits", () =>
    onPage("left.html", async (page) => {
        const view = async () =>
            (await page.locator(".stage").getAttribute("viewBox")).split(" ").map(Number);
        const whole = await view();
        await page.getByRole("button", { name: "Zoom in" }).click();
        const near = await view();
        assert.ok(near[2] < whole[2]);
        const box = await page.locator(".stage").boundingBox();
        await page.mouse.move(box.x + 40, box.y + box.height - 40);
        await page.mouse.down();
        await page.mouse.move(box.x + 140, box.y + box.height - 90, { steps: 4 });
        await page.mouse.up();
        const moved = await view();
        assert.ok(moved[0] < near[0] && moved[1] > near[1]);
        await page.mouse.wheel(0, -200); // the picture has the focus
        assert.ok((await view())[2] < moved[2]);
        await page.keyboard.press("0");
        assert.deepEqual(await view(), whole);
        await page.getByRole("button", { name: "Zoom to lesion" }).click();
        assert.ok((await view())[2] < whole[2] / 3);
    }));

test("The marker is dragged along its vessel", () =>
    onPage("left.html", async (page) => {
        const before = await position(page);
        const dot = await page.locator(".stage .marker .dot").boundingBox();
        await page.mouse.move(dot.x + dot.width / 2, dot.y + dot.height / 2);
        await page.mouse.down();
        await page.mouse.move(dot.x + 30, dot.y + 60, { steps: 5 });
        await page.mouse.up();
        assert.ok(Math.abs((await position(page)) - before) > 2);
        assert.match(await page.locator(".stage").getAttribute("viewBox"), /^-0\.5 -0\.5 512 512$/);
    }));

test("What is no lesion is there when it is asked for", () =>
    onPage("left.html", async (page) => {
        assert.equal(await page.locator(".stage .finding.quiet").count(), 0);
        await page.getByRole("button", { name: "Other narrowings" }).click();
        const quiet = await page.locator(".stage .finding.quiet").count();
        assert.ok(quiet > 0);
        await page.locator("details.others summary").click();
        assert.equal(await page.locator("details.others tbody tr").count(), quiet);
        await page.getByRole("button", { name: "Walls" }).click();
        assert.equal(await page.locator(".stage .wall").count(), 0);
    }));

test("The slider goes through the frames of a cine", () =>
    onPage("cine.html", async (page) => {
        const slider = page.getByRole("slider", { name: "Frame" });
        await slider.focus();
        await page.keyboard.press("Home");
        assert.equal(await slider.getAttribute("aria-valuetext"), "frame 11 of 24");
        const first = await page.locator(".stage image").getAttribute("href");
        await page.keyboard.press("ArrowRight");
        assert.match(await page.locator(".frame-name").textContent(), /frame 12 of 24/);
        assert.notEqual(await page.locator(".stage image").getAttribute("href"), first);
        await page.getByRole("button", { name: "Next frame" }).click();
        assert.match(await page.locator(".facts").textContent(), /frame 13 of 24/);
    }));

test("A lesion of a cine leads to a frame that shows it", () =>
    onPage("cine.html", async (page) => {
        assert.match(
            await page.locator(".summary").textContent(),
            /in several frames of the cine.* Lesion A: .*seen in [23] of 3.frames/,
        );
        await page.getByRole("slider", { name: "Frame" }).focus();
        await page.keyboard.press("Home");
        await page.locator(".of-all-frames tbody tr").first().click();
        assert.equal(await page.locator(".of-all-frames tr.chosen .badge").textContent(), "Lesion A");
        assert.match(await page.locator(".lesions tr.chosen").textContent(), /lesion.A of cine/);
    }));

test("The theme follows the system until a person chooses", () =>
    onPage(
        "left.html",
        async (page) => {
            const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            const dark = await ground();
            await page.getByLabel("Theme").selectOption("light");
            const light = await ground();
            assert.notEqual(dark, light);
            await page.reload();
            assert.equal(await ground(), light);
        },
        { colorScheme: "dark" },
    ));

test("Columns of the index are sorted", () =>
    onPage(BATCH, async (page) => {
        assert.equal((await inputsShown(page)).length, 4);
        const byStenosis = page.getByRole("button", { name: "Severest %DS" });
        await byStenosis.click();
        const severities = async () =>
            (await page.locator(".inputs tbody .figure[data-label='Severest %DS'] .value").allTextContents())
                .map(Number)
                .filter(Number.isFinite);
        const falling = await severities();
        assert.deepEqual(
            falling,
            [...falling].sort((a, b) => b - a),
        );
        assert.equal(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");
        await byStenosis.click();
        assert.deepEqual(await severities(), [...falling].reverse());
    }));

test("The index is filtered, and remembers it", () =>
    onPage(BATCH, async (page) => {
        await page.getByLabel("Path").fill("CORONARY");
        assert.equal((await inputsShown(page)).length, 3);
        assert.match(await page.locator(".count").textContent(), /3 of 4/);
        await page.getByLabel("%DS at least").fill("99");
        assert.ok(await page.getByText("No input answers to this filter").isVisible());
        await page.getByLabel("%DS at least").fill("");
        await page.getByRole("link", { name: "left_coronary.png" }).click();
        assert.match(await page.title(), /^left_coronary\.png/);
        await page.goBack();
        assert.equal((await inputsShown(page)).length, 3);
    }));

test("Pages lead to each other and back, whatever the index is called", () =>
    onPage(BATCH, async (page) => {
        await page.getByRole("link", { name: "left_coronary.png" }).click();
        await page.getByRole("link", { name: "Next" }).click();
        assert.match(await page.title(), /^right_coronary\.png/);
        assert.match(await page.locator("nav .place").textContent(), /2 of 4/);
        await page.getByRole("link", { name: "Previous" }).click();
        await page.getByRole("link", { name: "All inputs" }).click();
        assert.equal((await inputsShown(page)).length, 4);
    }));

test("Hostile names stay text", () =>
    onPage(BATCH, async (page) => {
        await page.getByRole("link", { name: HOSTILE }).click();
        assert.equal(await page.locator("h1").textContent(), HOSTILE);
        assert.equal(await page.locator("h1 img").count(), 0);
        assert.ok((await page.title()).startsWith(HOSTILE));
    }));

for (const width of [400, 760, 1000, 1280, 2000])
    test(`Nothing has to be scrolled sideways at ${width} pixels`, async () => {
        for (const name of ["left.html", "cine.html", BATCH])
            await onPage(
                name,
                async (page) => {
                    for (const summary of await page.locator("summary").all()) await summary.click();
                    const [content, window] = await page.evaluate(() => [
                        document.documentElement.scrollWidth,
                        document.documentElement.clientWidth,
                    ]);
                    assert.ok(content <= window, `${name}: ${content} > ${window}`);
                    const wide = await page.evaluate(() =>
                        [...document.querySelectorAll("main section table")]
                            .filter((table) => {
                                const section = table.closest("section");
                                return (
                                    table.scrollWidth >
                                    section.clientWidth -
                                        parseFloat(getComputedStyle(section).paddingLeft) * 2 +
                                        1
                                );
                            })
                            .map(({ className }) => className),
                    );
                    assert.deepEqual(wide, [], name);
                },
                { width },
            );
    });

test("A page prints on paper that is light", () =>
    onPage(
        "left.html",
        async (page) => {
            const pdf = await page.pdf({ preferCSSPageSize: true });
            assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
            assert.ok(pdf.length > 50_000);
            await page.emulateMedia({ media: "print" });
            assert.equal(await page.getByRole("button", { name: "Zoom in" }).isVisible(), false);
            assert.ok(await page.locator(".notice").isVisible());
            const ink = await page.evaluate(() => getComputedStyle(document.body).color);
            assert.ok(
                ink
                    .match(/\d+/g)
                    .map(Number)
                    .every((channel) => channel < 80),
                ink,
            );
        },
        { colorScheme: "dark" },
    ));

test("All of it is reached by the keyboard, and the focus is seen", () =>
    onPage("left.html", async (page) => {
        const reached = new Set();
        for (let i = 0; i < 60; ++i) {
            await page.keyboard.press("Tab");
            reached.add(
                await page.evaluate(() => {
                    const { activeElement: at } = document;
                    return at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 20);
                }),
            );
        }
        for (const name of ["Skip to the findings", "Print", "Zoom in", "Vessel", "Place along the vessel"])
            assert.ok(reached.has(name), name);
        await page.locator("button.choose").first().focus();
        await page.keyboard.press("Enter");
        assert.equal(
            await page.locator("table.findings tbody tr").first().getAttribute("class"),
            "severe chosen",
        );
        assert.equal(await page.evaluate(() => document.activeElement.className), "choose");
    }));

const axe = (() => {
    try {
        return require.resolve("axe-core/axe.min.js");
    } catch {
        return null;
    }
})();

for (const colorScheme of ["light", "dark"])
    test(
        `Pages break no rule of WCAG 2.2 AA that a program can see, ${colorScheme}`,
        { skip: !axe && "axe-core is not installed" },
        async () => {
            for (const name of ["left.html", "cine.html", BATCH])
                await onPage(
                    name,
                    async (page) => {
                        await page.addScriptTag({ path: axe });
                        const found = await page.evaluate(() =>
                            window.axe.run({
                                runOnly: [
                                    "wcag2a",
                                    "wcag2aa",
                                    "wcag21a",
                                    "wcag21aa",
                                    "wcag22aa",
                                    "best-practice",
                                ],
                            }),
                        );
                        assert.deepEqual(
                            found.violations.map(
                                ({ id, nodes }) =>
                                    `${id}: ${nodes
                                        .slice(0, 3)
                                        .map(({ html }) => html)
                                        .join(" ")}`,
                            ),
                            [],
                            name,
                        );
                    },
                    { colorScheme, bypassCSP: true },
                );
        },
    );
