// The road to a credential: the letter, what the bank sent, the certificate, with the browser closed
// between steps.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { PHONE, WIDE, advance, api, browser, control, firstRun, house, servicesOfItau, signIn, PASSWORD } from "./house.mjs";

const CLIENT_ID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
const PICTURES = process.env.QUITA_PICTURES;
let home, chromium, page, road;

before(async () => {
  home = await house({ bankAlone: "itau" });
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

// The account manager lets the client in and gives a temporary token.
async function manager() {
  const client = { do: "add_client", client_id: CLIENT_ID, client_secret: "nenhum", account: "150000123454" };
  return control(home, client, "itau");
}

// The page is sound for everybody, and its picture is kept where one is wished for.
async function look(name) {
  await noViolations(page);
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: join(PICTURES, `${name}-celular.png`), fullPage: true });
  await page.setViewportSize(WIDE);
}

// As if the browser had been closed and opened on another day.
async function cameBack() {
  await page.context().close();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await signIn(page, home, "ana@example.com", PASSWORD);
  await page.goto(road);
}

test("the letter is written for the account, with a key made here", async () => {
  const { pix_key } = await manager();
  await page.goto(`${home.url}/contas/nova`);
  await look("1-escolha");
  await page.click("a:has-text('Ainda não tenho a credencial')");
  await look("2-conta");
  const hosts = servicesOfItau(home.bank.base_url);
  const account = await api(home, "POST", "/v1/accounts", { bank: "itau", description: "Conta Itaú", branch: "1500", number: "12345", digit: "4", data: { pix_key }, hosts }, "conta");
  await page.goto(`${home.url}/contas/${account.id}`);
  await look("3-conta-sem-credencial");
  await page.click("a:has-text('Pedir credencial ao banco')");
  road = page.url();
  await look("4-carta-em-branco");
  const letter = { operator_code: "123456789", representative_name: "Ana Souza", representative_phone: "81 99999-0000", representative_email: "ana@example.com", technical_name: "Caio Lima", technical_phone: "81 98888-0000", technical_email: "caio@example.com" };
  for (const [name, value] of Object.entries(letter)) await page.fill(`[name="data.${name}"]`, value);
  await page.click("button:has-text('Gerar chave e carta')");
  await page.waitForSelector("pre.letter");
  const text = await page.textContent("pre.letter");
  assert.match(text, /-----BEGIN PUBLIC KEY-----/);
  assert.doesNotMatch(await page.content(), /PRIVATE KEY/);
  await look("5-carta");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("a:has-text('Baixar em PDF')")]);
  const pdf = PICTURES ? join(PICTURES, "carta.pdf") : join(home.folder, "carta.pdf");
  await download.saveAs(pdf);
  assert.equal(readFileSync(pdf).subarray(0, 5).toString(), "%PDF-");
  assert.match(execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8" }), /Caio Lima/);
});

test("each step waits for whoever comes back, and a lost answer is explained", async () => {
  await cameBack();
  await page.click("button:has-text('Já enviei a carta')");
  await page.waitForSelector("text=Aguardando o banco.");
  await look("6-aguardando");
  await cameBack();
  const { temporary_token } = await manager();
  await page.fill("#client_id", "KWMMqDhJ+p/2fejfX2uktyDnAjT8B3u2");
  await page.fill("#token", temporary_token);
  await page.click("button:has-text('Guardar e continuar')");
  await page.waitForSelector("text=parece estar cifrado");
  await look("7-cifrado");
  await page.fill("#client_id", CLIENT_ID);
  await page.fill("#token", temporary_token);
  await page.fill("#ca", readFileSync(home.bank.ca_file, "utf8"));
  await page.click("button:has-text('Guardar e continuar')");
  await page.waitForSelector("h2:has-text('3. Certificado')");
  assert.ok(!(await page.content()).includes(temporary_token), "the token comes back");
  await look("8-pronto-para-pedir");
  await control(home, { do: "fault", fault: { kind: "request_lost" }, on: "/certificado/" }, "itau");
  await page.click("button:has-text('Pedir o certificado')");
  await page.waitForSelector("text=Não se sabe se o banco atendeu");
  await look("9-sem-resposta");
  await cameBack();
  await page.click("button:has-text('Tentar de novo')");
  await page.waitForSelector("h2:has-text('4. Pronto')");
  await look("10-pronto");
  await page.click("button:has-text('Testar conexão')");
  await page.waitForSelector("text=Tudo certo: a conta está pronta para emitir.");
});

test("the certificate is renewed in its last days by a button", async () => {
  const account = road.replace("/pedido", "");
  await page.goto(account);
  await page.waitForSelector("text=O banco renova este certificado de");
  await look("11-conta-ligada");
  await advance(home, "P340D");
  await signIn(page, home, "ana@example.com", PASSWORD);
  await page.goto(account);
  await page.click("a:has-text('Renovar certificado')");
  await look("12-renovar");
  await page.click("button:has-text('Renovar certificado')");
  await page.waitForSelector("h1:has-text('Conta Itaú')");
  await page.waitForSelector("text=vale por mais 36");
});
