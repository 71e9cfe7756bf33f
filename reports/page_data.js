"use strict";
// What the page is drawn from: the run record (reports/RECORD.md), the counts, the views of the
// matrix, and what the reader has chosen. All text goes through textContent, so that nothing in a
// record can become markup.

const { names, record } = JSON.parse(document.getElementById("data").textContent);
const GENERATED = "generated";
const ORIGINAL = "original";
const WAYS = [
  ["agree", "✓", "agree"],
  ["differ", "≠", "differ"],
  ["explained", "≈", "differ, explained"],
  ["both_reject", "∅", "both reject"],
  ["poisoned", "?", "poisoned by a limit"],
  ["unsupported", "–", "unsupported"],
  ["skipped", "·", "not asked"],
];
const SYMBOL = Object.fromEntries(WAYS.map(([way, symbol]) => [way, symbol]));

const byId = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en-US");
const plural = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
const short = (id) => names[id] ?? (id === ORIGINAL ? "original graph" : id);
const engineOf = new Map(record.engines.map((engine) => [engine.id, engine]));

// An element with properties ("class", "on*" and attributes) and children (nodes or text).
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

// ---- Counts.

const noCounts = () => Object.fromEntries(WAYS.map(([way]) => [way, 0]));
function add(sum, counts) {
  for (const [way] of WAYS) sum[way] += counts[way] ?? 0;
  return sum;
}
const compared = (counts) =>
  counts.agree + counts.differ + counts.explained + counts.both_reject;
// The worst that occurred, as a class name.
function worst(counts) {
  if (counts.differ) return "differ";
  if (counts.explained) return "explained";
  if (counts.agree) return "agree";
  if (counts.both_reject) return "both_reject";
  if (counts.poisoned) return "poisoned";
  if (counts.unsupported) return "unsupported";
  return "none";
}
// The same for a cell, where explained differences are but a note beside what agrees.
const colour = (counts) => !counts.differ && counts.agree ? "agree" : worst(counts);
function spoken(counts) {
  const parts = WAYS.filter(([way]) => counts[way]).map(
    ([way, , label]) => `${number(counts[way])} ${label}`);
  return parts.join(", ") || "not asked";
}

// ---- Views of the matrix.

const protocols = [...new Set(record.cells.map((cell) => cell.protocol))].sort((a, b) => a - b);
const isGenerated = (group) => group === GENERATED;
// Live objects: "live", and "live/3.9-to-3.11" where one Python wrote and another read.
const isLive = (group) => group.split("/")[0] === "live";

// A cell of a view: the counts, with the row and the column where they stand.
const mirrored = record.pairs.flatMap((pair) => [
  { ...pair, row: pair.left, column: pair.right },
  { ...pair, row: pair.right, column: pair.left }]);
const placed = record.cells.map((cell) => ({ ...cell, row: cell.writer, column: cell.reader }));
const isReal = (group) => !isGenerated(group) && !isLive(group);
const written = (holds) => placed.filter((cell) => holds(cell.group));
const views = [
  { label: "generated graphs", grouped: false, pairs: false, holds: isGenerated,
    cells: written(isGenerated) },
  { label: "real pickles, read", grouped: true, pairs: true, holds: isReal, cells: mirrored },
  { label: "real pickles, written again", grouped: true, pairs: false, holds: isReal,
    cells: written(isReal) },
  { label: "live objects", grouped: true, pairs: false, holds: isLive, cells: written(isLive) },
].filter((view) => view.cells.length);

// What the reader has chosen; null where nothing is.
const state = { view: views[0], group: null, protocol: null, onlyDiffering: false, cell: null,
  search: "" };

const groupsOf = (view) => [...new Set(view.cells.map((cell) => cell.group))].sort();

function inOrder(ids) {
  const seen = new Set(ids);
  const known = record.engines.map((engine) => engine.id).filter((id) => seen.has(id));
  return [...known, ...[...seen].filter((id) => !engineOf.has(id)).sort()];
}

// Row -> column -> { counts, protocols: protocol -> counts }, as the filters say.
function tabulate(view) {
  const rows = new Map();
  for (const cell of view.cells) {
    if (view.grouped && state.group !== null && cell.group !== state.group) continue;
    if (!rows.has(cell.row)) rows.set(cell.row, new Map());
    const row = rows.get(cell.row);
    if (!row.has(cell.column)) {
      row.set(cell.column, { counts: noCounts(), protocols: new Map() });
    }
    const entry = row.get(cell.column);
    if (!entry.protocols.has(cell.protocol)) entry.protocols.set(cell.protocol, noCounts());
    add(entry.protocols.get(cell.protocol), cell);
    if (view.pairs || state.protocol === null || cell.protocol === state.protocol) {
      add(entry.counts, cell);
    }
  }
  return rows;
}
