// Trains a small model until it knows a text by heart, so that its greedy
// choices have wide margins, exports it, and asks llama.cpp for the same tokens
// and the same text as the program's own; and, where it has not learnt what
// comes next, for nearly the same chances. The first fault of each test is
// printed and makes the exit status 1.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { getLlama } from "node-llama-cpp";

const text = `The gallery opens at nine, and by ten the light has moved from the floor to the wall.
“It's quiet,” says the guard, “quieter than last year.” Nobody answers her.
In room 7 hangs a small painting: a café near the gare, a café nobody's seen since 1931.
Où est la lumière? Elle est dans la fenêtre, über dem Fluss, där gatan slutar.
The label is wrong — it names 東京, where the painter never was. Who'd know? We didn't.
Outside, a child draws a cat 🐈 with chalk; the rain will take it at 16:45.
Then the doors close,  and the wall keeps what is left of the light until tomorrow.
`;
const prompts = [
  "The gallery opens",
  "“It's quiet,” says",
  "Où est la",
  "The label is wrong — it names",
  "Outside, a child",
];
const sentences = [
  ...text.split("\n"),
  text,
  "It's they'll we've I'd 'tis don't",
  "  two  spaces,\ttabs\n\n\nand lines \n",
  "1234567890 3.14 １２３ ½",
  "Ελληνικά, русский, עברית, العربية, हिन्दी, 한국어",
  "e\u0301 is two, é is one; 👩‍🎨🏳️‍🌈",
  "<|endoftext|> as letters",
];
const length = 80; // tokens; with the longest prompt within the context
const context = 160;

const folder = await mkdtemp(path.join(tmpdir(), "artspeak-llama-"));
const artspeak = (args, input) =>
  execFileSync(process.env.ARTSPEAK, args.map(String), {
    cwd: folder,
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });

async function train() {
  await writeFile(`${folder}/data.txt`, text.repeat(20));
  const size = ["--layers", 2, "--width", 64, "--heads", 2, "--context", context, "--vocab-size", 400];
  const pace = ["--steps", 400, "--batch-size", 4, "--learning-rate", 5e-3, "--schedule", "cosine"];
  const quiet = ["--validation-fraction", 0, "--sample-every", 0, "--save-every", 0];
  artspeak(["finetune", "data.txt", "--model", "new", "--run-name", "poet", ...size, ...pace, ...quiet]);
}

// What the program itself writes on, and its tokens of texts.
function generate(prompt) {
  const greedily = ["--length", length, "--temperature", 0, "--truncate", "", "--seed", 1, "--nsamples", 1];
  const answer = artspeak(["generate", "poet", "--prompt", prompt, ...greedily, "--json"]);
  return JSON.parse(answer).samples[0].text;
}

function encode(texts, ...options) {
  const lines = texts.map((line) => `${JSON.stringify(line)}\n`).join("");
  const answer = artspeak(["tokenizer", "encode", "poet", ...options], lines);
  return answer.trimEnd().split("\n").map((line) => JSON.parse(line));
}

// One thread: on a busy machine several wait for each other at every token.
const newContext = (model) =>
  model.createContext({ contextSize: context, batchSize: context, threads: 1 });

// The chances of every token after each of `tokens`: from logits, fp32 (T, V).
async function chances(tokens) {
  artspeak(["model", "logits", "poet", "--ids", tokens.join(","), "--output", "logits.npy"]);
  const file = await readFile(`${folder}/logits.npy`);
  const begin = 10 + file.readUInt16LE(8); // a .npy file, version 1
  const logits = new Float32Array(file.buffer.slice(file.byteOffset + begin, file.byteOffset + file.length));
  const width = logits.length / tokens.length;
  return tokens.map((_, t) => {
    const powers = Array.from(logits.subarray(t * width, (t + 1) * width), Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  });
}

// The same from llama.cpp.
async function llamaChances(model, tokens) {
  const llamaContext = await newContext(model);
  const untouched = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  const asked = tokens.map((token) => [token, { generateNext: { probabilities: true, options: untouched } }]);
  const answers = await llamaContext.getSequence().controlledEvaluate(asked);
  await llamaContext.dispose();
  return answers.map(({ next }) => next.probabilities);
}

// What llama.cpp writes on.
async function continueGreedily(model, prompt) {
  const llamaContext = await newContext(model);
  const tokens = [];
  const steps = llamaContext
    .getSequence()
    .evaluate(model.tokenize(prompt), { temperature: 0, yieldEogToken: true });
  for await (const token of steps) {
    tokens.push(token);
    if (tokens.length === length) break;
  }
  await llamaContext.dispose();
  return model.detokenize(tokens, true);
}

async function compareTexts(model) {
  for (const prompt of prompts) {
    const expected = generate(prompt);
    assert(text.repeat(3).includes(prompt + expected), `not learnt by heart: ${prompt}${expected}`);
    assert.equal(await continueGreedily(model, prompt), expected);
  }
}

// Where the model is unsure, every fault of a weight shows. Half the sum of the
// differences is the share of texts that go on otherwise: 0.003 with f16 and 0.03
// with q8_0 at the worst token when this was written, and 0.3 when the layer
// norms were swapped. With q4_0 it was 0.3: there the text tells more.
async function compareChances(model, bound) {
  const tokens = model.tokenize("The café in room 9 never opens its doors, says a child");
  const ours = await chances(tokens);
  const theirs = await llamaChances(model, tokens);
  const differences = ours.map((row, t) =>
    row.reduce((sum, chance, token) => sum + Math.abs(chance - theirs[t].get(token)) / 2, 0),
  );
  assert(Math.max(...differences) < bound, `at each token the chances differ by ${differences}`);
}

function compareTokens(model) {
  const plain = encode(sentences);
  const special = encode(sentences, "--special");
  assert.notDeepEqual(plain, special);
  sentences.forEach((sentence, i) => {
    assert.deepEqual(model.tokenize(sentence), plain[i], sentence);
    assert.deepEqual(model.tokenize(sentence, true), special[i], sentence);
  });
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
  await train();
  const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", progressLogs: false });
  for (const [weights, bound] of Object.entries({ f16: 0.01, q8_0: 0.1, q4_0: 0.5 })) {
    const file = `${folder}/poet-${weights}.gguf`;
    artspeak(["model", "export", "poet", "--format", "gguf", "--weights", weights, "--output", file]);
    const model = await llama.loadModel({ modelPath: file });
    await test(`the same tokens, ${weights}`, () => compareTokens(model));
    await test(`the same text, ${weights}`, () => compareTexts(model));
    await test(`the same chances, ${weights}`, () => compareChances(model, bound));
    await model.dispose();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(faults === 0 ? 0 : 1);
