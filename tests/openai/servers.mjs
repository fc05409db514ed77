// The program with a small model of its own, and a key for it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const folder = await mkdtemp(path.join(tmpdir(), "artspeak-openai-"));
export const cleanUp = () => rm(folder, { recursive: true, force: true });

// Runs the program to its end; what it printed.
export async function artspeak(...args) {
  const child = spawn(process.env.ARTSPEAK, args.map(String), {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let said = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`artspeak ${args.join(" ")} ended with ${status}: ${said}`);
  return printed;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Trains the model "poet" on two sentences that begin alike, one with letters
// of several bytes, and makes a key.
export async function prepare() {
  const sentences =
    "A painting of the sea hangs in a quiet room and nobody looks.\n\n" +
    "A painting of the café hangs où la lumière est grise – and she looks back.\n\n";
  await writeFile(`${folder}/data.txt`, sentences.repeat(60));
  const size = ["--layers", 1, "--width", 32, "--heads", 2, "--context", 64, "--vocab-size", 300];
  const pace = ["--steps", 300, "--batch-size", 4, "--learning-rate", 1e-2, "--threads", 1];
  const quiet = ["--sample-every", 0, "--validation-fraction", 0, "--save-every", 0];
  await artspeak("finetune", "data.txt", "--model", "new", "--run-name", "poet", ...size, ...pace, ...quiet);
  const [, key, hash] = (await artspeak("admin", "api-key")).match(/key: +(\S+)\nhash: +(\S+)\n/);
  return { key, hash };
}

// Starts `artspeak ROLE`; resolves with its address once it answers there.
export async function start(role, hash) {
  const sitePort = await freePort();
  const apiPort = await freePort();
  await writeFile(
    `${folder}/${role}.toml`,
    `[site]
listen = "127.0.0.1:${sitePort}"
directory = "${process.env.ROOT}/site"
[model]
path = "poet"
[worker]
busy_file = "busy"
[api]
keys = ["${hash}"]
listen = "127.0.0.1:${apiPort}"
`,
  );
  const child = spawn(process.env.ARTSPEAK, [role, "--config", `${role}.toml`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(child, "exit");
  let said = "";
  const url = await new Promise((resolve, reject) => {
    child.stderr.on("data", (chunk) => {
      said += chunk;
      const address = said.match(/running on (http:\/\/127\.0\.0\.1:\d+)\//);
      if (address) resolve(address[1]);
    });
    exited.then(([status]) => reject(new Error(`artspeak ${role} ended with ${status}: ${said}`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const [status] = await exited;
    if (status !== 0) throw new Error(`artspeak ${role} ended with ${status}: ${said}`);
  };
  return { url, stop };
}
