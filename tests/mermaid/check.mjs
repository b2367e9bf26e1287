// Reads the Mermaid blocks of the given files with Mermaid's own parser, and compares what it understood with what was written.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [modules, ...files] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${modules}/${file}`));

// Mermaid cleans titles with a library that wants a browser's document.
const { JSDOM } = (await load('jsdom/lib/api.js')).default;
globalThis.window = new JSDOM('').window;
globalThis.document = globalThis.window.document;
const mermaid = (await load('mermaid/dist/mermaid.core.mjs')).default;

// What a chart says, by the simplest reading of its lines.
function written(chart) {
  const bars = [];
  let section = '';
  for (const line of chart.split('\n')) {
    if (line.startsWith('    section ')) section = line.slice('    section '.length);
    const bar = /^ {4}([^:]+) :(?:\w+, )?([ae]\d+), (\S+), (\d+)s$/.exec(line);
    if (bar) bars.push([section, bar[1], bar[2], new Date(bar[3]).getTime(), Number(bar[4]) * 1000]);
  }
  return bars;
}

async function understood(chart) {
  await mermaid.parse(chart);
  const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(chart);
  if (type !== 'gantt') throw new Error(`it is a ${type}`);
  if (db.getDiagramTitle()) throw new Error(`it has the title ${db.getDiagramTitle()}`);
  if (!db.getAccTitle() || !db.getAccDescription()) throw new Error('it has no text for who does not see it');
  if (db.getLinks().size > 0 || db.getExcludes().length > 0) throw new Error('it has links or excluded days');
  if (!/^([1-9]\d*)(millisecond|second|minute|hour|day|week|month)$/.test(db.getTickInterval())) {
    throw new Error(`its ticks are ${db.getTickInterval()} apart`);
  }
  return db.getTasks().map(({ section, task, id, startTime, endTime }) => [
    section,
    task.trim(),
    id,
    startTime.getTime(),
    endTime.getTime() - startTime.getTime(),
  ]);
}

let charts = 0;
let wrong = 0;
for (const file of files) {
  for (const [, chart] of readFileSync(file, 'utf8').matchAll(/^```mermaid\n([^]*?)^```$/gm)) {
    charts += 1;
    try {
      const [meant, read] = [written(chart), await understood(chart)];
      if (meant.length === 0) throw new Error('it has no bars');
      if (JSON.stringify(meant) !== JSON.stringify(read)) {
        throw new Error(`Mermaid reads\n${JSON.stringify(read)}\nand not\n${JSON.stringify(meant)}`);
      }
    } catch (error) {
      wrong += 1;
      console.error(`${file}:\n${chart}${error.message ?? error}\n`);
    }
  }
}
console.log(`${charts - wrong} of ${charts} charts are read by Mermaid as they are meant`);
process.exitCode = charts === 0 || wrong > 0 ? 1 : 0;
