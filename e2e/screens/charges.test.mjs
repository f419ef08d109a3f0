// Fine and discount of a registered boleto are changed at a bank that takes that.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, firstRun, houseAtItau } from "./house.mjs";

let home, chromium, page, boleto;
before(async () => {
  home = await houseAtItau();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
  const customer = {
    document: "12345678909",
    legal_name: "Maria das Dores Oliveira",
    address: { street: "Rua das Laranjeiras", number: "100", district: "Centro", city: "Belo Horizonte", state: "MG", postal_code: "30140071" },
  };
  const due = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const order = { document_number: "450", amount: 100_001, expiration_date: due, customer };
  boleto = await api(home, "POST", "/v1/boletos", order, "boleto");
});
after(async () => {
  await chromium?.close();
  home?.close();
});

test("«Alterar encargos» asks the bank for what was changed, and shows it once the bank does", async () => {
  await page.goto(`${home.url}/boletos/${boleto.id}`);
  await page.waitForSelector(".state:has-text('Registrado')");
  await page.click("summary:has-text('Alterar encargos')");
  await noViolations(page);
  if (process.env.QUITA_PICTURES) await page.screenshot({ path: `${process.env.QUITA_PICTURES}/encargos.png`, fullPage: true });

  // As it is shown nothing is asked for.
  await page.click("details[open] button:has-text('Pedir a alteração')");
  await page.waitForSelector("text=nada foi mudado");
  await page.fill("[name=fine]", "2,00");
  await page.fill("[name=discount1]", "5,00");
  await page.fill("[name=discount1_days]", "5");
  await page.click("details[open] button:has-text('Pedir a alteração')");
  await page.waitForSelector("dt:has-text('Multa') + dd:has-text('2,00 %')");
  await page.waitForSelector("dt:has-text('Desconto') + dd:has-text('5,00 %')");
  await page.waitForSelector("li:has-text('Alterado no banco'):has-text('multa de 2,00 %')");
  const now = await api(home, "GET", `/v1/boletos/${boleto.id}`);
  assert.deepEqual([now.fine.value, now.interest, now.changes_wanted], ["2.00", null, []]);
  if (process.env.QUITA_PICTURES) await page.screenshot({ path: `${process.env.QUITA_PICTURES}/encargos-depois.png`, fullPage: true });
});
