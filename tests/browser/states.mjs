// Every page in every state it can have, from the preview.
import assert from "node:assert/strict";
import { inspect, newVisitor, open } from "./visitor.mjs";

const states = [
  ["home", "/", 200, "It has read the reviews"],
  ["generate", "/generate/", 200, "Begin a sentence"],
  ["examples", "/examples/", 200, "All five texts"],
  ["gallery", "/gallery/", 200, "Room 1 of 2"],
  ["gallery-last", "/gallery/2/", 200, "Previous room"],
  ["waiting", "/review/wa1twa1twa1t", 200, "2 people are ahead of you"],
  ["first", "/review/dry0dry0dry0", 200, "The first text is being written"],
  ["generating", "/review/dry2dry2dry2", 200, "2 of 5 texts are dry"],
  ["done", "/review/d0ned0ned0ne", 200, "Submitted"],
  ["offered", "/review/0ffered0ffer", 200, "Offered for the gallery"],
  ["hung", "/review/hangshangsha", 200, "This hangs in the gallery"],
  ["failed", "/review/fa11fa11fa11", 200, "This one was not written"],
  ["blocked", "/review/b10cb10cb10c", 410, "Taken down"],
  ["held", "/review/he1dhe1dhe1d", 200, "reads it first"],
  ["report-page", "/review/d0ned0ned0ne/report", 200, "Why should it go?"],
  ["list-asked", `/subscription/${"a".repeat(32)}`, 200, "One more click"],
  ["list-member", `/subscription/${"b".repeat(32)}`, 200, "You are on the list"],
  ["list-ended", `/subscription/${"c".repeat(32)}`, 200, "You are off the list"],
  ["list-unknown", `/subscription/${"d".repeat(32)}`, 404, "Not on the list"],
  ["missing", "/nothing/here", 404, "Nothing hangs here"],
  ["error", "/submission", 405, "Not like this"],
];

export async function lookAtStates(browser, { url }, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  const { page } = visitor;
  try {
    for (const [name, address, status, words] of states) {
      assert.equal(await open(visitor, address), status, address);
      assert.ok((await page.textContent("main")).includes(words), `${address}: “${words}”`);
      await inspect(visitor, name);
    }

    // A text that is being written appears as far as it is, and is not read
    // out; the finished ones stay as they are.
    if (scripts) {
      await open(visitor, "/review/dry2dry2dry2");
      await page.waitForSelector("#text-3.live");
      assert.match(await page.textContent("#text-3 p"), /^The drawings were made/);
      assert.equal(await page.locator("article.text").count(), 3);
      assert.equal(await page.textContent("#news"), "");
      await inspect(visitor, "writing");
    }

    // Whose address gets no more mails today is told, and nobody else.
    for (const address of ["/review/wa1twa1twa1t", "/review/he1dhe1dhe1d"]) {
      await open(visitor, address);
      assert.equal(await page.isVisible("#no-mail"), false, address);
      await open(visitor, "/");
      await open(visitor, `${address}#no-mail`);
      // Also in what the page got when it renewed itself.
      if (scripts && address.includes("wa1t")) {
        await page.waitForFunction(() => !document.querySelector("#no-mail:target"));
      }
      assert.equal(await page.isVisible("#no-mail"), true, address);
      await inspect(visitor, "no-mail");
    }

    // The form with everything wrong.
    await open(visitor, "/generate/");
    await page.fill("#email", "nobody at home");
    await page.check("[name=update_check]");
    await page.click("form.sheet [type=submit]");
    await page.waitForSelector(".faults");
    await inspect(visitor, "faults");

    // The report, opened.
    await open(visitor, "/review/d0ned0ned0ne");
    await page.click(".report summary");
    await inspect(visitor, "report");
  } finally {
    await visitor.context.close();
  }
}
