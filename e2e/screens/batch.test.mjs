// Many boletos from a spreadsheet, through a power cut.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, advance, api, browser, control, firstRun, house } from "./house.mjs";
import { day, order, until } from "./lived_in.mjs";

let home, chromium, page;
before(async () => {
  home = await house({ bankApart: true });
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
  page.on("dialog", (dialog) => dialog.accept());
});
after(async () => {
  await chromium?.close();
  home?.close();
});

const DUE = day(30).split("-").reverse().join("/");

function row(number, { document = "123.456.789-09", name = "Maria Exemplo", amount = "1.250,50", due = DUE } = {}) {
  return `${number};${name};${document};Rua das Acácias;100;Centro;Belo Horizonte;MG;30110-000;${amount};${due}`;
}

// 500 rows; each 25th is wrong, every time in one of these ways.
const WRONG = [{ document: "123.456.789-00" }, { name: "" }, { amount: "dez reais" }, { due: "31/02/2027" }];
const COLUMN = ["CPF/CNPJ", "Nome", "Valor", "Vencimento"];
const isWrong = (i) => i % 25 === 7;
const wrong = Array.from({ length: 500 }, (_, i) => i).filter(isWrong);
const rows = Array.from({ length: 500 }, (_, i) => row(`NF ${i}`, isWrong(i) ? WRONG[wrong.indexOf(i) % WRONG.length] : {}));
const CSV = `Número;Nome;CPF/CNPJ;Rua;Nº;Bairro;Cidade;UF;CEP;Valor;Vencimento\r\n${rows.join("\r\n")}\r\n`;

const atBank = async () => (await control(home, { do: "inspect" })).boletos;

// What the page of a batch says under a heading.
const fact = async (name) => (await page.textContent(`dt:text-is("${name}") + dd`)).trim();

test("every error at once, the good ones issued, and none twice when the server dies", async () => {
  await page.goto(`${home.url}/boletos/lote`);
  await noViolations(page);
  await page.setInputFiles("#file", { name: "outubro.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) });
  await page.click("text=Enviar e conferir");
  await page.waitForSelector("h1:has-text('O que há em cada coluna')");
  await noViolations(page);
  await page.click("text=Conferir todas as linhas");
  await page.waitForSelector("h1:has-text('Conferência')");
  await noViolations(page);
  const errors = await page.$$eval("tbody tr", (rows) => rows.map((row) => [...row.cells].slice(0, 2).map((cell) => cell.innerText.trim())));
  // The first line has the names of the columns.
  assert.deepEqual(errors, wrong.map((i, nth) => [String(i + 2), COLUMN[nth % COLUMN.length]]));
  assert.equal((await atBank()).length, 0);

  await page.click("text=Emitir só os 480 bons");
  await page.waitForSelector("progress");
  await noViolations(page);
  // Once while rows become boletos, once while boletos go to the bank.
  await until(async () => (await api(home, "GET", "/v1/boletos?limit=1")).data.length > 0);
  await home.restart();
  await until(async () => (await atBank()).length >= 60);
  await home.restart();
  const before = await atBank();
  assert.ok(before.length < 480, `the server died in the middle: ${before.length} at the bank`);
  await page.waitForSelector("progress");
  // The bank allows so many calls in a minute: minutes pass faster here.
  await until(async () => {
    await advance(home, "PT1M");
    return await fact("Registrados no banco") === "480";
  });
  assert.equal(await fact("Emitidos"), "480 de 480");
  assert.equal(await fact("Não emitidos"), "0");
  assert.equal(await fact("Deixados de fora"), "20");
  assert.equal(await page.locator("[data-poll]").count(), 0, "nothing moves any more");
  await noViolations(page);

  const all = await atBank();
  assert.equal(all.length, 480);
  assert.equal(new Set(all.map((boleto) => boleto.seuNumero)).size, 480);
  await api(home, "POST", "/v1/boletos", order("outro", 20, 10_000), "outro");
  await page.click("text=Ver boletos");
  await page.waitForURL("**/boletos?batch_id=*");
  assert.match(await page.textContent("tfoot"), /480 boletos/);
});
