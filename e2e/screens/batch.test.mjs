// Many boletos from a spreadsheet, through a power cut.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { crc32 } from "node:zlib";
import { noViolations } from "./accessible.mjs";
import { WIDE, advance, api, browser, control, firstRun, house } from "./house.mjs";
import { day, order, until } from "./lived_in.mjs";

let home, chromium, page;
before(async () => {
  home = await house({ bankApart: true });
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
  page.on("dialog", (dialog) => dialog.accept());
});
after(async () => {
  await chromium?.close();
  home?.close();
});

const DUE = day(30).split("-").reverse().join("/");

function row(number, { document = "123.456.789-09", name = "Maria Exemplo", amount = "1.250,50", due = DUE } = {}) {
  return `${number};${name};${document};Rua das Acácias;100;Centro;Belo Horizonte;MG;30110-000;${amount};${due}`;
}

// 500 rows; each 25th is wrong, every time in one of these ways.
const WRONG = [{ document: "123.456.789-00" }, { name: "" }, { amount: "dez reais" }, { due: "31/02/2027" }];
const COLUMN = ["CPF/CNPJ", "Nome", "Valor", "Vencimento"];
const isWrong = (i) => i % 25 === 7;
const wrong = Array.from({ length: 500 }, (_, i) => i).filter(isWrong);
const rows = Array.from({ length: 500 }, (_, i) => row(`NF ${i}`, isWrong(i) ? WRONG[wrong.indexOf(i) % WRONG.length] : {}));
const CSV = `Número;Nome;CPF/CNPJ;Rua;Nº;Bairro;Cidade;UF;CEP;Valor;Vencimento\r\n${rows.join("\r\n")}\r\n`;

const atBank = async () => (await control(home, { do: "inspect" })).boletos;

// What the page of a batch says under a heading.
const fact = async (name) => (await page.textContent(`dt:text-is("${name}") + dd`)).trim();

test("every error at once, the good ones issued, and none twice when the server dies", async () => {
  await page.goto(`${home.url}/boletos/lote`);
  await noViolations(page);
  await page.setInputFiles("#file", { name: "outubro.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) });
  await page.click("text=Enviar e conferir");
  await page.waitForSelector("h1:has-text('O que há em cada coluna')");
  await noViolations(page);
  await page.click("text=Conferir todas as linhas");
  await page.waitForSelector("h1:has-text('Conferência')");
  await noViolations(page);
  const errors = await page.$$eval("tbody tr", (rows) => rows.map((row) => [...row.cells].slice(0, 2).map((cell) => cell.innerText.trim())));
  // The first line has the names of the columns.
  assert.deepEqual(errors, wrong.map((i, nth) => [String(i + 2), COLUMN[nth % COLUMN.length]]));
  assert.equal((await atBank()).length, 0);

  await page.click("text=Emitir só os 480 bons");
  await page.waitForSelector("progress");
  await noViolations(page);
  // Once while rows become boletos, once while boletos go to the bank.
  await until(async () => (await api(home, "GET", "/v1/boletos?limit=1")).data.length > 0);
  await home.restart();
  // What the first process asked of the bank in this minute counts against the second one.
  await until(async () => (await atBank()).length >= 60, 150);
  await home.restart();
  const before = await atBank();
  assert.ok(before.length < 480, `the server died in the middle: ${before.length} at the bank`);
  await page.waitForSelector("progress");
  // The bank allows so many calls in a minute: minutes pass faster here.
  await until(async () => {
    await advance(home, "PT1M");
    return await fact("Registrados no banco") === "480";
  });
  assert.equal(await fact("Emitidos"), "480 de 480");
  assert.equal(await fact("Não emitidos"), "0");
  assert.equal(await fact("Deixados de fora"), "20");
  assert.equal(await page.locator("[data-poll]").count(), 0, "nothing moves any more");
  await noViolations(page);

  const all = await atBank();
  assert.equal(all.length, 480);
  assert.equal(new Set(all.map((boleto) => boleto.seuNumero)).size, 480);
  await api(home, "POST", "/v1/boletos", order("outro", 20, 10_000), "outro");
  await page.click("text=Ver boletos");
  await page.waitForURL("**/boletos?batch_id=*");
  assert.match(await page.textContent("tfoot"), /480 boletos/);
});

// A workbook as spreadsheets write it: text, numbers as numbers, a day as a day.
function workbook(rows) {
  const cell = (value) => {
    if (value instanceof Date) return `<c s="1"><v>${Math.round(value.getTime() / 86_400_000) + 25_569}</v></c>`;
    if (typeof value === "number") return `<c><v>${value}</v></c>`;
    return `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  };
  const sheet = rows.map((row) => `<row>${row.map(cell).join("")}</row>`).join("");
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const links = "http://schemas.openxmlformats.org/package/2006/relationships";
  const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  return zip({
    "[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${kind}.styles+xml"/></Types>`,
    "_rels/.rels": `<Relationships xmlns="${links}"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Boletos" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${links}"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `<styleSheet xmlns="${main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`,
  });
}

// Files in a ZIP, as they are.
function zip(files) {
  const [parts, directory] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${text}`);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, rest, Buffer.from(name));
    parts.push(local);
    at += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(files).length, 4);
  end.writeUInt16LE(Object.keys(files).length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, entries, Buffer.from("PK\x05\x06"), end]);
}

test("a workbook is read as it was typed", async () => {
  const due = new Date(`${day(40)}T00:00:00Z`);
  const header = ["Nosso código", "Razão social", "CNPJ", "Rua", "Nº", "Cidade", "UF", "CEP", "Total", "Vence"];
  const row = (number, amount) => [number, "Mercearia Boa Vista Ltda", 11444777000161, "Rua das Acácias", 100, "Belo Horizonte", "MG", 30110000, amount, due];
  await page.goto(`${home.url}/boletos/lote`);
  const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  await page.setInputFiles("#file", { name: "novembro.xlsx", mimeType, buffer: workbook([header, row("XL 1", 1234.5), row("XL 2", 80)]) });
  await page.click("text=Enviar e conferir");
  await page.waitForSelector("h1:has-text('O que há em cada coluna')");
  // Nobody could guess what this company calls the number.
  await page.selectOption("#number", { index: 1 });
  await page.click("text=Conferir todas as linhas");
  await page.waitForSelector("h1:has-text('Conferência')");
  assert.match(await page.textContent("main"), /2 boletos\s*R\$\s1\.314,50/);
  assert.match(await page.textContent("main"), /0 linhas/);
  await page.click("button:has-text('Emitir 2 boletos')");
  await page.waitForSelector("progress");
  await until(async () => {
    await advance(home, "PT1M");
    return await fact("Registrados no banco") === "2";
  });
  const issued = (await api(home, "GET", "/v1/boletos?limit=2")).data;
  const shown = issued.map((b) => [b.document_number, b.amount, b.expiration_date]).sort();
  assert.deepEqual(shown, [["XL 1", 123_450, day(40)], ["XL 2", 8_000, day(40)]]);
});
