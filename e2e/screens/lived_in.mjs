// A company after some weeks of work: boletos in every state, all people invented.
import { advance, api, control } from "./house.mjs";
import { importOfx, ofx } from "./ofx.mjs";

const PEOPLE = [
  ["12345678909", "Maria das Dores Oliveira", "maria@example.com"],
  ["52998224725", "José Antônio da Silva", "jose@example.com"],
  ["11144477735", "Lúcia Ferreira", ""],
  ["11444777000161", "Mercearia Boa Vista Ltda", "compras@example.com"],
];

// Lines that are not explained by themselves: somebody else pays, a part is paid, the bank takes
// something, and what has nothing to do with boletos.
const OPEN_LINES = [
  { day: compact(2), amount: "512.30", id: "a1", memo: "PIX RECEBIDO", name: "ZULMIRA QUARESMA" },
  { day: compact(2), amount: "500.00", id: "a2", memo: "PIX RECEBIDO", name: "JOSE ANTONIO DA SILVA" },
  { day: compact(3), amount: "1250.00", id: "a3", memo: "RESGATE APLICACAO" },
  { day: compact(3), amount: "-78.90", id: "a4", memo: "PAGAMENTO ENERGIA" },
];

const address = { street: "Rua das Laranjeiras", number: "100", complement: "", district: "Centro", city: "Belo Horizonte", state: "MG", postal_code: "30140071" };

export function day(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

// As OFX writes it.
function compact(days) {
  return day(days).replaceAll("-", "");
}

export function order(number, due, amount, person = 0) {
  const [document, legal_name, email] = PEOPLE[person % PEOPLE.length];
  return {
    document_number: number,
    amount,
    expiration_date: day(due),
    customer: { document, legal_name, email, phone: "31999990000", address },
    fine: { value: "2.00" },
    interest: { value: "1.00" },
    messages: ["Dúvidas: financeiro@example.com"],
  };
}

// Fills a house; gives ids of boletos in some states and the link of one.
export async function livedIn(home) {
  const issue = issuer(home);
  await api(home, "POST", "/v1/terms", { description: "Padrão da loja", fine_value: "2.00", interest_value: "1.00", days_after_due: 30, messages: [] }, "terms");
  await api(home, "POST", "/v1/chart_accounts", { description: "3.1.01 Venda de serviços" }, "chart");
  await api(home, "POST", "/v1/cost_centers", { description: "Loja do centro" }, "center");
  await control(home, { do: "set", switch: "registration_delay_ms", value: 0 });
  const boletos = [];
  for (let n = 0; n < 8; n++) boletos.push(await issue(`NFe ${410 + n} - 1/1`, 1 + 3 * n, 12_345 + 7_777 * n, n));
  await control(home, { do: "pay", target: boletos[0].bank_reference, means: "pix" });
  await control(home, { do: "pay", target: boletos[2].bank_reference, means: "boleto" });
  await api(home, "POST", "/v1/sync", {}, "sync");
  await until(async () => (await api(home, "GET", `/v1/boletos/${boletos[0].id}`)).status === "SETTLED");
  await api(home, "POST", `/v1/boletos/${boletos[3].id}/cancel`, { reason: "pedido cancelado" }, "cancel");
  await control(home, { do: "set", switch: "issue_refused", value: 1 });
  const rejected = await issue("OS 77 - 1/1", 20, 45_000, 3);
  const customers = await api(home, "GET", "/v1/customers");
  const contract = await api(home, "POST", "/v1/contracts", {
    description: "Mensalidade da turma A", customer_id: customers.data.find((customer) => !customer.legal_name.includes("Oliveira")).id, amount: 30_000,
    expiration_date: day(12), periods: 12, readjustment: "4.50", invoice_type: "tuition_payment",
  }, "contract");
  // Five days on, some are late.
  await advance(home, "P5D");
  await issue("NFe 430 - 1/2", 9, 99_900, 1);
  return { account: boletos[5].account_id, registered: boletos[5].id, settled: boletos[0].id, cancelled: boletos[3].id, overdue: boletos[1].id, rejected: rejected.id, contract: contract.id, link: boletos[5].public_token, paidLink: boletos[0].public_token, overLink: boletos[3].public_token };
}

// Issues boletos, and waits a while for the bank.
function issuer(home) {
  return (number, due, amount, person, more) => api(home, "POST", "/v1/boletos?wait=10s", { ...order(number, due, amount, person), ...more }, number.replaceAll(" ", "_"));
}

// As livedIn(), with a boleto in every state and a page of everything that has one. `page` is of
// somebody who signed in.
export async function everyState(home, page) {
  const seen = await livedIn(home);
  const issue = issuer(home);
  // It is five days later by now.
  const expired = await issue("NFe 440 - 1/1", 6, 33_000, 2, { limit_date: day(7) });
  const byHand = await issue("NFe 441 - 1/1", 30, 21_000, 0);
  await api(home, "POST", `/v1/boletos/${byHand.id}/settle_by_hand`, { paid_on: day(5), amount: 21_000 }, "by-hand");
  const [batch, draft] = [await file(home, page, "NFS-e 900"), await file(home, page, "NFS-e 950")];
  await page.goto(home.url + batch);
  page.once("dialog", (dialog) => dialog.accept());
  await page.click("button:has-text('Emitir')");
  await page.waitForSelector("progress");
  await until(async () => /2 de 2 boletos/.test(await page.textContent("main")));
  await advance(home, "P3D");
  for (const [id, status] of [[expired.id, "EXPIRED"], [seen.cancelled, "CANCELLED"]]) {
    await api(home, "POST", "/v1/sync", {}, `sync-${status}`);
    await until(async () => (await api(home, "GET", `/v1/boletos/${id}`)).status === status);
  }
  await control(home, { do: "set", switch: "registration_delay_ms", value: 86_400_000 });
  const created = await api(home, "POST", "/v1/boletos", order("NFe 442 - 1/1", 30, 10_000, 1), "created");
  const first = async (path) => (await api(home, "GET", path)).data[0];
  const account = await first("/v1/accounts");
  await importOfx(home, page, account, ofx(account, OPEN_LINES));
  return { ...seen, created: created.id, expired: expired.id, byHand: byHand.id, batch, draft, account: account.id, customer: (await first("/v1/customers")).id };
}

// Sends a file of two good rows and a bad one, and tells its columns; gives its address.
async function file(home, page, number) {
  const row = (n, amount) => `${number}/${n};123.456.789-09;Maria das Dores Oliveira;Rua das Laranjeiras;100;Centro;Belo Horizonte;MG;30140-071;${amount};${day(25).split("-").reverse().join("/")}`;
  const text = ["Número;CPF/CNPJ;Nome;Rua;Nº;Bairro;Cidade;UF;CEP;Valor;Vencimento", row(1, "150,00"), row(2, "cem"), row(3, "250,00")].join("\r\n");
  await page.goto(`${home.url}/boletos/lote`);
  await page.setInputFiles("#file", { name: `${number}.csv`, mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.click("text=Enviar e conferir");
  await page.click("text=Conferir todas as linhas");
  await page.waitForSelector("h1:has-text('Conferência')");
  return new URL(page.url()).pathname;
}

export async function until(holds, seconds = 60) {
  const end = Date.now() + 1000 * seconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("never came");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
