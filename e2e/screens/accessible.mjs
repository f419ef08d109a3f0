// What axe-core finds on a page. Nothing serious may be left.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function noViolations(page) {
  // Through the debugger, since the page's own policy lets no foreign script in.
  const found = await page.evaluate(`${axe}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] })`);
  const serious = found.violations.filter((v) => ["serious", "critical"].includes(v.impact));
  const said = serious.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html).join("\n    ")}`);
  assert.equal(serious.length, 0, `${page.url()}\n  ${said.join("\n  ")}`);
}
