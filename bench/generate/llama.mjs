// The job in llama.cpp, all texts in one batch: llama.mjs MODEL.gguf JOB.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../tests/llama/package.json", import.meta.url));
const { getLlama } = await import(pathToFileURL(require.resolve("node-llama-cpp")));
const [modelPath, job] = [process.argv[2], JSON.parse(process.argv[3])];

const llama = await getLlama({ gpu: false, build: "never", maxThreads: 2, logLevel: "error", progressLogs: false });
const model = await llama.loadModel({ modelPath });
const prompt = model.tokenize(job.prompt);
const context = await model.createContext({
  sequences: job.texts,
  contextSize: prompt.length + job.tokens + 4,
  batchSize: 512,
  threads: { ideal: 2, min: 2 },
});

async function write(sequence, seed) {
  let tokens = 0;
  const options = { temperature: 0.7, topP: 0.9, topK: 0, minP: 0, seed, yieldEogToken: true };
  for await (const _ of sequence.evaluate(prompt, options)) {
    if (++tokens === job.tokens) break;
  }
  return tokens;
}

const sequences = Array.from({ length: job.texts }, () => context.getSequence());
const start = performance.now();
const counts = await Promise.all(sequences.map((sequence, i) => write(sequence, i + 1)));
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ seconds, tokens: counts.reduce((a, b) => a + b) }));
process.exit(0);
