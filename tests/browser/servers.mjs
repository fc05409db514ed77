// Starts the programs under test and waits until they answer.
import { spawn } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
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
    return { url: server.url, stop: () => server.stop().then(clean) };
  } catch (error) {
    await clean();
    throw error;
  }
}

export const startPreview = () =>
  inFolder(async (folder) => {
    await cp(`${process.env.ROOT}/site`, folder, { recursive: true });
    await writeFile(`${folder}/examples.txt`, "d0ned0ned0ne\n");
    return start(process.env.SITE_PREVIEW, [folder]);
  });

export const startArtspeak = () => Promise.reject(new Error("not yet"));
