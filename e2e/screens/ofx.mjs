// A statement as OFX of an account of the house. A movement: { day, amount, id, memo, name? }, days as
// AAAAMMDD; `closing` is the balance at the end of the last day, where it is told.
export function ofx(account, movements, closing) {
  const days = movements.map((movement) => movement.day).sort();
  const last = days[days.length - 1];
  const rows = movements.map(({ day, amount, id, memo, name }) => `<STMTTRN><TRNTYPE>OTHER<DTPOSTED>${day}<TRNAMT>${amount}<FITID>${id}${name ? `<NAME>${name}` : ""}<MEMO>${memo}</STMTTRN>`);
  const balance = closing ? `<LEDGERBAL><BALAMT>${closing}<DTASOF>${last}</LEDGERBAL>` : "";
  return `OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>077<ACCTID>${account.number}${account.digit}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>${days[0]}<DTEND>${last}\n${rows.join("\n")}\n</BANKTRANLIST>${balance}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n`;
}

// Imports it on the page of the account.
export async function importOfx(home, page, account, text) {
  await page.goto(`${home.url}/extrato/${account.id}`);
  await page.setInputFiles("[data-drop] input[type=file]", { name: "extrato.ofx", mimeType: "application/x-ofx", buffer: Buffer.from(text) });
  await Promise.all([page.waitForURL(/importado=/), page.click("text=Importar >> nth=-1")]);
}
