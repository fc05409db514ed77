// Past the doorkeeper, who asks the more the busier the site is. The server lets
// four in from one address, and eight wait (servers.mjs).
import assert from "node:assert/strict";
import { inspect, newVisitor, open } from "./visitor.mjs";

const review = /\/review\/[0-9a-hjkmnp-tv-z]{12}$/;
const send = "form.sheet [type=submit]";

async function newVisitorFrom(address, browser, url, look, scripts) {
  const visitor = await newVisitor(browser, url, look, scripts);
  await visitor.context.setExtraHTTPHeaders({ "X-Forwarded-For": address });
  return visitor;
}

async function write(visitor, words) {
  assert.equal(await open(visitor, "/generate/"), 200);
  await visitor.page.getByLabel("The first words").fill(words);
}

async function expectNotice({ page }, title, words) {
  await page.getByRole("alert").getByText(title).waitFor();
  assert.equal(await page.getByLabel("The first words").inputValue(), words);
}

export async function passTheDoor(browser, { url }, look, scripts) {
  const visitor = await newVisitorFrom("198.51.100.1", browser, url, look, scripts);
  const { page } = visitor;
  try {
    await write(visitor, "The first umbrella");
    await page.click(send);
    await page.waitForURL(review);

    // Faster than a person: press again, a little later.
    await write(visitor, "The second umbrella");
    await page.click(send);
    await expectNotice(visitor, "Once more, please.", "The second umbrella");
    await inspect(visitor, "door-soon");
    for (let presses = 0; !review.test(page.url()); ++presses) {
      assert.ok(presses < 100);
      await page.click(send);
      await page.waitForLoadState();
    }

    // Without the worker a minute's wait takes its place.
    await page.route("**/assets/proof.js", (route) => route.abort());
    await write(visitor, "The third umbrella");
    await page.click(send);
    await expectNotice(visitor, "One moment, please.", "The third umbrella");
    await page.getByText("press the button again in").waitFor();
    visitor.faults = visitor.faults.filter((fault) => !/ERR_FAILED/.test(fault));
    await inspect(visitor, "door-busy");
    await page.unroute("**/assets/proof.js");

    // With it the page sends itself.
    for (const words of ["The third umbrella", "The fourth umbrella"]) {
      await write(visitor, words);
      await page.click(send);
      await page.waitForURL(review, { timeout: 120_000 });
    }

    await write(visitor, "The fifth umbrella");
    await page.click(send);
    await expectNotice(visitor, "That is a good deal of art.", "The fifth umbrella");
    await inspect(visitor, "door-full");
  } finally {
    await visitor.context.close();
  }

  // Half the line is taken: now the form asks at once, and whoever types hardly
  // notices.
  const next = await newVisitorFrom("198.51.100.2", browser, url, look, scripts);
  try {
    next.page.on("response", (response) => {
      if (response.status() === 429) next.faults.push("the form came back");
    });
    do await write(next, "Another umbrella");
    while (!(await next.page.locator("[data-proof-bits]").count()));
    await next.page.click(send);
    await next.page.waitForURL(review, { timeout: 120_000 });
    assert.deepEqual(next.faults, []);
  } finally {
    await next.context.close();
  }
}

export async function waitAtTheDoor(browser, { url }, look, scripts) {
  const visitor = await newVisitorFrom("2001:db8::1", browser, url, look, scripts);
  const { page } = visitor;
  try {
    for (let i = 0; i < 4; ++i) { // at least half a line
      await page.request.post("/submission", {
        form: { prompt: "Umbrellas", eccentricity: "5" },
        headers: { "X-Forwarded-For": `203.0.113.${i}` },
      });
    }
    await write(visitor, "An umbrella without scripts");
    await page.click(send);
    await expectNotice(visitor, "One moment, please.", "An umbrella without scripts");
    await page.getByText("press the button again in").waitFor();
    await inspect(visitor, "door-busy");
    await page.click(send); // too early costs nothing
    await expectNotice(visitor, "One moment, please.", "An umbrella without scripts");

    // Programs fill in what people do not see.
    const trapped = await page.request.post("/submission", {
      form: { prompt: "Umbrellas", eccentricity: "5", website: "http://umbrellas.example" },
    });
    assert.equal(trapped.status(), 422);
  } finally {
    await visitor.context.close();
  }
}
