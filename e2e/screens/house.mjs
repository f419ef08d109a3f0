// A quita of its own for a browser test: installation, server with the simulated bank, Chromium.
import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const QUITA = process.env.QUITA_BIN;
if (!QUITA) throw new Error("set QUITA_BIN to the built quita binary");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const PASSWORD = "cavalo bateria grampo";

// An installation whose server runs until close(). `withoutAccount`: it begins without one;
// `bankApart`: the bank is another process, which outlives a server that dies; `bankAlone`: a bank of
// this name apart, and no account at it.
export async function house(options = {}) {
  const folder = mkdtempSync(join(tmpdir(), "quita-screens-"));
  const dir = join(folder, "data");
  const init = ["init", "--environment", "sandbox", "--document", "11222333000181", "--legal-name", "Padaria Pão de Açafrão Ltda", "--dir", dir, "--json"];
  const apart = options.bankAlone ?? (options.bankApart && "inter");
  if (options.withoutAccount || apart) init.push("--without-account");
  const made = JSON.parse(execFileSync(QUITA, init, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const bank = apart && await spoken(["simulate", apart, "--dir", join(folder, "bank"), "--json"]);
  const serveHere = async (listen) => {
    const server = await serve(dir, listen, bank ? ["--simulator-control", bank.said.control_url] : []);
    if (bank) server.simulator = bank.said.control_url;
    return server;
  };
  const home = {
    ...await serveHere(),
    token: made.token,
    folder,
    // What a bank apart said of itself: files and words of the client that it lets in.
    bank: bank && bank.said,
    // Kills the server as a power cut does and starts it again at the same address.
    async restart() {
      const ended = once(home.process, "exit");
      home.process.kill("SIGKILL");
      await ended;
      Object.assign(home, await serveHere(new URL(home.url).host));
    },
    close() {
      home.process.kill("SIGKILL");
      if (bank) bank.process.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (options.bankApart) await api(home, "POST", "/v1/accounts", accountAt(bank.said), "account");
  return home;
}

// The account that a simulated bank apart lets in, as the API registers it.
export function accountAt({ bank, base_url, account, client_id, client_secret, certificate_file, key_file, ca_file }) {
  const read = (file) => readFileSync(file, "utf8");
  const credential = { client_id, client_secret, certificate: read(certificate_file), private_key: read(key_file), ca: read(ca_file) };
  return { bank, description: "Conta de teste", branch: "0001", number: account.slice(0, -1), digit: account.slice(-1), credential, hosts: { api: base_url } };
}

// Where each service of a simulated Itaú answers; this is only for programs to set.
export function servicesOfItau(base_url) {
  const services = ["token", "certificates", "emission", "emission_classic", "detail", "v3", "bolecode", "bolecode_old", "bolecode_old_classic", "pix", "pix_classic", "statement"];
  const paths = { certificates: "/seguranca/v1/certificado", emission: "/cash_management/v2", detail: "/boletoscash/v2", v3: "/boletos/v3", bolecode: "/recebimentos-pix/v1", pix: "/regulatorio-pix/v2", statement: "/account-statement/v1" };
  return Object.fromEntries(services.map((key) => [key, base_url + (paths[key] ?? "")]));
}

// A house with an account at a simulated Itaú that works by API.
export async function houseAtItau() {
  const home = await house({ bankAlone: "itau" });
  const { accounts } = await control(home, { do: "inspect" }, "itau");
  const data = { pix_key: accounts[0].pix_key };
  const account = { ...accountAt(home.bank), data, hosts: servicesOfItau(home.bank.base_url) };
  await api(home, "POST", "/v1/accounts", account, "conta");
  return home;
}

// A server in a folder without an installation, which its first page makes.
export async function emptyHouse() {
  const folder = mkdtempSync(join(tmpdir(), "quita-screens-"));
  const server = await serve(join(folder, "data"));
  return {
    ...server,
    close() {
      server.process.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(dir, listen = "127.0.0.1:0", more = []) {
  const server = await spoken(["serve", "--dir", dir, "--listen", listen, "--public-listen", "127.0.0.1:0", "--json", ...more]);
  const { listen: url, first_run, public: host, simulator } = server.said;
  return { process: server.process, next: server.next, url, firstRun: first_run, public: `http://${host}`, simulator };
}

// A quita that goes on running, and the lines of JSON that it says: the first now, others with next().
async function spoken(args) {
  const process = spawn(QUITA, args, { stdio: ["ignore", "pipe", "ignore"] });
  const lines = createInterface(process.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`quita ${args[0]} ended`);
    return JSON.parse(value);
  };
  return { process, next, said: await next() };
}

// Asks the simulated bank, in the words that it has for every bank.
export async function control(home, what, bank = "inter") {
  return json(`${home.simulator}/_sim/${bank}/control`, what);
}

// Sets the clock that bank and quita share forward.
export async function advance(home, by) {
  return json(`${home.simulator}/_sim/clock`, { advance: by });
}

async function json(url, body) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

// A request to the API, as an ERP sends it.
export async function api(home, method, path, body, key) {
  const headers = { authorization: `Bearer ${home.token}`, "content-type": "application/json" };
  if (key) headers["idempotency-key"] = key;
  const answer = await fetch(home.url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

export const WIDE = { width: 1360, height: 900 };
export const PHONE = { width: 390, height: 844 };

export async function browser() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

// Makes the first administrator at the address that the server printed.
export async function firstRun(page, home) {
  await page.goto(home.firstRun);
  await page.fill("#name", "Ana Souza");
  await page.fill("#email", "ana@example.com");
  await page.fill("#password", PASSWORD);
  await page.fill("#again", PASSWORD);
  await page.click("text=Criar e entrar");
  await page.waitForSelector("h1:has-text('Início')");
}

export async function signIn(page, home, email, password) {
  await page.goto(`${home.url}/entrar`);
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("button:has-text('Entrar')");
  await page.waitForLoadState();
}
