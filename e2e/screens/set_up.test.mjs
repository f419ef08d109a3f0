// The very first start, in an empty folder.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { PASSWORD, PHONE, browser, emptyHouse, signIn } from "./house.mjs";

let home, chromium;
before(async () => {
  home = await emptyHouse();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  home?.close();
});

test("one page makes the installation, with everything wrong said at once", async () => {
  const page = await (await chromium.newContext({ viewport: PHONE })).newPage();
  await page.goto(home.firstRun);
  await noViolations(page);
  await page.check('[name="environment"][value="sandbox"]');
  await page.fill("#document", "11.222.333/0001-80");
  await page.fill("#legal_name", "Oficina Exemplo Ltda");
  await page.fill("#name", "Ana");
  await page.fill("#email", "ana@example.com");
  await page.fill("#password", "curta");
  await page.fill("#again", "curta");
  await page.click("text=Criar a instalação");
  await page.waitForSelector("#document-error");
  assert.match(await page.textContent("#password-error"), /ao menos 10/);
  await noViolations(page);

  await page.fill("#document", "11.222.333/0001-81");
  await page.fill("#password", PASSWORD);
  await page.fill("#again", PASSWORD);
  await page.click("text=Criar a instalação");
  await page.waitForSelector("h1:has-text('Pronto')");
  const ready = await home.next();
  assert.equal(ready.listen, home.url);
  assert.equal(ready.first_run, null);
  await signIn(page, home, "ana@example.com", PASSWORD);
  await page.waitForSelector("h1:has-text('Início')");
  assert.match(await page.textContent("body"), /Conta no banco simulado/);
});
