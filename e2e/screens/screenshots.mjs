// Takes a picture of every screen, in both themes, wide and on a phone:
// `e2e/screens/run.sh --screenshots FOLDER`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PHONE, WIDE, browser, emptyHouse, firstRun, house } from "./house.mjs";
import { livedIn } from "./lived_in.mjs";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

const home = await house();
const empty = await emptyHouse();
const chromium = await browser();
const first = await (await chromium.newContext()).newPage();
await firstRun(first, home);
const cookies = await first.context().cookies();
const seen = await livedIn(home);

// Name, address, and whether one must have signed in.
const SCREENS = [
  ["primeiro-acesso", empty.firstRun, false],
  ["entrar", `${home.url}/entrar`, false],
  ["inicio", `${home.url}/`, true],
  ["boletos", `${home.url}/boletos`, true],
  ["boleto", `${home.url}/boletos/${seen.registered}`, true],
  ["boleto-liquidado", `${home.url}/boletos/${seen.settled}`, true],
  ["boleto-rejeitado", `${home.url}/boletos/${seen.rejected}`, true],
  ["emitir", `${home.url}/boletos/emitir`, true],
  ["lote", `${home.url}/boletos/lote`, true],
  ["clientes", `${home.url}/clientes`, true],
  ["parametros", `${home.url}/parametros`, true],
  ["formas-de-pagamento", `${home.url}/formas-de-pagamento`, true],
  ["contas", `${home.url}/contas`, true],
  ["conta-nova", `${home.url}/contas/nova`, true],
  ["empresa", `${home.url}/empresa`, true],
  ["usuarios", `${home.url}/usuarios`, true],
  ["tokens", `${home.url}/tokens`, true],
  ["minha-senha", `${home.url}/minha-senha`, true],
  ["pagador", `${home.public}/p/${seen.link}`, false],
];

let taken = 0;
for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of [["largo", WIDE], ["celular", PHONE]]) {
    for (const [name, url, signedIn] of SCREENS) {
      const context = await chromium.newContext({ viewport, colorScheme });
      if (signedIn) await context.addCookies(cookies);
      const page = await context.newPage();
      const answer = await page.goto(url);
      if (!answer.ok()) throw new Error(`${url}: ${answer.status()}`);
      await page.waitForTimeout(300);
      const theme = colorScheme === "light" ? "claro" : "escuro";
      await page.screenshot({ path: join(folder, `${name}-${theme}-${size}.png`), fullPage: true });
      await context.close();
      taken++;
    }
  }
}
console.log(`${taken} pictures in ${folder}`);
await chromium.close();
home.close();
empty.close();
