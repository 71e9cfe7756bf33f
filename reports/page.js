// The rest of the page, and what ties its parts together.

function drawTally() {
  const sum = noCounts();
  for (const cell of [...record.cells, ...record.pairs]) add(sum, cell);
  const present = WAYS.filter(([way]) => sum[way]);
  const figure = ([way, symbol, label]) => make("li", {},
    make("span", { class: `swatch ${way}`, "aria-hidden": "true" }, symbol),
    make("b", {}, number(sum[way])), ` ${label}`);
  byId("tally").append(
    make("div", { class: "bar", "aria-hidden": "true" },
      present.map(([way]) => make("span", { class: way, style: `flex:${sum[way]} 1 0` }))),
    make("ul", { class: "figures" }, present.map(figure)));
}

function drawRun() {
  const seeds = record.seeds.length
    ? ` · seed${record.seeds.length > 1 ? "s" : ""} ${record.seeds.join(", ")}` : "";
  const day = record.started ? ` · ${record.started.replace("T", " ").replace("Z", " UTC")}` : "";
  byId("run").append(day + seeds);
}

function drawReasons() {
  byId("reasons-section").hidden = !reasons.length;
  byId("reasons").append(...reasons.map(({ details }) => details));
}

// [0, 1, 2, 4] -> "0-2, 4"
function ranges(list) {
  const out = [];
  for (const value of list) {
    const last = out[out.length - 1];
    if (last && last[1] === value - 1) last[1] = value;
    else out.push([value, value]);
  }
  return out.map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`)).join(", ") || "–";
}

function speed(count, bytes, seconds) {
  if (!count || !seconds) return ["–"];
  return [`${number(Math.round(count / seconds))}/s`,
    make("span", { class: "sub" }, `${(bytes / seconds / 1e6).toFixed(1)} MB/s`)];
}

function drawEngines() {
  const columns = ["engine", "version", "language", "reads", "writes", "smoke test",
    "loads", "dumps"];
  const line = (engine) => {
    const t = engine.throughput;
    return make("tr", {},
      make("td", {}, engine.name || engine.id,
        make("span", { class: "sub mono" }, engine.id),
        engine.blind_to.length ? make("span", { class: "sub" },
          `does not tell apart: ${engine.blind_to.join(", ")}`) : null),
      make("td", {}, engine.version), make("td", {}, engine.language),
      make("td", {}, engine.reads ? ranges(engine.protocols_read) : "–"),
      make("td", {}, engine.writes ? ranges(engine.protocols_written) : "–"),
      make("td", { class: engine.smoke_ok ? "" : "bad" },
        engine.smoke_ok ? "ok" : `left out: ${engine.smoke_reason}`),
      make("td", { class: "number" }, speed(t.loads, t.load_bytes, t.load_seconds)),
      make("td", { class: "number" }, speed(t.dumps, t.dump_bytes, t.dump_seconds)));
  };
  byId("engines").append(
    make("thead", {}, make("tr", {}, columns.map((column, i) =>
      make("th", { class: i > 5 ? "number" : "" }, column)))),
    make("tbody", {}, record.engines.map(line)));
}

function drawAbout() {
  const machine = record.machine;
  const memory = machine.memory_bytes
    ? `${(machine.memory_bytes / 2 ** 30).toFixed(1)} GiB` : "";
  const facts = [
    ["Command", record.command_line ? command(record.command_line) : ""],
    ["Started", record.started], ["Took", record.duration_seconds
      ? `${number(Math.round(record.duration_seconds * 10) / 10)} s` : ""],
    ["Generated", record.inputs.graphs ? `${plural(record.inputs.graphs, "graph")} with ` +
      `${plural(record.inputs.nodes, "node")}, written as ` +
      plural(record.inputs.streams, "stream") : ""],
    ["Real pickles", record.inputs.corpus.map((group) => `${group.name}: ` +
      `${plural(group.files, "file")}, ${plural(group.bytes, "byte")}`).join("; ")],
    ["Machine", [machine.system, machine.processor,
      machine.cores ? plural(machine.cores, "core") : "", memory].filter(Boolean).join(", ")],
    ["Built with", machine.compiler],
  ];
  byId("about").append(...facts.filter(([, value]) => value).flatMap(([name, value]) =>
    [make("dt", {}, name), make("dd", {}, value)]));
}

function draw() {
  // A drawn button is a new one: give the focus back to its successor.
  const focused = document.activeElement;
  const label = focused?.getAttribute?.("aria-label") ?? focused?.textContent;
  const home = focused?.closest?.("#views, #protocols, #matrix");
  drawControls();
  drawMatrix();
  drawDifferences();
  if (home) {
    [...home.querySelectorAll("button")].find((button) =>
      (button.getAttribute("aria-label") ?? button.textContent) === label)?.focus();
  }
}

function openTarget() {
  const entry = entries.find(({ details }) => `#${details.id}` === location.hash);
  if (!entry) {
    if (location.hash.startsWith("#s-")) byId(location.hash.slice(1))?.scrollIntoView();
    return;
  }
  entry.fill();
  // It may lie within a cluster, and that within a reason.
  for (let at = entry.details; at; at = at.parentElement.closest("details")) at.open = true;
  entry.details.scrollIntoView();
}

byId("only-differing").addEventListener("change", (event) => {
  state.onlyDiffering = event.target.checked;
  draw();
});
byId("group").addEventListener("change", (event) => {
  state.group = event.target.value || null;
  draw();
});
byId("search").addEventListener("input", (event) => {
  state.search = event.target.value;
  drawDifferences();
});
byId("clear").addEventListener("click", () => {
  state.cell = null;
  state.protocol = null;
  state.search = byId("search").value = "";
  draw();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
    event.preventDefault();
    byId("search").focus();
  }
});
window.addEventListener("hashchange", openTarget);

drawRun();
drawTally();
drawReasons();
drawSheets();
drawEngines();
drawAbout();
draw();
openTarget();
document.documentElement.dataset.ready = "true";
