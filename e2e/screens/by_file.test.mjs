// «Remessas» and «Retornos»: from the account made in the wizard to the report of a return.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, firstRun, house } from "./house.mjs";
import { day, order } from "./lived_in.mjs";
import { itauReturn } from "./return_file.mjs";

let home, chromium, page;
before(async () => {
  home = await house();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE, acceptDownloads: true })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

const text = (selector) => page.innerText(selector);

test("an account by file, its remittance, and the bank's answer", async () => {
  // The account, from the list of banks.
  await page.goto(`${home.url}/contas/nova`);
  await page.click("a[href='/contas/nova/itau/arquivo']");
  await page.fill("[name=description]", "Cobrança em arquivo");
  await page.fill("[name=branch]", "0057");
  await page.fill("[name=number]", "72192");
  await page.fill("[name=digit]", "0");
  await page.selectOption("[name=layout]", "itau-400");
  await page.fill("[name='data.wallet']", "109");
  await page.fill("[name=next_remittance]", "7");
  await noViolations(page);
  await page.click("button:has-text('Salvar') >> nth=0");
  await page.waitForSelector("main >> text=Por arquivo");
  const account = new URL(page.url()).pathname.split("/").at(-1);

  // Boletos can be printed at once; the bank does not know them yet.
  for (const n of [1, 2, 3]) {
    const boleto = order(`ARQ ${n}`, 10 + n, 10_000 * n, n);
    delete boleto.messages;
    await api(home, "POST", "/v1/boletos", { ...boleto, account_id: account }, `arq-${n}`);
  }

  // The next file: looked at, made, taken.
  await page.goto(`${home.url}/remessas`);
  await page.click("a:has-text('Ver a próxima')");
  assert.equal(await page.locator("tbody tr").count(), 3);
  await page.click("summary:has-text('Ver o arquivo')");
  assert.match(await text("pre.file"), /^01REMESSA01COBRANCA/);
  await noViolations(page);
  await page.click("button:has-text('Gerar a remessa 7')");
  await page.waitForSelector("h1:has-text('Remessa 7')");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Baixar o arquivo")]);
  assert.equal(download.suggestedFilename(), "remessa-341-000007.rem");
  const remittance = readFileSync(await download.path(), "latin1");
  assert.equal(remittance.split("\r\n").filter((line) => line.startsWith("1")).length, 3);
  await page.click("button:has-text('Já enviei ao banco')");
  await page.waitForSelector("main .state:has-text('Enviada')");
  await noViolations(page);

  // The bank's answer, dropped: registered and paid, registered, refused.
  const told = [[{ code: "02" }, { code: "06", cents: 10_000 }], [{ code: "02" }], [{ code: "03", reason: "03" }]];
  await page.goto(`${home.url}/retornos`);
  await noViolations(page);
  const transfer = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "CN0112A.RET"));
    return transfer;
  }, itauReturn(remittance, day(0), told));
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: transfer });
  await page.click("button:has-text('Enviar')");
  await page.waitForSelector("main .state:has-text('Lido')");
  const rows = await page.$$eval("tbody tr", (rows) => rows.map((row) => row.innerText.replace(/\s+/g, " ")));
  assert.equal(rows.length, 4);
  for (const [row, said] of [[0, /ARQ 1 .*Entrada confirmada.*Novidade/], [1, /ARQ 1 .*Liquidação normal.*R\$ 100,00.*Novidade/], [2, /ARQ 2 /], [3, /ARQ 3 .*Entrada rejeitada.*Novidade/]]) {
    assert.match(rows[row], said);
  }
  await noViolations(page);

  // Each line leads to its boleto.
  await page.click("tbody tr:nth-child(2) a");
  await page.waitForSelector("main .state:has-text('Liquidado')");
  await page.goBack();
  await page.click("tbody tr:nth-child(4) a");
  await page.waitForSelector("main .state:has-text('Rejeitado')");
  assert.match(await text("main"), /CEP inválido/);
  await noViolations(page);
});
