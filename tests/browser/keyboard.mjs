// Everything can be reached with the Tab key, in order, and is seen when it is.
import assert from "node:assert/strict";
import { newVisitor, open } from "./visitor.mjs";

// What has the focus now; null at the end of the page.
const focused = (page) =>
  page.evaluate(async () => {
    // Scrolling to it takes a frame.
    for (let i = 0; i < 2; ++i) await new Promise(requestAnimationFrame);
    const element = document.activeElement;
    if (element === document.body) return null;
    const outlined = (e) =>
      e && getComputedStyle(e).outlineStyle !== "none" && parseFloat(getComputedStyle(e).outlineWidth) >= 2;
    const box = element.getBoundingClientRect();
    return {
      html: element.outerHTML.slice(0, 100),
      // A number of the scale shows it on its figure.
      outlined: outlined(element) || outlined(element.nextElementSibling),
      seen: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
    };
  });

export async function walkByKeyboard(browser, { url }, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  const { page } = visitor;
  try {
    for (const address of ["/", "/generate/", "/examples/", "/review/d0ned0ned0ne"]) {
      await open(visitor, address);
      const stops = [];
      for (let presses = 0; presses < 60; ++presses) {
        await page.keyboard.press("Tab");
        const stop = await focused(page);
        if (stop === null) break;
        assert.ok(stop.outlined, `${address}: no outline: ${stop.html}`);
        assert.ok(stop.seen, `${address}: not in sight: ${stop.html}`);
        stops.push(stop.html);
      }
      assert.match(stops[0] ?? "", /class="skip"/, address);
      // Of a group of radio buttons one is reached; what is folded is not.
      const reachable = await page.evaluate(
        () =>
          [...document.querySelectorAll("a[href], button, summary, textarea, input")].filter(
            (e) =>
              e.checkVisibility() && e.tabIndex >= 0 && e.type !== "hidden" &&
              (e.type !== "radio" || e.checked),
          ).length,
      );
      assert.equal(stops.length, reachable, `${address}: ${stops.join("\n")}`);
    }

    // The first stop leads past the navigation.
    await open(visitor, "/generate/");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.match((await focused(page)).html, /<textarea/);
  } finally {
    await visitor.context.close();
  }
}
