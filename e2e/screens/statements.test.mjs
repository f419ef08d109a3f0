// «Extrato»: a file is dropped twice, and brings what is new once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, firstRun, house } from "./house.mjs";
import { ofx } from "./ofx.mjs";

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

// Drops a file on the zone as a person does with the mouse, and sends it.
async function drop(name, text) {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    [name, text],
  );
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: transfer });
  await Promise.all([page.waitForURL(/importado=/), page.click("text=Importar >> nth=-1")]);
  return page.textContent("[role=status]");
}

test("an OFX dropped twice is there once", async () => {
  const { data } = await api(home, "GET", "/v1/accounts");
  const account = data[0];
  const rows = [["20260105", "100.00", "1"], ["20260105", "100.00", "2"], ["20260106", "-1.50", "3"]];
  const movements = rows.map(([day, amount, id]) => ({ day, amount, id, memo: `Lancamento ${amount}` }));
  const text = ofx(account, movements, "298.50");
  await page.goto(`${home.url}/extrato`);
  await page.waitForSelector("h1 >> text=Extrato");
  await noViolations(page);
  assert.match(await drop("janeiro.ofx", text), /3 novos, 0 já conhecidos, 0 em dúvida/);
  assert.match(await drop("de novo.ofx", text), /0 novos, 3 já conhecidos, 0 em dúvida/);
  // The days of the file are shown at once.
  await page.waitForSelector("section >> text=Em aberto: sem saldo anterior");
  assert.equal(await page.locator("section tbody tr").count(), 3);
  await page.fill("[name=q]", "-1.50");
  await page.click("form[role=search] button");
  await page.waitForSelector("section[aria-label='Dia 05/01/2026']", { state: "detached" });
  assert.equal(await page.locator("section tbody tr").count(), 1);
  await noViolations(page);
});
