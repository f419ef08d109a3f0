// Every screen keeps the rules of accessibility, light and dark, wide and on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { PHONE, WIDE, browser, emptyHouse, firstRun, house } from "./house.mjs";
import { everyState } from "./lived_in.mjs";
import { screens } from "./screens.mjs";

let home, empty, fresh, chromium, cookies, all;
before(async () => {
  home = await house();
  empty = await emptyHouse();
  fresh = await house();
  chromium = await browser();
  const page = await (await chromium.newContext()).newPage();
  await firstRun(page, home);
  cookies = await page.context().cookies();
  all = screens(empty, fresh, home, await everyState(home, page));
});
after(async () => {
  await chromium?.close();
  home?.close();
  empty?.close();
  fresh?.close();
});

for (const [colorScheme, viewport] of [["light", WIDE], ["dark", PHONE]]) {
  test(`no screen has a violation when ${colorScheme} and ${viewport.width} wide`, async () => {
    const contexts = await Promise.all([false, true].map(() => chromium.newContext({ viewport, colorScheme })));
    await contexts[1].addCookies(cookies);
    const found = [];
    const look = async ([name, url, signedIn]) => {
      const page = await contexts[Number(signedIn)].newPage();
      const answer = await page.goto(url);
      assert.ok(answer.ok(), `${name}: ${answer.status()}`);
      await noViolations(page).catch((error) => found.push(`${name}: ${error.message}`));
      // Only a table, in its own box, may be wider than the screen.
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wider > 0) found.push(`${name}: wider than the screen by ${wider} px`);
      await page.close();
    };
    const left = [...all];
    const worker = async () => {
      while (left.length) await look(left.shift());
    };
    await Promise.all([worker(), worker(), worker()]);
    assert.deepEqual(found, []);
    await Promise.all(contexts.map((context) => context.close()));
  });
}
