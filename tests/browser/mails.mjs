// The mails that the notifier wrote into a folder.
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

// The first mail of a kind ("news", "review-ready", …) that holds the words, once
// it is there. Lines that were broken for the way are whole again.
export async function awaitMail(folder, kind, words) {
  for (let tries = 0; tries < 150; ++tries) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.startsWith(`${kind}.`) || !name.endsWith(".eml")) continue;
      const mail = (await readFile(`${folder}/${name}`, "utf8")).replaceAll("=\r\n", "");
      if (mail.includes(words)) return mail;
    }
    await pause(200);
  }
  throw new Error(`no ${kind} mail in ${folder} holds ${words}`);
}
