// First run, sign-in, roles: the roads that everybody takes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PHONE, WIDE, browser, firstRun, house, signIn } from "./house.mjs";
import { noViolations } from "./accessible.mjs";

let home, chromium;
before(async () => {
  home = await house();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  home?.close();
});

test("the first administrator is made, leaves, and comes back", async () => {
  const page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(home.url);
  assert.match(page.url(), /primeiro-acesso$/);
  await noViolations(page);
  await firstRun(page, home);
  await noViolations(page);
  assert.equal(await page.textContent(".band.test"), "AMBIENTE DE TESTES – SEM VALOR");

  await page.click("text=Sair");
  await page.waitForSelector("h1:has-text('Entrar')");
  await noViolations(page);
  await signIn(page, home, "ana@example.com", "errada errada");
  assert.match(await page.textContent(".notice.bad"), /senha errados/);
  await page.goto(`${home.url}/usuarios`);
  await signIn(page, home, "ana@example.com", "cavalo bateria grampo");
  await page.waitForSelector("h1:has-text('Início')");
  // A refused form is an answer of 422, which Chromium counts as an error of the console.
  assert.deepEqual(errors.filter((text) => !text.includes("422")), []);
});

test("each role gets only what is its own", async () => {
  const admin = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await signIn(admin, home, "ana@example.com", "cavalo bateria grampo");
  for (const [role, name] of [["finance", "Fernanda"], ["read_only", "Rui"], ["attendant", "Tomás"]]) {
    await admin.goto(`${home.url}/usuarios`);
    await admin.fill("#name", name);
    await admin.fill("#email", `${role}@example.com`);
    await admin.selectOption("#role", role);
    await admin.click("text=Adicionar");
    const password = await admin.textContent(".notice code");
    await noViolations(admin);

    const person = await (await chromium.newContext({ viewport: PHONE })).newPage();
    await signIn(person, home, `${role}@example.com`, password);
    for (const path of ["/usuarios", "/tokens"]) {
      const answer = await person.goto(home.url + path);
      assert.equal(answer.status(), 403, `${role} ${path}`);
    }
    await person.goto(home.url);
    assert.equal(await person.isVisible("text=Recebido hoje"), role !== "attendant");
    await person.click("summary:has-text('Menu')");
    assert.equal(await person.isVisible("nav >> text=Usuários"), false);
    await noViolations(person);
  }
});

test("the theme is kept", async () => {
  const page = await (await chromium.newContext({ viewport: WIDE, colorScheme: "light" })).newPage();
  await signIn(page, home, "ana@example.com", "cavalo bateria grampo");
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.click("text=Escuro");
  const dark = await paper();
  assert.notEqual(dark, light);
  await page.goto(`${home.url}/tokens`);
  assert.equal(await paper(), dark);
  await noViolations(page);
});
