// The matrix, its buttons, and the figures of a chosen cell.

// One button per value; `current` is asked whether it is pressed.
function drawButtons(id, values, choose) {
  byId(id).replaceChildren(...values.map(([label, pressed, value]) =>
    make("button", { type: "button", "aria-pressed": String(pressed),
      onclick: () => { choose(value); draw(); } }, label)));
}

function heading(id, scope) {
  const engine = engineOf.get(id);
  // Long ids may be broken after their slashes.
  const parts = short(id).split(/(?<=\/)/).flatMap((part, i) =>
    [i ? make("wbr") : null, make("span", { class: "part" }, part)]);
  const version = engine && engine.version && !short(id).includes(engine.version)
    ? make("span", { class: "version" }, `${engine.language} ${engine.version}`.trim()) : null;
  return make("th", { scope, title: id }, parts, version);
}

function drawCell(row, column, entry) {
  if (!entry || worst(entry.counts) === "none") return make("td", { class: "blank" }, "·");
  const { counts } = entry;
  const way = colour(counts);
  const label = way === "agree" ? number(counts.agree) : `${SYMBOL[way]} ${number(counts[way])}`;
  const note = way === "agree" && counts.explained
    ? make("span", { class: "aside" }, `${SYMBOL.explained} ${number(counts.explained)}`) : null;
  const strip = state.view.pairs || state.protocol !== null ? null
    : make("span", { class: "strip", "aria-hidden": "true" }, protocols.map((protocol) =>
      make("i", { class: entry.protocols.has(protocol)
        ? worst(entry.protocols.get(protocol)) : "none" })));
  const chosen = state.cell && state.cell.row === row && state.cell.column === column;
  const verb = state.view.pairs ? "and" : "read by";
  const title = `${row} ${verb} ${column}: ${spoken(entry.counts)}`;
  return make("td", {}, make("button", { type: "button", class: way, title,
    "aria-label": title, "aria-pressed": String(Boolean(chosen)),
    onclick: () => { state.cell = chosen ? null : { row, column }; draw(); } },
  label, note, strip));
}

// All figures of the chosen cell, a line per protocol.
function drawChosen(entry) {
  if (!entry) {
    byId("cell").replaceChildren();
    return;
  }
  const ways = WAYS.filter(([way]) =>
    [...entry.protocols.values()].some((counts) => counts[way]));
  const verb = state.view.pairs ? "and" : "read by";
  const line = ([protocol, counts]) => make("tr", {},
    make("th", { scope: "row" }, state.view.pairs ? "files" : `protocol ${protocol}`),
    ways.map(([way]) => make("td", { class: counts[way] ? "" : "zero" }, number(counts[way]))));
  byId("cell").replaceChildren(make("table", {},
    make("caption", {}, make("b", {}, state.cell.row), ` ${verb} `,
      make("b", {}, state.cell.column)),
    make("thead", {}, make("tr", {}, make("th"),
      ways.map(([, , label]) => make("th", { scope: "col" }, label)))),
    make("tbody", {}, [...entry.protocols].sort(([a], [b]) => a - b).map(line))));
}

function drawMatrix() {
  if (!state.view) {
    byId("matrix").replaceChildren(make("caption", {}, "Nothing was compared."));
    return;
  }
  const table = tabulate(state.view);
  drawChosen(state.cell && table.get(state.cell.row)?.get(state.cell.column));
  let rows = inOrder(table.keys());
  let columns = inOrder([...table.values()].flatMap((row) => [...row.keys()]));
  const differs = (row, column) => {
    const entry = table.get(row).get(column);
    return entry && (entry.counts.differ || entry.counts.explained);
  };
  if (state.onlyDiffering) {
    const keptRows = rows.filter((row) => columns.some((column) => differs(row, column)));
    columns = columns.filter((column) => rows.some((row) => differs(row, column)));
    rows = keptRows;
  }
  byId("matrix-hint").textContent = state.onlyDiffering && !rows.length
    ? "No disagreement here."
    : state.view.pairs
      ? "Two readers of the same files. A cell filters the differences below."
      : "Rows write, columns read. The figure is the number of comparisons that agree, or " +
        "differ (≠); explained differences (≈) stand beside it. The small marks are the " +
        "protocols. A cell filters the differences below.";
  byId("matrix").classList.toggle("dense", columns.length > 8);
  const corner = state.view.pairs ? "" : "writes ↓  reads →";
  byId("matrix").replaceChildren(
    make("thead", {}, make("tr", {}, rows.length ? make("th", {}, corner) : null,
      columns.map((column) => heading(column, "col")))),
    make("tbody", {}, rows.map((row) => make("tr", {}, heading(row, "row"),
      columns.map((column) => drawCell(row, column, table.get(row).get(column)))))));
}

function drawControls() {
  drawButtons("views", views.length > 1 ? views.map((view) => [view.label, view === state.view,
    view]) : [], (view) => { state.view = view; state.group = state.cell = null; });
  const groups = state.view?.grouped ? groupsOf(state.view) : [];
  byId("group").hidden = groups.length < 2;
  byId("group").replaceChildren(
    make("option", { value: "" }, `all ${number(groups.length)} groups`),
    ...groups.map((group) => make("option", { value: group }, group)));
  byId("group").value = state.group ?? "";
  const filters = [["all protocols", state.protocol === null, null],
    ...protocols.map((protocol) => [String(protocol), protocol === state.protocol, protocol])];
  drawButtons("protocols", protocols.length > 1 ? filters : [],
    (protocol) => { state.protocol = protocol; });
}
