// The owner's day: a prompt that was held, a page that was reported, and one that
// has to go for good.
import assert from "node:assert/strict";
import { inspect, newVisitor, open } from "./visitor.mjs";

export async function keepHouse(browser, { url, desk, password }, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  const owner = await newVisitor(browser, desk, look, scripts);
  const { page } = owner;
  try {
    const held = await submit(visitor, "Swine in a quiet room");
    assert.match(await visitor.page.textContent("main"), /reads it first/);
    const reported = await submit(visitor, "A reported painting");
    await visitor.page.waitForSelector("#text-5", { timeout: 120_000 });
    await visitor.page.click(".report summary");
    await visitor.page.getByLabel("It insults someone").check();
    await visitor.page.getByLabel("What the keeper should know").fill("That is my <sister>.");
    await visitor.page.click(".report [type=submit]");
    await visitor.page.waitForSelector("h1");
    assert.equal(await open(visitor, reported), 410);

    // The door.
    assert.equal(await open(owner, "/admin/review/000000000000"), 200);
    assert.equal(new URL(page.url()).pathname, "/admin/sign-in");
    await inspect(owner, "admin-sign-in");
    await page.getByLabel("Password").fill("twelve umbrellas");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#password-fault");
    await inspect(owner, "admin-wrong");
    await page.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/admin/");
    await inspect(owner, "admin-desk");

    // By keyboard alone: to the held one, and into the line with it.
    await press(page, "a", "Swine in a quiet room");
    await page.waitForURL(`**/admin${new URL(held).pathname}`);
    await inspect(owner, "admin-held");
    await press(page, "button", "Put it in line");
    await page.waitForSelector(".notice");
    assert.match(await page.textContent(".notice"), /In line now/);
    await inspect(owner, "admin-desk-notice");
    await open(visitor, held);
    await visitor.page.waitForSelector("#text-5", { timeout: 120_000 });

    // The reported one goes back on the wall, and stays.
    await page.getByRole("link", { name: "A reported painting" }).first().click();
    assert.match(await page.textContent("main"), /That is my <sister>\./);
    assert.equal(await page.locator("article.text").count(), 5);
    await inspect(owner, "admin-reported");
    await page.getByRole("button", { name: "Put it back" }).click();
    await page.waitForSelector(".notice");
    assert.equal(await open(visitor, reported), 200);
    await visitor.page.click(".report summary");
    await visitor.page.getByLabel("Something else").check();
    await visitor.page.click(".report [type=submit]");
    await visitor.page.waitForSelector("h1");
    assert.match(await visitor.page.textContent("h1"), /Your report is kept/);
    await inspect(visitor, "flow-report-kept");
    assert.equal(await open(visitor, reported), 200);

    // Gone for good, after a question.
    await open(owner, `/admin${new URL(reported).pathname}`);
    await page.getByRole("link", { name: "Erase it" }).click();
    await inspect(owner, "admin-erase");
    await page.getByRole("button", { name: "Erase it for good" }).click();
    await page.waitForSelector(".notice");
    assert.match(await page.textContent(".notice"), /Erased for good/);
    assert.equal(await open(visitor, reported), 404);

    await page.getByRole("link", { name: "Reviews" }).click();
    await page.waitForURL("**/admin/reviews/");
    await inspect(owner, "admin-reviews");
    await page.getByRole("link", { name: "Trail" }).click();
    await page.waitForURL("**/admin/trail/");
    for (const deed of ["approve", "unblock", "erase", "sign in"]) {
      assert.ok((await page.textContent("tbody")).includes(deed), deed);
    }
    await inspect(owner, "admin-trail");
    await keepPeople(owner);
    assert.equal(await open(owner, "/admin/nothing"), 404);
    await inspect(owner, "admin-missing");

    await page.goto(`${desk}/admin/`);
    await press(page, "button", "Sign out");
    await page.waitForURL("**/admin/sign-in");
    await open(owner, "/admin/");
    assert.equal(new URL(page.url()).pathname, "/admin/sign-in");
  } finally {
    await visitor.context.close();
    await owner.context.close();
  }
}

// Nobody is on the list yet; someone is forgotten whom nobody knew.
async function keepPeople(owner) {
  const { page } = owner;
  await page.getByRole("link", { name: "People" }).click();
  await page.waitForURL("**/admin/people/");
  await inspect(owner, "admin-people");
  await page.getByLabel("Their mail address").fill("nobody at home");
  await page.getByRole("button", { name: "Erase" }).click();
  await page.waitForSelector("#address-fault");
  await inspect(owner, "admin-people-fault");
  await page.getByLabel("Their mail address").fill("visitor@art.example");
  await page.getByLabel("Their prompts and texts too").check();
  await press(page, "button", "Erase");
  await page.getByRole("button", { name: "Erase for good" }).waitFor();
  await inspect(owner, "admin-erase-person");
  await page.getByRole("button", { name: "Erase for good" }).click();
  await page.waitForURL("**/admin/people/?*");
  assert.ok(!page.url().includes("visitor"), page.url());
  assert.match(await page.textContent(".notice"), /Nothing was kept/);
  await inspect(owner, "admin-people-notice");
}

// Sends the form; the address of the review.
async function submit(visitor, words) {
  await open(visitor, "/generate/");
  await visitor.page.getByLabel("The first words").fill(words);
  await visitor.page.click("form.sheet [type=submit]");
  await visitor.page.waitForURL(/\/review\/[0-9a-z]{12}$/);
  return visitor.page.url();
}

// Goes from the top by Tab until the element with that name has the focus, and
// presses Enter.
async function press(page, tag, name) {
  await page.locator("body").press("Home");
  for (let i = 0; i < 100; ++i) {
    await page.keyboard.press("Tab");
    const focused = page.locator(`${tag}:focus`);
    if ((await focused.count()) === 1 && (await focused.textContent()).includes(name)) {
      await page.keyboard.press("Enter");
      return;
    }
  }
  throw new Error(`no ${tag} “${name}” comes by Tab`);
}
