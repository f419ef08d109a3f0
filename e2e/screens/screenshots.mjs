// Takes a picture of every screen, in both themes, wide and on a phone:
// `e2e/screens/run.sh --screenshots FOLDER`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PHONE, WIDE, browser, emptyHouse, firstRun, house } from "./house.mjs";
import { everyState } from "./lived_in.mjs";
import { screens } from "./screens.mjs";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

const home = await house();
const empty = await emptyHouse();
const fresh = await house();
const chromium = await browser();
const first = await (await chromium.newContext()).newPage();
await firstRun(first, home);
const cookies = await first.context().cookies();
const seen = await everyState(home, first);

let taken = 0;
for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of [["largo", WIDE], ["celular", PHONE]]) {
    for (const [name, url, signedIn] of screens(empty, fresh, home, seen)) {
      const context = await chromium.newContext({ viewport, colorScheme });
      if (signedIn) await context.addCookies(cookies);
      const page = await context.newPage();
      const answer = await page.goto(url);
      if (!answer.ok()) throw new Error(`${url}: ${answer.status()}`);
      await page.waitForTimeout(300);
      const theme = colorScheme === "light" ? "claro" : "escuro";
      await page.screenshot({ path: join(folder, `${name}-${theme}-${size}.png`), fullPage: true });
      await context.close();
      taken++;
    }
  }
}
console.log(`${taken} pictures in ${folder}`);
await chromium.close();
home.close();
empty.close();
fresh.close();
