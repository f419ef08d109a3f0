// Customers from a spreadsheet: what is wrong is told, and all come or none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { PHONE, api, browser, firstRun, house } from "./house.mjs";

let home, chromium, page;
before(async () => {
  home = await house();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: PHONE })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

// As Excel in Brazil saves it: semicolons, and Windows' letters.
const sheet = (rows) => Buffer.from(["Cliente;CNPJ/CPF;Correio eletrônico;CEP;Endereço;Cidade;UF", ...rows].join("\r\n"), "latin1");
const JOSE = "José da Conceição;529.982.247-25;jose@example.com;1310100;Rua Açaí;São Paulo;SP";

const send = async (rows) => {
  await page.goto(`${home.url}/clientes/importar`);
  await page.setInputFiles("#file", { name: "clientes.csv", mimeType: "text/csv", buffer: sheet(rows) });
  await page.click("text=Ler arquivo");
};
const known = async () => (await api(home, "GET", "/v1/customers")).data;

test("customers come from a spreadsheet, all of them or none", async () => {
  await page.goto(`${home.url}/clientes/importar`);
  await noViolations(page);
  await send([JOSE, "Maria;111.444.777-00;;;;;"]);
  await page.waitForSelector("text=1 coisa a corrigir");
  await noViolations(page);
  assert.equal(await page.locator("button:has-text('Importar')").count(), 0);

  await send([JOSE, "Maria Exemplo;111.444.777-35;;;;;"]);
  await page.waitForSelector("text=2 linhas sem erros: 2 a cadastrar");
  await noViolations(page);
  assert.equal((await known()).length, 0, "nothing is kept before one has looked");
  await page.click("button:has-text('Importar 2 linhas')");
  await page.waitForSelector("text=2 cadastrados, 0 atualizados.");
  await noViolations(page);
  await page.click("text=Ver clientes");
  await page.waitForSelector("text=José da Conceição");
  const jose = (await known()).find((customer) => customer.document === "52998224725");
  assert.equal(jose.legal_name, "José da Conceição");
  assert.equal(jose.address.postal_code, "01310100");

  await send([JOSE.replace("jose@", "zeca@")]);
  await page.click("button:has-text('Importar 1 linha')");
  await page.waitForSelector("text=0 cadastrados, 1 atualizado.");
});
