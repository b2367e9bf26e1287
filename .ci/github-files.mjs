// Checks action.yml, the workflows and the examples with GitHub's own language service: their schema, their expressions, and
// that every input that a workflow gives our action is one that action.yml has.
//
// It is bundled before it runs (see .ci/run), for the language service imports JSON in a way that no Node.js reads any more.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";

const ours = parse(readFileSync("action.yml", "utf8"));
const actionsMetadataProvider = {
  // Of other actions nothing is known here, and no inputs means that none are checked.
  fetchActionMetadata: async ({ name }) => (name === "offer-release" ? ours : { name, description: "" }),
};

async function problems(file) {
  // A local action is not looked up, so ask about the published one in its place. Reusable workflows check it out below
  // `.offer-release`.
  const text = readFileSync(file, "utf8").replace(/uses: \.\/(\.offer-release)?$/gm, "uses: OWNER/offer-release@v1");
  // What is below .github/workflows is a workflow, and action.yml an action; the examples are pasted to the former.
  const uri = `file://${resolve(file).replace("/examples/workflows/", "/.github/workflows/")}`;
  const found = await validate(TextDocument.create(uri, "yaml", 0, text), { actionsMetadataProvider });
  return found.map(({ range, message }) => `${file}:${range.start.line + 1}:${range.start.character + 1}: ${message}`);
}

Promise.all(process.argv.slice(2).map(problems)).then((all) => {
  const found = all.flat();
  found.forEach((problem) => console.error(problem));
  console.log(`${all.length} files, ${found.length} problems`);
  process.exitCode = found.length === 0 && all.length > 0 ? 0 : 1;
});
