// «Conciliação» by keyboard: what is not certain is accepted, undone and ignored with one key each.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, control, firstRun, house } from "./house.mjs";
import { order, until } from "./lived_in.mjs";
import { importOfx, ofx } from "./ofx.mjs";

let home, chromium, page;
before(async () => {
  home = await house();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

test("a line is explained, undone and ignored by keys", async () => {
  await control(home, { do: "set", switch: "registration_delay_ms", value: 0 });
  const boleto = await api(home, "POST", "/v1/boletos?wait=10s", order("NFe 900 - 1/1", 10, 73_911, 1), "a");
  await until(async () => (await api(home, "GET", `/v1/boletos/${boleto.id}`)).status === "REGISTERED");
  const { data } = await api(home, "GET", "/v1/accounts");
  const account = data[0];
  const movement = { day: "20260105", amount: "739.11", id: "1", name: "ZULMIRA QUARESMA", memo: "PIX RECEBIDO" };
  await importOfx(home, page, account, ofx(account, [movement]));

  await page.goto(`${home.url}/conciliacao`);
  await page.waitForSelector("text=NFe 900 - 1/1");
  await noViolations(page);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal((await api(home, "GET", "/v1/matches")).data[0].boletos[0].boleto_id, boleto.id);
  await noViolations(page);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("u")]);
  assert.notEqual((await api(home, "GET", "/v1/matches")).data.find((match) => match.undone_at), undefined);
  await page.goto(`${home.url}/conciliacao`);
  await page.waitForSelector("text=NFe 900 - 1/1");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("i")]);
  await page.goto(`${home.url}/conciliacao`);
  await page.waitForSelector("h1");
  assert.equal(await page.locator("text=ZULMIRA").count(), 0);
  // It paid nothing by itself.
  assert.equal((await api(home, "GET", `/v1/boletos/${boleto.id}`)).status, "REGISTERED");
});
