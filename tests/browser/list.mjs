// The way onto the mailing list and off it, by the links in the mails.
import assert from "node:assert/strict";
import { awaitMail } from "./mails.mjs";
import { inspect, newVisitor, open } from "./visitor.mjs";

export async function walkList(browser, { url, mails }, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  const { page } = visitor;
  const address = `${look.name}@example.org`;
  try {
    await open(visitor, "/generate/");
    await page.getByLabel("The first words").fill("A chair in an empty room");
    await page.getByLabel("E-mail").fill(address);
    await page.getByLabel("Write to me when there is news").check();
    await page.click("form.sheet [type=submit]");
    await page.waitForURL(/\/review\//);

    const mail = await awaitMail(mails, "confirmation", `To: ${address}`);
    assert.ok(!mail.includes("empty room"), "a mail carries no visitor's words");
    const link = mail.match(/http:\S+\/subscription\/\S+/)[0];

    // A look does nothing; the button does.
    for (let looks = 0; looks < 2; ++looks) {
      assert.equal(await open(visitor, link), 200);
      assert.match(await page.textContent("h1"), /One more click/);
    }
    assert.ok((await page.textContent("main")).includes(address));
    await inspect(visitor, "list-confirm");
    await page.getByRole("button", { name: "Yes, write to me" }).click();
    await page.waitForURL(link);
    assert.match(await page.textContent("h1"), /You are on the list/);
    await inspect(visitor, "list-joined");

    await page.getByRole("button", { name: "Take me off the list" }).click();
    await page.waitForURL(`${link}/unsubscribe`);
    assert.match(await page.textContent("h1"), /You are off the list/);
    assert.ok(!(await page.textContent("main")).includes(address));
    await inspect(visitor, "list-left");
  } finally {
    await visitor.context.close();
  }
}
