// What a program gets that asks for texts as it would ask OpenAI, with OpenAI's
// client. The first fault of each test is printed and makes the exit status 1.
import assert from "node:assert/strict";
import OpenAI from "openai";
import { artspeak, cleanUp, prepare, start } from "./servers.mjs";

const model = "poet";
const prompt = "A painting of the";
let client;

const complete = (options) => client.completions.create({ model, prompt, ...options });
const textsOf = (answer) => answer.choices.map((choice) => choice.text);

// The texts, ends and logprobs that a stream's pieces come to.
async function gather(stream, n) {
  const choices = Array.from({ length: n }, () => ({ text: "", pieces: 0, finish: null, logprobs: {} }));
  let usage = null;
  for await (const chunk of stream) {
    assert.equal(chunk.object, "text_completion");
    usage = chunk.usage ?? usage;
    for (const { index, text, logprobs, finish_reason } of chunk.choices) {
      const choice = choices[index];
      assert.equal(choice.finish, null, "something came after the end");
      choice.text += text;
      choice.pieces += 1;
      choice.finish = finish_reason;
      for (const [name, values] of Object.entries(logprobs ?? {})) {
        choice.logprobs[name] = [...(choice.logprobs[name] ?? []), ...values];
      }
    }
  }
  return { choices, usage };
}

async function listsTheModel() {
  const models = [];
  for await (const listed of await client.models.list()) models.push(listed);
  assert.deepEqual(models.map(({ id, object }) => [id, object]), [[model, "model"]]);
  assert.equal((await client.models.retrieve(model)).id, model);
}

async function writesATextAsTheCommandDoes() {
  const answer = await complete({ max_tokens: 30, temperature: 0 });
  const args = ["--prompt", prompt, "--length", 30, "--temperature", 0, "--nsamples", 1, "--json"];
  const [{ text, tokens, finish }] = JSON.parse(await artspeak("generate", model, ...args)).samples;
  assert.equal(answer.object, "text_completion");
  assert.match(answer.id, /^cmpl-/);
  assert.equal(answer.model, model);
  assert(Math.abs(answer.created - Date.now() / 1000) < 3600);
  assert.deepEqual(answer.choices, [{ index: 0, text, logprobs: null, finish_reason: finish }]);
  const { prompt_tokens, completion_tokens, total_tokens } = answer.usage;
  assert.equal(completion_tokens, tokens);
  assert(prompt_tokens > 1 && total_tokens === prompt_tokens + completion_tokens);
}

async function writesSeveralTexts() {
  const options = { n: 4, max_tokens: 40, temperature: 2, seed: 7 };
  const answer = await complete(options);
  assert.deepEqual(answer.choices.map(({ index }) => index), [0, 1, 2, 3]);
  const texts = textsOf(answer);
  assert.equal(new Set(texts).size, 4);
  const again = await complete(options);
  assert.deepEqual(textsOf(again), texts, "the same seed");
  assert.equal(again.system_fingerprint, answer.system_fingerprint);
  assert.deepEqual(textsOf(await complete({ ...options, n: 2 })), texts.slice(0, 2));
  assert.notDeepEqual(textsOf(await complete({ ...options, seed: 8 })), texts);
  assert.notDeepEqual(textsOf(await complete({ ...options, seed: undefined })), texts);

  const both = await complete({ ...options, n: 2, prompt: ["The sea", prompt] });
  assert.equal(both.choices.length, 4);
  assert.deepEqual(textsOf(both).slice(2), texts.slice(0, 2));
}

async function usesTopP() {
  const likeliest = textsOf(await complete({ max_tokens: 30, temperature: 0 }));
  for (const top_p of [0, 1e-6]) {
    assert.deepEqual(textsOf(await complete({ max_tokens: 30, temperature: 2, top_p })), likeliest);
  }
}

async function streams() {
  const options = { n: 3, max_tokens: 40, temperature: 1, seed: 3 };
  const whole = await complete(options);
  const stream = await complete({ ...options, stream: true, stream_options: { include_usage: true } });
  const { choices, usage } = await gather(stream, 3);
  choices.forEach(({ text, finish, pieces }, i) => {
    assert.equal(text, whole.choices[i].text);
    assert.equal(finish, whole.choices[i].finish_reason);
    assert(pieces > 10, `only ${pieces} pieces`);
  });
  assert.deepEqual(usage, whole.usage);
  const { usage: unasked } = await gather(await complete({ ...options, stream: true }), 3);
  assert.equal(unasked, null);
}

async function stops() {
  const options = { max_tokens: 60, temperature: 0 };
  const whole = (await complete(options)).choices[0].text;
  const stop = whole.slice(12, 17);
  const expected = whole.slice(0, whole.indexOf(stop));
  for (const given of [stop, ["never in it", stop]]) {
    const [{ text, finish_reason }] = (await complete({ ...options, stop: given })).choices;
    assert.deepEqual([text, finish_reason], [expected, "stop"]);
    const { choices } = await gather(await complete({ ...options, stop: given, stream: true }), 1);
    assert.deepEqual([choices[0].text, choices[0].finish], [expected, "stop"]);
  }
  const short = await complete({ ...options, max_tokens: 2 });
  assert.equal(short.choices[0].finish_reason, "length");
  assert.equal(short.usage.completion_tokens, 2);
}

