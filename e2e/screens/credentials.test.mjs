// A credential through its life: not active yet, in use, replaced before it ends, given back.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { until } from "./lived_in.mjs";
import { WIDE, accountAt, advance, api, browser, control, firstRun, house } from "./house.mjs";

let home, chromium, page;
before(async () => {
  home = await house({ bankApart: true });
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE, acceptDownloads: true })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

// The bank lets a client of this name in, with any certificate of its own.
async function letIn(client_id, account) {
  await control(home, { do: "add_client", client_id, client_secret: "segredo", account });
}

async function connected() {
  const { data } = await api(home, "GET", "/v1/accounts");
  return data.find((account) => account.description === "Conta de teste");
}

test("an integration that is not active yet turns to connected by itself", async () => {
  const own = accountAt(home.bank);
  const made = await api(home, "POST", "/v1/accounts", {
    ...own,
    description: "Recém-criada",
    number: "5550009",
    digit: "8",
    credential: { ...own.credential, client_id: "nova", client_secret: "segredo" },
  }, "nova");
  await page.goto(`${home.url}/contas/${made.id}`);
  await page.waitForSelector(".state:has-text('Aguardando ativação')", { timeout: 90_000 });
  await noViolations(page);
  await page.evaluate(() => { globalThis.untouched = true; });
  await letIn("nova", "55500098");
  await advance(home, "PT2M");
  await page.waitForSelector(".state:has-text('Conectada')", { timeout: 60_000 });
  assert.ok(await page.evaluate(() => globalThis.untouched), "the page was loaded anew");
  await noViolations(page);
});

test("the old credential holds until the new one works", async () => {
  const { id } = await connected();
  const replace = async (client_id) => {
    await page.goto(`${home.url}/contas/${id}`);
    await page.click("a:has-text('Trocar certificado')");
    await page.fill('[name="credential.client_id"]', client_id);
    await page.fill('[name="credential.client_secret"]', "segredo");
    await page.setInputFiles("#files", [home.bank.certificate_file, home.bank.key_file]);
    await page.click("text=Testar e salvar");
  };
  const works = async () => {
    await page.goto(`${home.url}/contas/${id}`);
    await page.click("text=Testar conexão");
    await page.waitForSelector(".steps .verdict:has-text('pronta para emitir')");
  };
  await replace("sucessora");
  await page.waitForSelector("text=Nada mudou: a conta segue como estava");
  await noViolations(page);
  await works();
  assert.equal((await api(home, "GET", "/v1/credentials")).data.length, 2);
  await letIn("sucessora", home.bank.account);
  await advance(home, "PT2M");
  await replace("sucessora");
  await page.waitForSelector("h1:has-text('Conta de teste')");
  const credentials = (await api(home, "GET", "/v1/credentials")).data;
  assert.equal(credentials.length, 3);
  assert.equal(credentials.filter((credential) => credential.accounts.includes(id)).length, 1);
  await works();
});

test("certificate and key are given back under a password", async () => {
  const { id } = await connected();
  await page.goto(`${home.url}/contas/${id}`);
  await page.click("text=Exportar certificado e chave");
  await page.waitForSelector("h1:has-text('Exportar certificado e chave')");
  await noViolations(page);
  await page.fill("#password", "uma frase bem longa");
  await page.fill("#again", "outra frase bem longa");
  await page.click("button:text-is('Exportar')");
  await page.waitForSelector("text=as duas senhas não são iguais");
  await page.fill("#password", "uma frase bem longa");
  await page.fill("#again", "uma frase bem longa");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("button:text-is('Exportar')")]);
  const file = join(home.folder, "copia.p12");
  await download.saveAs(file);
  const pem = execFileSync("openssl", ["pkcs12", "-in", file, "-passin", "pass:uma frase bem longa", "-nodes"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  assert.match(pem, /BEGIN CERTIFICATE/);
  assert.match(pem, /BEGIN PRIVATE KEY/);
});

test("a boleto of trial is filled in and issued", async () => {
  const { id } = await connected();
  await page.goto(`${home.url}/contas/${id}`);
  await page.click("text=Boleto de teste");
  await page.waitForSelector("text=cancele o boleto em seguida");
  assert.equal(await page.inputValue("#document_number"), "TESTE-1");
  assert.equal(await page.inputValue("#amount"), "2,50");
  await noViolations(page);
  const address = { street: "Rua das Laranjeiras", number: "100", district: "Centro", city: "Belo Horizonte", state: "MG", postal_code: "30140-071" };
  for (const [name, value] of Object.entries(address)) {
    const field = page.locator(`[name="customer.address.${name}"]`);
    if (await field.evaluate((element) => element.matches("select"))) await field.selectOption(value);
    else await field.fill(value);
  }
  await page.click("button.first:text-is('Emitir')");
  await page.waitForURL(/boletos\/emitidos/);
  await page.waitForSelector("text=TESTE-1");
  await until(async () => {
    const { data } = await api(home, "GET", "/v1/boletos");
    return data.some((boleto) => boleto.document_number === "TESTE-1 - 1/1" && boleto.status === "REGISTERED");
  });
});
