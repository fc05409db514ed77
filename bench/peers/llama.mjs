// Texts by llama.cpp, all in one batch: llama.mjs JOB, answering as
// bench/contender.h describes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../tests/llama/package.json", import.meta.url));
const { getLlama } = await import(pathToFileURL(require.resolve("node-llama-cpp")));
const job = JSON.parse(process.argv[2]);

const llama = await getLlama({
  gpu: false,
  build: "never",
  maxThreads: job.threads,
  logLevel: "error",
  progressLogs: false,
});
const model = await llama.loadModel({ modelPath: job.model });
const context = await model.createContext({
  sequences: job.texts,
  contextSize: job.prompt.length + job.tokens + 4,
  batchSize: Math.max(512, job.texts * job.prompt.length),
  threads: { ideal: job.threads, min: job.threads },
});

let firstTokenAt = 0;
async function write(sequence, seed) {
  let tokens = 0;
  const options = { temperature: job.temperature, topP: job.top_p, topK: 0, minP: 0, seed, yieldEogToken: true };
  for await (const _ of sequence.evaluate(job.prompt, options)) {
    firstTokenAt ||= Date.now() / 1000;
    if (++tokens === job.tokens) break;
  }
  return tokens;
}

const sequences = Array.from({ length: job.texts }, () => context.getSequence());
const start = performance.now();
const counts = await Promise.all(sequences.map((sequence, i) => write(sequence, i + 1)));
const seconds = (performance.now() - start) / 1000;
const tokens = counts.reduce((a, b) => a + b);
if (tokens !== job.texts * job.tokens) throw new Error(`wrote ${tokens} tokens`);
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
console.log(
  JSON.stringify({ seconds, tokens, peak_memory_bytes: 1024 * Number(peak), first_token_at: firstTokenAt }),
);
process.exit(0);
