// «Extrato»: a file is dropped twice, and brings what is new once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { noViolations } from "./accessible.mjs";
import { WIDE, api, browser, firstRun, house } from "./house.mjs";

let home, chromium, page;
before(async () => {
  home = await house();
  chromium = await browser();
  page = await (await chromium.newContext({ viewport: WIDE })).newPage();
  await firstRun(page, home);
});
after(async () => {
  await chromium?.close();
  home?.close();
});

// Drops a file on the zone as a person does with the mouse, and sends it.
async function drop(name, text) {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    [name, text],
  );
  await page.dispatchEvent("[data-drop]", "drop", { dataTransfer: transfer });
  await Promise.all([page.waitForURL(/importado=/), page.click("text=Importar >> nth=-1")]);
  return page.textContent("[role=status]");
}

test("an OFX dropped twice is there once", async () => {
  const { data } = await api(home, "GET", "/v1/accounts");
  const account = data[0];
  const lines = [["20260105", "100.00", "1"], ["20260105", "100.00", "2"], ["20260106", "-1.50", "3"]];
  const movements = lines.map(([day, amount, id]) => `<STMTTRN><TRNTYPE>OTHER<DTPOSTED>${day}<TRNAMT>${amount}<FITID>${id}<MEMO>Lancamento ${amount}</STMTTRN>`);
  const ofx = `OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>077<ACCTID>${account.number}${account.digit}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260105<DTEND>20260106\n${movements.join("\n")}\n</BANKTRANLIST><LEDGERBAL><BALAMT>298.50<DTASOF>20260106</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n`;
  await page.goto(`${home.url}/extrato`);
  await page.waitForSelector("h1 >> text=Extrato");
  await noViolations(page);
  assert.match(await drop("janeiro.ofx", ofx), /3 novos, 0 já conhecidos, 0 em dúvida/);
  assert.match(await drop("de novo.ofx", ofx), /0 novos, 3 já conhecidos, 0 em dúvida/);
  // The days of the file are shown at once.
  await page.waitForSelector("section >> text=Em aberto: sem saldo anterior");
  assert.equal(await page.locator("section tbody tr").count(), 3);
  await page.fill("[name=q]", "-1.50");
  await page.click("form[role=search] button");
  await page.waitForSelector("section[aria-label='Dia 05/01/2026']", { state: "detached" });
  assert.equal(await page.locator("section tbody tr").count(), 1);
  await noViolations(page);
});
