// A boleto is shown to the bank before it is issued.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, control, firstRun, houseAtItau } from "./house.mjs";

let home, chromium, page;
before(async () => {
  home = await houseAtItau();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

const TYPED = {
  document_number: "450",
  amount: "1.000,01",
  expiration_date: "+30",
  "customer.document": "123.456.789-09",
  "customer.legal_name": "Maria das Dores Oliveira",
  "customer.address.postal_code": "30140-071",
  "customer.address.street": "Rua das Laranjeiras",
  "customer.address.number": "100",
  "customer.address.district": "Centro",
  "customer.address.city": "Belo Horizonte",
  "customer.address.state": "MG",
};
const typed = () => Promise.all(Object.keys(TYPED).map((name) => page.inputValue(`[name="${name}"]`)));
const boletos = async () => (await api(home, "GET", "/v1/boletos")).data;

test("«Simular no banco» tells what the bank would say, keeps what was typed and issues nothing", async () => {
  await page.goto(`${home.url}/boletos/emitir`);
  for (const [name, text] of Object.entries(TYPED)) await page.fill(`[name="${name}"]`, text);

  // A bank that does not answer is no answer.
  await control(home, { do: "fault", fault: { kind: "request_lost" }, on: "recebimentos-pix" }, "itau");
  await page.click("button:has-text('Simular no banco')");
  await page.waitForSelector("text=Nada foi emitido; tente de novo em instantes.");
  const before = await typed();
  assert.equal(before[0], "450");
  await page.click("button:has-text('Simular no banco')");
  await page.waitForSelector("text=O banco aceitaria este boleto.");
  assert.deepEqual(await typed(), before);
  await noViolations(page);
  assert.deepEqual(await boletos(), []);

  // What was typed can be issued as it stands, and no number was used up.
  await page.click("button:has-text('Emitir')");
  await page.waitForSelector("h1:has-text('Boletos emitidos')");
  await page.waitForSelector(".state:has-text('Registrado')");
  assert.equal((await boletos())[0].our_number, "00000001");
});
