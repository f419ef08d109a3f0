// A bank by file: the return that Itaú («Cobrança 400 bytes CNAB», July 2021) answers a remittance
// with. Positions are the manual's, counted from 1.

// `told`: for each title of the remittance, its occurrences, each with cents where it was paid.
export function itauReturn(remittance, day, told) {
  const sent = remittance.split("\r\n");
  const date = day.slice(8) + day.slice(5, 7) + day.slice(2, 4);
  const head = row([[1, "02RETORNO01COBRANCA"], [27, at(sent[0], 27, 38)], [47, at(sent[0], 47, 76)], [77, "341BANCO ITAU SA"], [95, date], [109, "00001"]]);
  const titles = sent.filter((line) => line.startsWith("1")).flatMap((line, n) =>
    told[n].map(({ code, reason = "", cents }) => row([
      [1, `1${at(line, 2, 17)}${at(line, 18, 29)}`], [38, at(line, 38, 62)], [63, at(line, 63, 70)], [83, at(line, 84, 86)],
      [108, "I"], [109, code], [111, date], [117, at(line, 111, 120)], [147, at(line, 121, 126)], [153, at(line, 127, 139)],
      [166, "341"], [176, digits(cents ? 199 : 0, 13)], [254, digits(cents ?? 0, 13)], [267, digits(0, 13)],
      [296, cents ? date : ""], [325, at(line, 235, 264)], [378, reason],
    ])));
  const lines = [head, ...titles, row([[1, "9201341"]])];
  return lines.map((line, n) => `${line.slice(0, 394)}${digits(n + 1, 6)}\r\n`).join("");
}

function at(line, from, to) {
  return line.slice(from - 1, to);
}

function digits(number, width) {
  return String(number).padStart(width, "0");
}

function row(fields) {
  let line = " ".repeat(400);
  for (const [from, text] of fields) line = line.slice(0, from - 1) + text + line.slice(from - 1 + text.length);
  return line;
}
