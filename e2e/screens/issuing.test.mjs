// Issuing boletos: from the keyboard to the bank, and to the money.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, control, firstRun, house } from "./house.mjs";

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

// The name of what has the focus.
const focused = () => page.evaluate(() => document.activeElement?.name ?? "");

// Goes on to a field with Tab alone.
async function tabTo(name) {
  for (let pressed = 0; pressed < 40; pressed++) {
    if ((await focused()) === name) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not come to «${name}»`);
}

// Types into fields in the order in which Tab comes to them. Where there is a choice, the letters
// that begin it choose.
async function type(fields) {
  for (const [name, text] of fields) {
    await tabTo(name);
    await page.keyboard.type(text);
  }
}

const MARIA = [
  ["customer.document", "123.456.789-09"],
  ["customer.legal_name", "Maria das Dores Oliveira"],
  ["customer.address.postal_code", "30140-071"],
  ["customer.address.street", "Rua das Laranjeiras"],
  ["customer.address.number", "100"],
  ["customer.address.district", "Centro"],
  ["customer.address.city", "Belo Horizonte"],
  ["customer.address.state", "mg"],
];

// The cells of a table's rows.
const cells = (selector) => page.$$eval(selector, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));

test("three instalments from the keyboard, registered and paid before one's eyes", async () => {
  await page.goto(`${home.url}/boletos/emitir`);
  assert.equal(await focused(), "document_number");
  await type([
    ["document_number", "450"],
    ["amount", "1.000,01"],
    ["expiration_date", "+30"],
    ["count", "3"],
    ["mode", "do total"],
    ...MARIA,
  ]);
  await page.waitForSelector("#previa >> text=450 - 3/3");
  const preview = await cells("#previa .card:first-child tbody tr");
  const amounts = preview.map((row) => row[1].replace(/\s/g, " "));
  assert.deepEqual(amounts, ["R$ 333,35", "R$ 333,33", "R$ 333,33"]);
  assert.match(await page.textContent("#previa tfoot"), /3 boletos.*1\.000,01/);
  assert.match(await page.textContent("#previa .slip"), /Maria das Dores Oliveira/);
  await noViolations(page);

  // Slow enough for «Enviando» to be seen.
  await control(home, { do: "set", switch: "registration_delay_ms", value: 3000 });
  await page.keyboard.press("Enter");
  await page.waitForSelector("h1:has-text('Boletos emitidos')");
  await page.evaluate(() => { window.sameAsBefore = true; });
  assert.deepEqual((await cells("tbody tr")).map((row) => row[0]), ["450 - 1/3", "450 - 2/3", "450 - 3/3"]);
  assert.equal(await page.locator("tbody .state:has-text('Enviando')").count(), 3);
  await page.waitForFunction(() => document.querySelectorAll("tbody .state").length === 3
    && [...document.querySelectorAll("tbody .state")].every((state) => state.textContent === "Registrado"));
  assert.equal(await page.evaluate(() => window.sameAsBefore), true, "without loading the page anew");
  assert.equal(await page.locator("tbody tr >> text=Copiar").count(), 3);
  await noViolations(page);

  await page.click("text=450 - 1/3");
  await page.waitForSelector("h1:has-text('Boleto 450 - 1/3')");
  assert.match(await page.textContent("main"), /Registrado/);
  await page.evaluate(() => { window.sameAsBefore = true; });
  const { bank_reference } = await api(home, "GET", `/v1${new URL(page.url()).pathname}`);
  await control(home, { do: "pay", target: bank_reference, means: "pix" });
  await api(home, "POST", "/v1/sync", {}, "sync");
  await page.waitForSelector(".state:has-text('Liquidado')");
  await page.waitForSelector("#recebimentos");
  assert.equal(await page.evaluate(() => window.sameAsBefore), true, "without loading the page anew");
  await noViolations(page);
});

test("what the bank refused says why, and is issued again corrected", async () => {
  await control(home, { do: "set", switch: "issue_refused", value: 1 });
  await page.goto(`${home.url}/boletos/emitir`);
  await type([["document_number", "451"], ["amount", "80"], ["expiration_date", "amanhã"]]);
  // She is known by now.
  await type([["customer", "123.456.789-09"]]);
  await page.keyboard.press("Enter");
  await page.waitForSelector("tbody .error");
  const reason = await page.textContent("tbody .error");
  assert.ok(reason.trim().length > 10, reason);
  await noViolations(page);

  await page.click("text=Corrigir e emitir outro");
  await page.waitForSelector("strong:has-text('O banco recusou')");
  assert.equal(await page.inputValue("#amount"), "80,00");
  await page.fill("#amount", "81,50");
  await noViolations(page);
  await page.press("#amount", "Enter");
  await page.waitForSelector("tbody .state:has-text('Registrado')");
  assert.match((await cells("tbody tr"))[0].join(" "), /451.*81,50/s);
});

test("a charge is filed for the company's own books", async () => {
  for (const [place, name] of [["plano-de-contas", "3.1.01 Serviços"], ["centros-de-custo", "Loja do centro"]]) {
    await page.goto(`${home.url}/${place}`);
    assert.equal(await focused(), "description");
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`tbody th:has-text("${name}")`);
    await noViolations(page);
  }
  await page.goto(`${home.url}/boletos/emitir`);
  await type([["document_number", "460"], ["amount", "90"], ["expiration_date", "+10"], ["chart_account", "3.1"], ["cost_center", "Loja"],
    ["note", "Combinado com o Rui"], ["customer", "123.456.789-09"]]);
  await page.waitForSelector("#previa >> text=Tarifa: o banco não informa");
  await noViolations(page);
  await page.keyboard.press("Enter");
  await page.waitForSelector("tbody .state:has-text('Registrado')");
  await page.click("text=460 - 1/1");
  await page.waitForSelector("dd:has-text('3.1.01 Serviços')");
  const page_of_boleto = await page.textContent("main");
  for (const said of ["Loja do centro", "Combinado com o Rui", "Do pagamento ao crédito"]) {
    assert.ok(page_of_boleto.includes(said), said);
  }
  const greyed = page.locator("button:disabled:has-text('Abatimento') + .reason");
  assert.match(await greyed.innerText(), /use «Cancelar e reemitir» com o novo valor/);
  await page.click("summary:has-text('Classificar e anotar')");
  await noViolations(page);
  await page.selectOption("#classificar_chart_account", { label: "Nenhum" });
  await page.fill("#classificar_note", "Pago na sexta");
  await page.click("button:has-text('Salvar')");
  await page.waitForSelector("dd:has-text('Pago na sexta')");
  assert.equal(await page.locator("dd:has-text('3.1.01 Serviços')").count(), 0);

  await page.goto(`${home.url}/boletos`);
  await page.selectOption("#cost_center_id", { label: "Loja do centro" });
  await page.click("button:has-text('Filtrar')");
  await page.waitForURL(/\/boletos\?cost_center_id=[0-9a-f-]{36}$/);
  assert.deepEqual((await cells("tbody tr")).map((row) => row[1]), ["460 - 1/1"]);
  await noViolations(page);
});
