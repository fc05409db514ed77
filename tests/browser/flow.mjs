// A visitor's whole way through the running program: from the entrance to the
// five texts, the gallery and the report. The same steps with and without
// scripts.
import assert from "node:assert/strict";
import { awaitMail } from "./mails.mjs";
import { inspect, newVisitor, open } from "./visitor.mjs";

export async function walkFlow(browser, { url, mails, admin }, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  const { page } = visitor;
  try {
    assert.equal(await open(visitor, "/"), 200);
    await page.click("main .button");
    await page.waitForURL("**/generate/");

    // Nothing filled in: the fault is named, and tied to its field.
    await page.click("form.sheet [type=submit]");
    await page.waitForSelector(".faults");
    const prompt = page.getByLabel("The first words");
    assert.equal(await prompt.getAttribute("aria-invalid"), "true");
    assert.match(await prompt.getAttribute("aria-describedby"), /prompt-fault/);

    // A bad address: everything else comes back as it was.
    const words = "The late paintings & their <frames>";
    await prompt.fill(words);
    if (scripts) {
      await page.getByText(`${words.length} of 500 characters`).waitFor();
    }
    await page.getByRole("radio", { name: "10", exact: true }).focus();
    await page.keyboard.press("ArrowLeft"); // 9, by keyboard
    await page.getByLabel("E-mail").fill("nobody at home");
    await page.click("form.sheet [type=submit]");
    await page.waitForSelector("#email-fault");
    assert.equal(await prompt.inputValue(), words);
    assert.equal(await prompt.getAttribute("aria-invalid"), null);
    assert.ok(await page.getByRole("radio", { name: "9", exact: true }).isChecked());
    assert.equal(await page.getByLabel("E-mail").inputValue(), "nobody at home");
    await inspect(visitor, "flow-fault");

    // What no form sends: a whole essay.
    const essay = await page.request.post("/submission", {
      form: { prompt: "x".repeat(100_000), eccentricity: "5" },
    });
    assert.equal(essay.status(), 413);
    assert.match(await essay.text(), /please keep to 500 characters/);

    await page.getByLabel("E-mail").fill("visitor@example.org");
    await page.click("form.sheet [type=submit]");
    await page.waitForURL(/\/review\/[0-9a-hjkmnp-tv-z]{12}$/);
    const permalink = page.url();
    assert.equal((await page.textContent("h1")).trim(), words);
    await inspect(visitor, "flow-waiting");

    // The page renews itself until all five are there.
    await page.waitForSelector("#text-5", { timeout: 120_000 });
    await page.waitForSelector(".permalink");
    assert.equal(await page.locator("article.text").count(), 5);
    assert.ok((await page.textContent(".label")).includes("9 of 10"));
    assert.equal(await page.locator("[data-copy]").first().isVisible(), scripts);
    await inspect(visitor, "flow-done");

    if (mails) {
      const mail = await awaitMail(mails, "review-ready", permalink);
      assert.match(mail, /^To: .*visitor@example\.org/m);
      assert.ok(!mail.includes("paintings"), "a mail carries no visitor's words");
    }

    // Offered by the visitor; on the wall when the owner hangs it.
    await page.getByRole("button", { name: "Offer it for the gallery" }).click();
    await page.waitForURL(`${permalink}#gallery`);
    assert.match(await page.textContent("#gallery"), /Offered for the gallery/);
    const onTheWall = `h2 a[href="${new URL(permalink).pathname}"]`;
    if (admin) {
      await admin("reviews", "hang", permalink.split("/").pop());
      assert.equal(await open(visitor, "/gallery/"), 200);
      await page.click(onTheWall);
      await page.waitForURL(permalink);
      assert.match(await page.textContent("#gallery"), /This hangs in the gallery/);
    }

    // A look does not report; the button does, with a reason.
    assert.equal(await open(visitor, `${permalink}/report`), 200);
    assert.equal(await open(visitor, permalink), 200);
    const unreasoned = await page.request.post(`${permalink}/report`);
    assert.equal(unreasoned.status(), 422);
    await page.click(".report summary");
    await page.getByLabel("It intrudes on someone’s private life").check();
    await page.getByLabel("What the keeper should know").fill("That is my street.");
    await inspect(visitor, "flow-report");
    await page.click(".report [type=submit]");
    await page.waitForURL(permalink);
    assert.match(await page.textContent("h1"), /Taken down/);
    assert.equal(await open(visitor, permalink), 410);
    await inspect(visitor, "flow-blocked");
    assert.equal(await open(visitor, "/gallery/"), 200);
    assert.equal(await page.locator(onTheWall).count(), 0);
    if (admin) await inspect(visitor, "gallery-bare");
  } finally {
    await visitor.context.close();
  }
}
