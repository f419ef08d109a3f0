// A company after some weeks of work: boletos in every state, all people invented.
import { advance, api, control } from "./house.mjs";

const PEOPLE = [
  ["12345678909", "Maria das Dores Oliveira", "maria@example.com"],
  ["52998224725", "José Antônio da Silva", "jose@example.com"],
  ["11144477735", "Lúcia Ferreira", ""],
  ["11444777000161", "Mercearia Boa Vista Ltda", "compras@example.com"],
];

const address = { street: "Rua das Laranjeiras", number: "100", complement: "", district: "Centro", city: "Belo Horizonte", state: "MG", postal_code: "30140071" };

export function day(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
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
  const issue = (number, due, amount, person) => api(home, "POST", "/v1/boletos?wait=10s", order(number, due, amount, person), number.replaceAll(" ", "_"));
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
  // Five days on, some are late.
  await advance(home, "P5D");
  await issue("NFe 430 - 1/2", 9, 99_900, 1);
  return { account: boletos[5].account_id, registered: boletos[5].id, settled: boletos[0].id, rejected: rejected.id, link: boletos[5].public_token };
}

export async function until(holds, seconds = 60) {
  const end = Date.now() + 1000 * seconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("never came");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
