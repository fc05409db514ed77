// Starts the programs under test and waits until they answer.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

// Runs until stopped; resolves with the first address it prints.
function start(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
    let said = "";
    const exited = new Promise((done) => child.once("exit", done));
    const listen = (chunk) => {
      said += chunk;
      const address = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (!address) return;
      resolve({
        url: address[0],
        stop: async () => {
          child.stdin.end();
          child.kill("SIGTERM");
          await exited;
        },
      });
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    exited.then((status) => reject(new Error(`${program} ended with ${status}: ${said}`)));
  });
}

// A folder of its own for each server, removed when it stops.
async function inFolder(begin) {
  const folder = await mkdtemp(path.join(tmpdir(), "artspeak-browser-"));
  const clean = () => rm(folder, { recursive: true, force: true });
  try {
    const server = await begin(folder);
    return { ...server, stop: () => server.stop().then(clean) };
  } catch (error) {
    await clean();
    throw error;
  }
}

// The site as it comes, or with what a theme of examples/themes/ changes.
const startPreviewOf = (theme) =>
  inFolder(async (folder) => {
    await cp(`${process.env.ROOT}/site`, folder, { recursive: true });
    if (theme) {
      await cp(`${process.env.ROOT}/examples/themes/${theme}`, folder, { recursive: true });
    }
    await writeFile(`${folder}/examples.txt`, "d0ned0ned0ne\n");
    return start(process.env.SITE_PREVIEW, [folder]);
  });
export const startPreview = () => startPreviewOf();
export const startPoster = () => startPreviewOf("poster");

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Runs a program to its end.
async function complete(program, args, options) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${said}`);
}

// The hash of a password, as the configuration wants it.
async function hashOf(password) {
  const child = spawn(process.env.ARTSPEAK, ["admin", "password"], { stdio: ["pipe", "pipe", "inherit"] });
  let hash = "";
  child.stdout.on("data", (chunk) => (hash += chunk));
  child.stdin.end(`${password}\n`);
  await once(child, "close");
  return hash.trim();
}

// The whole program: a model of a few thousand weights, trained for a moment on
// a made-up sentence, and the site it writes for.
export const startArtspeak = () =>
  inFolder(async (folder) => {
    const sentence = "A painting of the sea hangs in a quiet room and nobody looks.\n\n";
    await writeFile(`${folder}/data.txt`, sentence.repeat(100));
    const size = ["--layers", "1", "--width", "32", "--heads", "2", "--context", "64", "--vocab-size", "300"];
    await complete(
      process.env.ARTSPEAK,
      ["finetune", "data.txt", "--model", "new", ...size, "--run-name", "tiny"].concat(
        ["--steps", "300", "--batch-size", "4", "--learning-rate", "1e-2", "--threads", "1"],
        ["--sample-every", "0", "--validation-fraction", "0"],
      ),
      { cwd: folder },
    );
    const port = await freePort();
    const adminPort = await freePort();
    const password = "eleven umbrellas";
    await writeFile(`${folder}/held-words.txt`, "swin*\n");
    await writeFile(
      `${folder}/artspeak.toml`,
      `[site]
listen = "127.0.0.1:${port}"
base_url = "http://127.0.0.1:${port}"
directory = "${process.env.ROOT}/site"
time_zone = "Europe/Vienna"
held_words = "held-words.txt"
[admin]
listen = "127.0.0.1:${adminPort}"
password = "${await hashOf(password)}"
[model]
path = "tiny"
[store]
url = "sqlite:artspeak.db"
[mail]
kind = "directory"
directory = "mails"
from = "Artspeak <reviews@artspeak.example>"
`,
    );
    const server = await start(process.env.ARTSPEAK, ["serve", "--config", "artspeak.toml"], { cwd: folder });
    const admin = (...words) =>
      complete(process.env.ARTSPEAK, ["admin", ...words, "--config", "artspeak.toml"], { cwd: folder });
    return { ...server, mails: `${folder}/mails`, admin, desk: `http://127.0.0.1:${adminPort}`, password };
  });

// The pages alone, with limits that a test reaches, behind a proxy that a test
// can play.
export const startGuarded = () =>
  inFolder(async (folder) => {
    const port = await freePort();
    await writeFile(
      `${folder}/artspeak.toml`,
      `[site]
listen = "127.0.0.1:${port}"
directory = "${process.env.ROOT}/site"
proxy = "127.0.0.1"
[limits]
client = 4
queue = 8
`,
    );
    return start(process.env.ARTSPEAK, ["web", "--config", "artspeak.toml"], { cwd: folder });
  });
