// Contracts: registered with a preview, issued now, and each period with its boleto.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, firstRun, house } from "./house.mjs";
import { day, order, until } from "./lived_in.mjs";

let home, chromium, page;
before(async () => {
  home = await house();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
  await api(home, "POST", "/v1/customers", order("1", 1, 1).customer, "customer");
});
after(async () => {
  await chromium?.close();
  home?.close();
});

const brazilian = (date) => date.split("-").reverse().join("/");

test("a contract is registered, and «Emitir agora» gives its period a boleto", async () => {
  await page.goto(`${home.url}/contratos`);
  await page.click("text=Cadastrar o primeiro");
  await page.fill("[name=description]", "Mensalidade da turma A");
  await page.fill("[name=customer]", "123.456.789-09");
  await page.fill("[name=amount]", "300");
  // Its first period is not issued by itself yet.
  await page.fill("[name=expiration_date]", "+40");
  await page.fill("[name=periods]", "3");
  await page.waitForSelector("#previa >> text=900,00 ao todo");
  const dates = await page.$$eval("#previa tbody tr", (rows) => rows.map((row) => row.cells[1].innerText));
  assert.equal(dates.length, 3);
  await noViolations(page);
  await page.click("button[form=contrato]");
  await page.waitForSelector("text=Nenhum período emitido ainda");
  await page.click("text=Emitir agora o período 1");
  // The bank's answer comes by itself.
  await page.waitForSelector("td >> text=Registrado");
  const row = await page.$eval("[data-refresh] tbody tr", (row) => [...row.cells].map((cell) => cell.innerText.trim()));
  assert.equal(row[0], "CT 1 - 1/3");
  assert.equal(row[1], dates[0]);
  await noViolations(page);
  await page.click("[data-refresh] tbody a");
  await page.waitForSelector("h1 >> text=Boleto CT 1 - 1/3");
});

test("a period whose day has come is issued by itself, and a pause holds the next one", async () => {
  const customers = await api(home, "GET", "/v1/customers");
  const due = day(5);
  const body = { description: "Assinatura", customer_id: customers.data[0].id, amount: 5000, expiration_date: due, interval: "weekly" };
  const contract = await api(home, "POST", "/v1/contracts", body, "weekly");
  const periods = async () => (await api(home, "GET", `/v1/contracts/${contract.id}/periods`)).data;
  await until(async () => (await periods())[0]?.boleto_status === "REGISTERED");
  await page.goto(`${home.url}/contratos/${contract.id}`);
  assert.match(await page.textContent("tbody"), new RegExp(brazilian(due)));
  await page.click("text=Pausar");
  await page.waitForSelector("text=Retomar");
  await page.goto(`${home.url}/contratos`);
  assert.match(await page.textContent("table"), /Pausado/);
  assert.equal((await periods()).length, 1);
});
