// Sheets: tables of answers, such as the picklability table. Columns of one group are drawn as one,
// with a line for every answer that not all of them give.

const SHEET_WAYS = [
  ["differ", "≠", "differ"],
  ["agree", "✓", "as expected"],
  ["explained", "≈", "differ, explained"],
  ["unavailable", "?", "unavailable"],
  ["not-applicable", "–", "not applicable"],
];
const SHEET_SYMBOL = Object.fromEntries(SHEET_WAYS.map(([way, symbol]) => [way, symbol]));

// The groups of a sheet's columns: [name, indexes of its columns].
function groupsOfColumns(sheet) {
  const groups = new Map();
  sheet.columns.forEach(({ group }, index) => {
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(index);
  });
  return [...groups];
}

// "3.8.18–3.10.13, 3.12.1": which of a group's columns are meant; "" for all of them.
function columnNames(sheet, all, indexes) {
  if (indexes.length === all.length) return "";
  const runs = [];
  for (const index of indexes) {
    const last = runs[runs.length - 1];
    const place = all.indexOf(index);
    if (last && last[1] === place - 1) last[1] = place;
    else runs.push([place, place]);
  }
  const label = (place) => sheet.columns[all[place]].label;
  return runs.map(([a, b]) => (a === b ? label(a) : `${label(a)}–${label(b)}`)).join(", ");
}

// The distinct answers of a row's cells in these columns, in the order of the columns.
function answersOf(row, indexes, part) {
  const answers = new Map();
  for (const index of indexes) {
    const cell = row.cells[index];
    const key = JSON.stringify(part(cell));
    if (!answers.has(key)) answers.set(key, { cell, indexes: [] });
    answers.get(key).indexes.push(index);
  }
  return [...answers.values()];
}

const worstCell = (answers) => SHEET_WAYS.map(([way]) => way).filter((way) => way !== "agree")
  .find((way) => answers.some(({ cell }) => cell.verdict === way)) ?? "agree";

// What stands behind the cells of a row: every answer with its detail.
function drawSheetDetail(sheet, row, [group, indexes]) {
  const answers = answersOf(row, indexes, (cell) => [cell.text, cell.verdict, cell.detail]);
  return make("div", { class: "sheet-detail" },
    make("p", {}, make("b", {}, `${row.id} ${row.label}`), group ? `, ${group}` : ""),
    row.note ? make("p", { class: "facts" }, row.note) : null,
    make("dl", { class: "answers" }, answers.flatMap(({ cell, indexes: of }) => [
      make("dt", {}, columnNames(sheet, indexes, of) || "all"),
      make("dd", {}, make("span", { class: `swatch ${cell.verdict}`, title: cell.verdict },
        SHEET_SYMBOL[cell.verdict]), make("span", { class: "mono" }, cell.text),
      cell.detail ? make("pre", { class: "wrap" }, cell.detail) : null)])));
}

function drawSheetCell(sheet, row, entry) {
  const [group, indexes] = entry;
  const answers = answersOf(row, indexes, (cell) => [cell.text, cell.verdict]);
  const button = make("button", { type: "button", class: "answer-cell",
    "aria-expanded": "false",
    "aria-label": `row ${row.id}, ${group}: ${answers.map(({ cell }) => cell.text).join("; ")}` },
  answers.map(({ cell, indexes: of }) => {
    const names = columnNames(sheet, indexes, of);
    return make("span", { class: `line ${cell.verdict}` },
      names ? make("span", { class: "who" }, names) : null, cell.text);
  }));
  button.addEventListener("click", () => {
    const line = button.closest("tr");
    const open = button.getAttribute("aria-expanded") === "true";
    for (const other of line.querySelectorAll("button")) {
      other.setAttribute("aria-expanded", "false");
    }
    if (line.nextElementSibling?.classList.contains("opened")) line.nextElementSibling.remove();
    if (open) return;
    button.setAttribute("aria-expanded", "true");
    line.after(make("tr", { class: "opened" }, make("td", { colspan: line.childElementCount },
      drawSheetDetail(sheet, row, entry))));
  });
  return make("td", { class: worstCell(answers) }, button);
}

function drawSheet(sheet) {
  const groups = groupsOfColumns(sheet);
  const counts = Object.fromEntries(SHEET_WAYS.map(([way]) => [way, 0]));
  for (const { cells } of sheet.rows) for (const { verdict } of cells) counts[verdict] += 1;
  const lines = sheet.rows.map((row) => ({
    differs: row.cells.some(({ verdict }) => verdict === "differ" || verdict === "explained"),
    text: JSON.stringify(row).toLowerCase(),
    element: make("tr", { id: `s-${sheet.name}-${row.id}` },
      make("th", { scope: "row", title: row.note || null },
        make("span", { class: "number" }, row.id), row.label),
      groups.map((entry) => drawSheetCell(sheet, row, entry))),
  }));
  const body = make("tbody", {});
  const shown = make("p", { class: "hint", role: "status" });
  const search = make("input", { type: "search", placeholder: "Search rows, answers, details",
    "aria-label": `Search ${sheet.title}`, autocomplete: "off", spellcheck: "false" });
  const differing = make("input", { type: "checkbox", class: "only-differing" });
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    const kept = lines.filter(({ differs, text }) => (differs || !differing.checked) &&
      words.every((word) => text.includes(word)));
    shown.textContent = `${number(kept.length)} of ${plural(lines.length, "row")}. ` +
      "A cell opens what stands behind it.";
    body.replaceChildren(...kept.map(({ element }) => element));
  };
  search.addEventListener("input", filter);
  differing.addEventListener("change", filter);
  filter();
  const title = `sheet-${sheet.name}`;
  return make("section", { "aria-labelledby": title, class: "sheet" },
    make("h2", { id: title }, sheet.title),
    make("ul", { class: "figures" }, SHEET_WAYS.filter(([way]) => counts[way]).map(
      ([way, symbol, label]) => make("li", {},
        make("span", { class: `swatch ${way}`, "aria-hidden": "true" }, symbol),
        make("b", {}, number(counts[way])), ` ${label}`))),
    sheet.note ? make("p", { class: "hint" }, sheet.note) : null,
    make("div", { class: "controls" }, search,
      make("label", { class: "check" }, differing, " only disagreements")),
    shown,
    make("div", { class: "scroll" }, make("table", { class: "answers" },
      make("thead", {}, make("tr", {}, make("th"), groups.map(([group, indexes]) =>
        make("th", { scope: "col",
          title: indexes.map((index) => sheet.columns[index].label).join(", ") },
        group || plural(indexes.length, "column"))))),
      body)));
}

function drawSheets() {
  byId("sheets").append(...record.sheets.map(drawSheet));
}
