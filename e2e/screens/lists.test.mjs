// The list of boletos, what is done with many of them and with one, and what the payer sees.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { PHONE, WIDE, api, browser, control, firstRun, house } from "./house.mjs";
import { day, livedIn, order } from "./lived_in.mjs";

let home, chromium, page, seen;
before(async () => {
  home = await house();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  page.on("dialog", (dialog) => dialog.accept());
  await firstRun(page, home);
  seen = await livedIn(home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

const address = () => page.url().slice(home.url.length);
const numbers = () => page.$$eval("tbody tr th", (cells) => cells.map((cell) => cell.innerText.trim()));

test("a filter stands in the address, is kept as a tab, and goes into a file", async () => {
  await page.goto(`${home.url}/boletos`);
  assert.match(await page.textContent("tfoot"), /Total do filtro: 11 boletos/);
  await page.fill("#customer", "oliveira");
  await page.selectOption("#status", "due");
  await page.press("#customer", "Enter");
  await page.waitForURL("**/boletos?status=due&customer=oliveira");
  assert.deepEqual(await numbers(), ["NFe 414 - 1/1"]);
  await noViolations(page);

  await page.click("summary:has-text('Guardar este filtro')");
  await page.fill("#name", "Dona Maria");
  await page.click("button:has-text('Guardar')");
  await page.waitForSelector(".tabs a[aria-current='page']:has-text('Dona Maria')");
  assert.equal(address(), "/boletos?status=due&customer=oliveira");
  await page.click(".tabs >> text=Rejeitados");
  await page.waitForURL("**/boletos?status=REJECTED");
  assert.deepEqual(await numbers(), ["OS 77 - 1/1"]);
  await page.click(".tabs >> text=Dona Maria");
  await page.waitForURL("**/boletos?status=due&customer=oliveira");

  const [download] = await Promise.all([page.waitForEvent("download"), page.click(".exports >> text=.csv")]);
  const csv = readFileSync(await download.path(), "utf8").trim().split("\n");
  assert.equal(csv.length, 2, csv.join("\n"));
  assert.match(csv[1], /NFe 414 - 1\/1/);

  await page.click("button[aria-label='Remover a aba Dona Maria']");
  await page.waitForSelector(".tabs:not(:has-text('Dona Maria'))");
});

test("many are cancelled after a look at what would happen", async () => {
  await page.goto(`${home.url}/boletos`);
  const cancel = page.locator("button:has-text('Baixar (cancelar)')");
  assert.equal(await cancel.isDisabled(), true);
  for (const number of ["NFe 416 - 1/1", "NFe 417 - 1/1", "NFe 410 - 1/1"]) {
    await page.check(`[aria-label="Selecionar o boleto ${number}"]`);
  }
  // 12.345 + 7.777 × n cents, for n = 6, 7, 0.
  const selected = (await page.textContent("output")).replace(/\s/g, " ");
  assert.equal(selected, "3 selecionados, R$ 1.381,36");
  await cancel.click();
  await page.waitForSelector("text=Nada foi feito ainda");
  const rows = await page.$$eval("tbody tr", (rows) => rows.map((row) => [row.cells[0].innerText.trim(), row.cells[5].innerText.trim()]));
  const said = Object.fromEntries(rows);
  assert.equal(said["NFe 416 - 1/1"], "Será cancelado no banco");
  assert.equal(said["NFe 417 - 1/1"], "Será cancelado no banco");
  assert.match(said["NFe 410 - 1/1"], /^Fica como está/);
  await noViolations(page);
  const standing = async (number) => {
    const { boletos } = await control(home, { do: "inspect" });
    return boletos.find((boleto) => boleto.seuNumero === number)?.situacao;
  };
  await page.fill("#reason", "pedido desfeito");
  await page.click("text=Cancelar 2 boletos");
  await page.waitForSelector("text=Pedido anotado para 2 boletos");
  await noViolations(page);
  await page.click("text=Voltar à lista");
  for (const number of ["NFe 416 - 1/1", "NFe 417 - 1/1"]) {
    await page.waitForSelector(`tr:has-text("${number}") .state:has-text("Cancelado")`);
  }
  assert.match(await page.textContent('tr:has-text("NFe 410 - 1/1") .state'), /Liquidado/);
});

test("one paid outside of the bank is settled by hand", async () => {
  await page.goto(`${home.url}/boletos`);
  await page.click("text=NFe 411 - 1/1");
  await page.click("summary:has-text('Baixa manual')");
  await noViolations(page);
  await page.fill("#pago-por-fora_paid_on", "hoje");
  await page.fill("#pago-por-fora_amount", "muito");
  await page.click("button:has-text('Dar baixa')");
  await page.waitForSelector("#pago-por-fora_amount-error");
  assert.equal(await page.inputValue("#pago-por-fora_paid_on"), "hoje", "what was typed stays");
  await noViolations(page);
  await page.fill("#pago-por-fora_amount", "201,22");
  await page.click("button:has-text('Dar baixa')");
  await page.waitForSelector("text=Baixado à mão como pago por fora do banco");
  await page.waitForSelector(".state:has-text('Liquidado')");
  await noViolations(page);
});

test("what is issued meanwhile is told beside the list, which stays as it is", async () => {
  await page.goto(`${home.url}/boletos`);
  const before = await numbers();
  await page.evaluate(() => { window.sameAsBefore = true; });
  // The page has begun to listen.
  await page.waitForTimeout(1500);
  for (const number of ["NFe 501 - 1/1", "NFe 502 - 1/1"]) {
    await api(home, "POST", "/v1/boletos?wait=10s", order(number, 20, 15_000), number.replaceAll(" ", "_"));
  }
  await page.waitForSelector("a:has-text('2 novos boletos – mostrar')");
  assert.deepEqual(await numbers(), before);
  assert.equal(await page.evaluate(() => window.sameAsBefore), true, "without loading the page anew");
  await noViolations(page);
  await page.click("text=2 novos boletos");
  await page.waitForSelector("th:has-text('NFe 502 - 1/1')");
  assert.deepEqual(await numbers(), ["NFe 502 - 1/1", "NFe 501 - 1/1", ...before]);
  assert.equal(await page.locator("text=mostrar").count(), 0);
});

test("who printed a boleto first stands in the list", async () => {
  await page.goto(`${home.url}/boletos`);
  const row = page.locator("tr", { hasText: "NFe 501 - 1/1" });
  assert.equal(await row.locator("td:has-text('Ana Souza')").count(), 0);
  assert.match(await row.innerText(), /direto/);
  await page.waitForTimeout(1500);
  const address = await row.locator("th a").getAttribute("href");
  const pdf = await page.request.get(`${home.url}${address}/pdf`);
  assert.equal(pdf.headers()["content-type"], "application/pdf");
  await row.locator("td:has-text('Ana Souza')").waitFor();
});

test("the accountant gets what came in, by day and as a file", async () => {
  await page.goto(`${home.url}/boletos`);
  await page.click("text=Recebimentos para o contador");
  await page.waitForSelector("h1:has-text('Recebimentos para o contador')");
  await page.fill("#from", day(-2).split("-").reverse().join("/"));
  await page.click("button:has-text('Mostrar')");
  await page.waitForSelector("tfoot:has-text('Total')");
  assert.match(await page.textContent("tfoot tr"), /Total2/);
  await noViolations(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(".exports >> text='.csv'")]);
  const csv = readFileSync(await download.path(), "utf8").trim().split("\r\n");
  assert.equal(csv.length, 3, csv.join("\n"));
  assert.match(csv[0], /Bruto;Juros;Multa;Desconto/);
  assert.match(csv[1] + csv[2], /Pix.*calculados pelos parâmetros/);
  await page.fill("#from", "10/12/2030");
  await page.click("button:has-text('Mostrar')");
  await page.waitForSelector("#to-error:has-text('o fim vem antes do começo')");
  await noViolations(page);
});

test("the payer pays from a phone", async () => {
  const context = await chromium.newContext({ viewport: PHONE, permissions: ["clipboard-read", "clipboard-write"] });
  const payer = await context.newPage();
  await payer.goto(`${home.public}/p/${seen.link}`);
  await noViolations(payer);
  assert.match(await payer.textContent("main"), /Padaria Pão de Açafrão Ltda/);
  const copied = () => payer.evaluate(() => navigator.clipboard.readText());
  await payer.click("text=Copiar código Pix");
  await payer.waitForSelector("text=Copiado");
  assert.match(await copied(), /^000201.*6304[0-9A-F]{4}$/);
  await payer.click("text=Copiar linha digitável");
  await payer.waitForSelector("button:text-is('Copiado')");
  assert.match((await copied()).replace(/\D/g, ""), /^\d{47}$/);
  const wider = await payer.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `wider than the phone by ${wider} px`);
  await context.close();
});
