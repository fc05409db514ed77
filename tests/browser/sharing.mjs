// What leaves the site: links with their previews, shared texts, paper.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { newVisitor, open } from "./visitor.mjs";

const review = "/review/d0ned0ned0ne";
const picture = (name) => `${process.env.SCREENSHOTS}/${name}.png`;

export async function followLink(browser, { url }, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  const { page } = visitor;
  try {
    // As a preview is made: the page's words about itself, then the picture.
    for (const [address, name] of [["/", "card-site"], [review, "card-review"]]) {
      await open(visitor, address);
      const said = await page.evaluate(() =>
        Object.fromEntries(
          [...document.querySelectorAll("meta[property^='og:'], meta[name^='twitter:']")].map((e) => [
            e.getAttribute("property") ?? e.name,
            e.content,
          ]),
        ),
      );
      for (const part of ["og:title", "og:description", "og:site_name", "og:type", "og:image:alt"]) {
        assert.ok(said[part], `${address}: ${part}`);
      }
      assert.equal(new URL(said["og:url"]).pathname, address);
      assert.equal(said["twitter:card"], "summary_large_image");
      const answer = await page.request.get(new URL(said["og:image"]).pathname);
      assert.equal(answer.status(), 200);
      const png = await answer.body();
      // PNG, 5.2 and 11.2.2: the signature, the first chunk's width and height.
      assert.equal(png.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
      assert.equal(png.readUInt32BE(16), Number(said["og:image:width"]));
      assert.equal(png.readUInt32BE(20), Number(said["og:image:height"]));
      // Some messengers take no more than 300 kB.
      assert.ok(png.length < 300_000, `${png.length} bytes`);
      await writeFile(picture(`${name}-${look.name}`), png);
    }

    // On the page: a text and the page, shared and copied.
    await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await open(visitor, review);
    const shared = () => page.evaluate(() => window.shared);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    const second = page.locator("#text-2");
    await second.getByRole("button", { name: "Share this text" }).click();
    assert.match((await shared()).url, /d0ned0ned0ne#text-2$/);
    assert.match((await shared()).text, /^There are two ways.*\n\nVisitors on/s);
    await second.getByRole("button", { name: "Copy this text" }).click();
    assert.match(await copied(), /^There are two ways.*\n\nVisitors on/s);
    await page.getByRole("button", { name: "Share this page" }).click();
    assert.match((await shared()).url, /d0ned0ned0ne$/);
    assert.equal((await shared()).text, undefined);
    await page.getByRole("button", { name: "Copy the link" }).click();
    assert.equal(await copied(), (await shared()).url);
  } finally {
    await visitor.context.close();
  }
}

// Ink on white whatever the screen shows, and nothing that cannot be clicked.
export async function print(browser, { url }, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  const { page } = visitor;
  try {
    await open(visitor, review);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 627, height: 950 }); // A4 within its margins
    const colours = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.documentElement);
      return [backgroundColor, color];
    });
    assert.deepEqual(colours, ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
    for (const gone of ["nav", ".tools", ".report", "button"]) {
      assert.equal(await page.locator(gone).first().isVisible(), false, gone);
    }
    assert.ok(await page.locator(".permalink").isVisible());
    await page.screenshot({ path: picture("print"), fullPage: true });
    await page.pdf({ path: picture("print").replace(".png", ".pdf"), format: "A4", preferCSSPageSize: true });
  } finally {
    await visitor.context.close();
  }
}
