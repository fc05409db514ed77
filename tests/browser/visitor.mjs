// A browser tab that notices what a page must never do.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { markupFaults } from "./markup.mjs";

const axeSource = await readFile(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

export async function newVisitor(browser, url, look, scripts) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: look.width, height: look.height },
    colorScheme: look.colorScheme,
    javaScriptEnabled: scripts,
    deviceScaleFactor: look.width < 600 ? 2 : 1,
    reducedMotion: "reduce", // pictures should not depend on the moment
  });
  // What a phone shares with; it keeps what it was given.
  await context.addInitScript(() => {
    navigator.share = async (content) => {
      window.shared = content;
    };
  });
  const page = await context.newPage();
  const visitor = { page, context, look, scripts, faults: [], bytes: 0, documents: [] };
  page.on("request", (request) => {
    // The weight is one page's, not that of all since the last form.
    if (request.isNavigationRequest()) visitor.bytes = 0;
    if (new URL(request.url()).origin !== new URL(url).origin) {
      visitor.faults.push(`a request left the site: ${request.url()}`);
    }
  });
  page.on("console", (message) => {
    // A page that answers 404 is reported here too; that is no fault.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) {
      visitor.faults.push(`the console says: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => visitor.faults.push(`script: ${error}`));
  page.on("response", async (response) => {
    // What a page asks for later, to go on, is not its weight.
    if (response.request().resourceType() === "fetch") return;
    const length = Number(response.headers()["content-length"] ?? 0);
    visitor.bytes += length;
    if (!response.request().isNavigationRequest() || response.status() === 303) return;
    // A page that was left before it was read needs no judgement.
    visitor.documents.push(response.text().catch(() => null));
  });
  return visitor;
}

// Opens an address and returns the status.
export async function open(visitor, address) {
  const go = () => visitor.page.goto(address);
  // A page that renews itself may do so in this very moment.
  const response = await go().catch((error) => {
    if (!/interrupted by another navigation|ERR_ABORTED/.test(error.message)) throw error;
    return go();
  });
  return response.status();
}

// What holds for every page. `name` of the picture; "" takes none.
export async function inspect(visitor, name) {
  const { page, look } = visitor;
  const where = `${page.url()} (${look.name})`;
  await page.waitForLoadState(); // with its styles
  const layout = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    visible: document.documentElement.clientWidth,
    untied: [...document.querySelectorAll("[aria-describedby],[aria-labelledby]")]
      .flatMap((element) =>
        ["aria-describedby", "aria-labelledby"].flatMap((attribute) =>
          (element.getAttribute(attribute) ?? "").split(/\s+/).filter(Boolean),
        ),
      )
      .filter((id) => !document.getElementById(id)),
    small: [...document.querySelectorAll("a, button, summary, input, textarea")]
      .filter((element) => element.checkVisibility() && element.type !== "hidden")
      // A link in a line of text may be as high as the line (WCAG 2.5.8), and
      // the skip link waits outside the page.
      .filter((element) => !element.matches("p a:not(.button), li a[href^='#'], .skip"))
      .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24)
      .map(([html, box]) => `${html} ${box.width} x ${box.height}`),
  }));
  assert.ok(layout.width <= layout.visible, `${where} scrolls sideways: ${layout.width} > ${layout.visible}`);
  assert.deepEqual(layout.untied, [], `${where}: ids that no element has`);
  assert.deepEqual(layout.small, [], `${where}: targets below 24 px`);
  assert.ok(visitor.bytes < 60_000, `${where} weighs ${visitor.bytes} bytes`);
  for (const html of await Promise.all(visitor.documents.splice(0))) {
    if (html !== null) assert.deepEqual(await markupFaults(html), [], `${where}: HTML`);
  }
  if (visitor.scripts) {
    await page.evaluate(axeSource);
    const violations = await page.evaluate(async () => {
      // A page that waits renews itself every few seconds: so it works without
      // scripts, and says so in its text.
      const result = await axe.run(document, { rules: { "meta-refresh": { enabled: false } } });
      return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html + n.failureSummary)}`);
    });
    assert.deepEqual(violations, [], `${where}: axe`);
  }
  if (name) {
    const suffix = visitor.scripts ? "" : "-noscript";
    await page.screenshot({
      path: path.join(process.env.SCREENSHOTS, `${name}-${look.name}${suffix}.png`),
      fullPage: true,
    });
  }
  if (visitor.scripts && look.width < 600) await loosen(page, where);
  assert.deepEqual(visitor.faults, [], where);
}

// Readers may set text as loosely as this (WCAG 1.4.12): all of it must still be
// there. The page keeps it.
async function loosen(page, where) {
  const overflow = await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { line-height: 1.5 !important; letter-spacing: 0.12em !important;
          word-spacing: 0.16em !important }
      p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
  assert.ok(overflow <= 0, `${where} with loose text scrolls sideways by ${overflow}`);
}