async function tellsOfTokens() {
  // Where what is likely has letters of several bytes.
  const options = { prompt: "hangs où la", max_tokens: 40, temperature: 1, seed: 5, logprobs: 3, n: 2 };
  const whole = await complete(options);
  for (const { text, logprobs } of whole.choices) {
    const { tokens, token_logprobs, top_logprobs, text_offset } = logprobs;
    assert(tokens.length > 0 && tokens.length <= 40);
    for (const list of [token_logprobs, top_logprobs, text_offset]) assert.equal(list.length, tokens.length);
    const characters = [...text];
    tokens.forEach((token, i) => {
      assert(token_logprobs[i] <= 0);
      const chances = Object.values(top_logprobs[i]);
      assert(chances.length === 3 || chances.length === 4);
      assert.equal(top_logprobs[i][token], token_logprobs[i]);
      assert(chances.reduce((sum, chance) => sum + Math.exp(chance), 0) < 1.0001);
      if (token.startsWith("bytes:")) return;
      const there = characters.slice(text_offset[i]).join("");
      assert(there.startsWith(token) || token.startsWith(there), `${token} at ${text_offset[i]} of ${text}`);
    });
  }
  const { choices } = await gather(await complete({ ...options, stream: true }), 2);
  choices.forEach(({ logprobs }, i) => assert.deepEqual(logprobs, whole.choices[i].logprobs));

  const greedy = await complete({ max_tokens: 20, temperature: 0, logprobs: 1 });
  for (const best of greedy.choices[0].logprobs.top_logprobs) assert.equal(Object.keys(best).length, 1);
}

async function refuses() {
  const strangers = new OpenAI({ apiKey: "sk-wrong", baseURL: client.baseURL, maxRetries: 0 });
  const wrongKey = { status: 401, code: "invalid_api_key", constructor: OpenAI.AuthenticationError };
  await assert.rejects(strangers.models.list(), wrongKey);
  await assert.rejects(strangers.completions.create({ model, prompt }), wrongKey);
  const unknown = { status: 404, code: "model_not_found", constructor: OpenAI.NotFoundError };
  await assert.rejects(complete({ model: "gpt-3.5-turbo-instruct" }), unknown);
  await assert.rejects(client.models.retrieve("davinci-002"), unknown);
  const senseless = (param) => ({ status: 400, param, constructor: OpenAI.BadRequestError });
  await assert.rejects(complete({ max_tokens: 100_000 }), senseless("max_tokens"));
  await assert.rejects(complete({ max_tokens: 1000, n: 16 }), senseless("max_tokens"));
  await assert.rejects(complete({ n: 99, stream: true }), senseless("n"));
  await assert.rejects(complete({ echo: true }), senseless("echo"));
  await assert.rejects(complete({ prompt: "sea ".repeat(500) }), {
    ...senseless("prompt"),
    code: "context_length_exceeded",
  });
  const chat = { model, messages: [{ role: "user", content: "?" }] };
  await assert.rejects(client.chat.completions.create(chat), { status: 404 });
}

// Each asks for all places that a key gets.
async function refusesTooManyAtOnce() {
  const asked = Array.from({ length: 8 }, () => complete({ n: 8, max_tokens: 256 }));
  const answers = await Promise.allSettled(asked);
  const refused = answers.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  assert(refused.length > 0 && refused.length < asked.length, `${refused.length} were refused`);
  for (const reason of refused) {
    assert(reason instanceof OpenAI.RateLimitError, reason);
    assert.equal(reason.headers.get("retry-after"), "5");
  }
}

async function freesThePlacesOfWhoLeaves() {
  const stream = await complete({ n: 8, max_tokens: 256, stream: true });
  for await (const chunk of stream) {
    assert(chunk);
    break; // which closes the connection
  }
  const patient = client.withOptions({ maxRetries: 5 });
  const answer = await patient.completions.create({ model, prompt, n: 8, max_tokens: 2 });
  assert.equal(answer.choices.length, 8);
}

// The site on the same port has visitors meanwhile.
async function sharesThePort(url) {
  const stream = await complete({ n: 8, max_tokens: 256, stream: true });
  const form = new URLSearchParams({ prompt: "The sea", eccentricity: "7" });
  const posted = await fetch(`${url}/submission`, { method: "POST", body: form, redirect: "manual" });
  assert.equal(posted.status, 303);
  const { choices } = await gather(stream, 8);
  for (const { finish } of choices) assert.notEqual(finish, null);
}

let faults = 0;
async function test(name, body) {
  try {
    await body();
    console.log(`passed: ${name}`);
  } catch (error) {
    faults += 1;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}

try {
  const { key, hash } = await prepare();
  const clientOf = ({ url }) => new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
  const site = await start("serve", hash);
  client = clientOf(site);
  await test("the model is listed", listsTheModel);
  await test("a text is the one that the command writes", writesATextAsTheCommandDoes);
  await test("several texts, and the same from a seed", writesSeveralTexts);
  await test("top_p", usesTopP);
  await test("a stream has the same texts", streams);
  await test("stop texts", stops);
  await test("tokens and their chances", tellsOfTokens);
  await test("refusals are the client's own errors", refuses);
  await test("too many texts at once", refusesTooManyAtOnce);
  await test("who leaves frees their places", freesThePlacesOfWhoLeaves);
  await test("visitors on the same port", () => sharesThePort(site.url));
  await site.stop();

  const worker = await start("worker", hash);
  client = clientOf(worker);
  await test("a worker alone lists the model", listsTheModel);
  await test("a worker alone streams", streams);
  await worker.stop();
} finally {
  await cleanUp();
}
process.exit(faults === 0 ? 0 : 1);
