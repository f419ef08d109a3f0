// Connecting an account to its bank, and what is said when that does not work.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, advance, browser, control, firstRun, house } from "./house.mjs";

let home, chromium, page;
before(async () => {
  home = await house({ withoutAccount: true });
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

// A pair that openssl makes, good for so many days, as files to choose.
function pair(name, days) {
  const [key, crt] = [".key", ".crt"].map((end) => join(home.folder, name + end));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", crt, "-subj", "/CN=Oficina Exemplo", "-days", String(days)], { stdio: "ignore" });
  return { key, crt };
}

async function fill(files) {
  await page.fill("#description", "Conta principal");
  await page.fill("#branch", "0001");
  await page.fill("#number", "5550001");
  await page.fill("#digit", "8");
  await page.fill('[name="credential.client_id"]', "cliente");
  await page.fill('[name="credential.client_secret"]', "segredo");
  await page.setInputFiles("#files", files);
  await page.click("button:text-is('Salvar')");
}

test("files that will not do are refused with the reason, and the rest stays typed", async () => {
  await page.goto(`${home.url}/contas`);
  await page.waitForSelector("text=Nenhuma conta ainda");
  await noViolations(page);
  await page.click("text=Ligar uma conta");
  await noViolations(page);
  await page.click("a:has-text('Ligar')");
  await page.waitForSelector("#files");
  await noViolations(page);

  const [one, other] = [pair("um", 365), pair("outro", 365)];
  await fill([one.crt, other.key]);
  await page.waitForSelector("#files-said .error");
  assert.match(await page.textContent("#files-said"), /não é a deste certificado/);
  assert.equal(await page.inputValue("#number"), "5550001");
  await noViolations(page);

  const old = pair("velho", 1);
  await advance(home, "P2D");
  await fill([old.crt, old.key]);
  await page.waitForSelector("#files-said >> text=/terminou em .* peça outro ao banco/");
  assert.ok(!(await page.content()).includes(readFileSync(old.key, "utf8").split("\n")[1]), "a key comes back");

  await fill([{ name: "leia-me.txt", mimeType: "text/plain", buffer: Buffer.from("nada") }]);
  await page.waitForSelector("#files-said >> text=não é certificado nem chave");
  await page.goto(`${home.url}/contas`);
  await page.waitForSelector("text=Nenhuma conta ainda");
});

test("a good pair is taken, and the page of the account says what it is", async () => {
  const own = pair("proprio", 365);
  await page.goto(`${home.url}/contas/nova`);
  await page.click("a:has-text('Ligar')");
  await fill([own.crt, own.key]);
  await page.waitForSelector("h1:has-text('Conta principal')");
  assert.match(await page.textContent("main"), /Oficina Exemplo/);
  assert.match(await page.textContent("main"), /vale por mais 36\d dias/);
  await noViolations(page);
});

// Drops a file on the zone, as from a folder on the desktop.
async function dropped(file) {
  const content = readFileSync(file).toString("base64");
  const transfer = await page.evaluateHandle(({ content, name }) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    return transfer;
  }, { content, name: file.split("/").pop() });
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: transfer });
}

async function typeAccount(description, number) {
  await page.goto(`${home.url}/contas/nova/inter`);
  await page.fill("#description", description);
  await page.fill("#branch", "0001");
  await page.fill("#number", number);
  await page.fill("#digit", "8");
  await page.fill('[name="credential.client_id"]', "cliente");
  await page.fill('[name="credential.client_secret"]', "segredo");
}

test("the bank's ZIP is dropped as it was downloaded", async () => {
  const own = pair("Inter API_Certificado", 200);
  const zip = join(home.folder, "Inter_API-Chave_e_Certificado.zip");
  execFileSync("zip", ["-q", "-j", zip, own.crt, own.key]);
  await typeAccount("Do ZIP", "5550002");
  await page.fill("#responsible_email", "ana@example.com");
  await dropped(zip);
  assert.equal(await page.$eval("#files", (input) => input.files[0].name), "Inter_API-Chave_e_Certificado.zip");
  await page.click("button:text-is('Salvar')");
  await page.waitForSelector("h1:has-text('Do ZIP')");
  assert.match(await page.textContent("main"), /vale por mais (19\d|200) dias/);
  assert.equal(await page.inputValue("#responsible_email"), "ana@example.com");
});

test("a PFX wants its password", async () => {
  const own = pair("pfx", 100);
  const pfx = join(home.folder, "empresa.pfx");
  execFileSync("openssl", ["pkcs12", "-export", "-inkey", own.key, "-in", own.crt, "-out", pfx, "-passout", "pass:frase do arquivo"]);
  await typeAccount("Do PFX", "5550003");
  await page.selectOption("#credential_id", "");
  for (const [password, said] of [["", "informe a senha"], ["outra", "não confere"]]) {
    await page.setInputFiles("#files", pfx);
    await page.fill("#file_password", password);
    await page.fill('[name="credential.client_secret"]', "segredo");
    await page.click("button:text-is('Salvar')");
    await page.waitForSelector(`#files-said >> text=${said}`);
  }
  await page.setInputFiles("#files", pfx);
  await page.fill("#file_password", "frase do arquivo");
  await page.fill('[name="credential.client_secret"]', "segredo");
  await page.click("button:text-is('Salvar e permanecer')");
  await page.waitForSelector("text=Salvo.");
  await noViolations(page);
  await page.goto(`${home.url}/contas`);
  await page.waitForSelector("h2:has-text('Do PFX')");
});

test("the simulated bank is a button away, and its test tells each step", async () => {
  await page.goto(`${home.url}/contas`);
  await page.click("text=Ligar ao simulador");
  await page.waitForSelector("h1:has-text('Conta no banco simulado')");
  await noViolations(page);
  await page.click("text=Testar conexão");
  await page.waitForSelector(".steps .verdict");
  const steps = await page.$$eval(".steps li", (steps) => steps.map((step) => step.className));
  assert.deepEqual(steps, ["ok", "ok", "ok", "ok", "ok", "ok", "verdict"]);
  assert.match(await page.textContent(".verdict"), /pronta para emitir/);
  await noViolations(page);

  await control(home, { do: "fault", fault: { kind: "error_before", status: 503 }, times: 100 });
  await page.click("text=Testar de novo");
  await page.waitForSelector(".steps .bad");
  await page.waitForSelector(".steps .verdict:has-text('Falta resolver')");
  await noViolations(page);
});
