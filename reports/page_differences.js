// The list of differences and its filters.

// "00000000  80 02 58 ...  |..X.|", sixteen bytes per line.
function hexDump(hex) {
  const lines = [];
  for (let at = 0; at < hex.length; at += 32) {
    const bytes = hex.slice(at, at + 32).match(/../g);
    const text = bytes.map((byte) => {
      const code = parseInt(byte, 16);
      return code >= 32 && code < 127 ? String.fromCharCode(code) : ".";
    }).join("");
    const offset = (at / 2).toString(16).padStart(6, "0");
    lines.push(`${offset}  ${bytes.join(" ").padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}

function copyButton(text) {
  const button = make("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page opened from a file may not reach the clipboard that way.
      const area = make("textarea", { style: "position:fixed;opacity:0" }, text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  } }, "Copy");
  return button;
}

const command = (text) =>
  make("div", { class: "command" }, make("pre", { class: "wrap" }, text), copyButton(text));

function drawSide(id, side) {
  const accepted = side.verdict === "accept";
  return make("div", { class: "side" },
    make("h3", {}, short(id),
      make("span", { class: `verdict ${accepted ? "accept" : "other"}` }, side.verdict)),
    make("pre", { class: "wrap" }, accepted ? side.graph || "(no graph kept)" : side.error));
}

function drawBody(difference) {
  const witness = difference.witness;
  const stream = witness.stream_hex ? hexDump(witness.stream_hex)
    : witness.stream_path ? `in ${witness.stream_path}` : "(not kept)";
  const reason = record.reasons.find((known) => known.name === difference.explained_by);
  return make("div", { class: "body" },
    make("p", { class: "facts" }, `The smallest of ${plural(difference.count, "example")}: ` +
      [witness.source, plural(witness.stream_bytes, "byte"),
        witness.protocol >= 0 ? `protocol ${witness.protocol}` : "as found",
        difference.writer ? `written by ${difference.writer}` : difference.group]
        .filter(Boolean).join(", ") + ". ",
    make("a", { class: "mono", href: `#d-${difference.id}` }, `#d-${difference.id}`)),
    reason ? make("p", { class: "facts" }, `Explained: ${reason.text}`) : null,
    witness.path ? [make("h3", {}, "First difference"),
      make("dl", { class: `first ${difference.explained_by ? "known" : ""}` },
        make("dt", {}, "at"), make("dd", { class: "mono" }, witness.path),
        make("dt", {}, short(difference.left)), make("dd", { class: "mono" }, witness.path_left),
        make("dt", {}, short(difference.right)),
        make("dd", { class: "mono" }, witness.path_right))] : null,
    make("div", { class: "sides" }, drawSide(difference.left, witness.left),
      drawSide(difference.right, witness.right)),
    make("div", { class: "bytes" },
      make("div", {}, make("h3", {}, "Stream"), make("pre", {}, stream)),
      witness.disassembly ? make("div", {}, make("h3", {}, "Disassembly"),
        make("pre", {}, witness.disassembly.trimEnd())) : null),
    witness.reproduce ? [make("h3", {}, "Reproduce"), command(witness.reproduce)] : null);
}

function who(difference) {
  const right = make("b", {}, short(difference.right));
  const left = difference.left === ORIGINAL ? [] : [make("b", {}, short(difference.left)),
    " against "];
  if (!difference.writer) return [...left, right, `, ${difference.group}`];
  return [make("b", {}, short(difference.writer)), " → ", ...left, right];
}

// The first difference, in one line.
function glimpse({ path, path_left: left, path_right: right }) {
  return path ? make("span", { class: "glimpse" }, `${path}: ${left} | ${right}`) : null;
}

// Everything of a difference that can be searched, in lower case.
const haystack = (difference) => JSON.stringify(difference).toLowerCase();
const entries = record.differences.map((difference) => {
  const ways = difference.protocols.filter((protocol) => protocol >= 0);
  const details = make("details", { id: `d-${difference.id}` },
    make("summary", {},
      make("span", { class: "kind" }, difference.kind),
      make("span", { class: "who" }, who(difference),
        ways.length ? `, protocol${ways.length > 1 ? "s" : ""} ${ways.join(" ")}` : ""),
      make("span", { class: "count" }, `× ${number(difference.count)}`),
      glimpse(difference.witness)));
  // Bodies may be large: each is made when it is opened first.
  const fill = () => {
    if (details.childElementCount === 1) details.append(drawBody(difference));
  };
  details.addEventListener("toggle", () => { if (details.open) fill(); });
  return { difference, details, fill, text: haystack(difference) };
});

function matches({ difference, text }) {
  if (state.protocol !== null && difference.writer &&
      !difference.protocols.includes(state.protocol)) return false;
  if (state.cell) {
    const { row, column } = state.cell;
    const sides = [difference.left, difference.right];
    if (!state.view.holds(difference.group)) return false;
    if (state.group !== null && difference.group !== state.group) return false;
    if (state.view.pairs ? difference.writer || !sides.includes(row) || !sides.includes(column)
      : difference.writer !== row || !sides.includes(column)) return false;
  }
  return state.search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

// ---- Differences that look the same between other engines are one kind, and one line.

const clusters = new Map();
for (const entry of entries) {
  const { difference } = entry;
  const { witness } = difference;
  const key = JSON.stringify([difference.explained_by, difference.group, difference.kind,
    witness.path, witness.path_left, witness.path_right]);
  if (!clusters.has(key)) {
    clusters.set(key, { explainedBy: difference.explained_by, entries: [], details: null });
  }
  entry.cluster = clusters.get(key);
  entry.cluster.entries.push(entry);
}

// The names where they are few, else their number.
function engineList(ids, noun) {
  const distinct = inOrder(ids);
  return make("b", { title: distinct.join("\n") }, distinct.length > 2
    ? plural(distinct.length, noun) : distinct.map(short).join(", "));
}

function drawCluster(cluster, shown) {
  if (shown.length === 1) return shown[0].details;
  const all = shown.map(({ difference }) => difference);
  const written = all.filter(({ writer }) => writer).map(({ writer }) => writer);
  cluster.details ??= make("details", { class: "cluster" });
  cluster.details.replaceChildren(
    make("summary", {},
      make("span", { class: "kind" }, all[0].kind),
      make("span", { class: "who" }, written.length ? [engineList(written, "writer"), " → "] : null,
        engineList(all.map(({ right }) => right), "reader"),
        isGenerated(all[0].group) ? null : `, ${all[0].group}`),
      make("span", { class: "count" },
        `× ${number(all.reduce((sum, { count }) => sum + count, 0))}`),
      glimpse(all[0].witness)),
    make("div", { class: "nested" }, shown.map(({ details }) => details)));
  return cluster.details;
}

// The clusters of a reason ("" for none) with what the filters leave of them.
function drawClusters(explainedBy, shown) {
  return [...clusters.values()].filter((cluster) => cluster.explainedBy === explainedBy)
    .map((cluster) => [cluster, cluster.entries.filter((entry) => shown.has(entry))])
    .filter(([, left]) => left.length).map(([cluster, left]) => drawCluster(cluster, left));
}

const reasons = record.reasons.map((reason) => {
  const list = make("div", { class: "nested" });
  const link = /^https?:\/\//.test(reason.link)
    ? make("a", { href: reason.link, rel: "noopener noreferrer" }, reason.link) : reason.link;
  const details = make("details", { class: "reason" },
    make("summary", {},
      make("span", { class: "kind" }, reason.name),
      make("span", { class: "who" }, reason.text),
      make("span", { class: "count" }, `× ${number(reason.count)}`)),
    reason.link ? make("p", { class: "facts" }, link) : null, list);
  return { reason, details, list };
});

function drawDifferences() {
  const shown = new Set(entries.filter(matches));
  const filtered = state.cell || state.search || state.protocol !== null;
  byId("clear").hidden = !filtered;
  const open = drawClusters("", shown);
  const total = [...clusters.values()].filter(({ explainedBy }) => !explainedBy).length;
  const filters = [];
  if (state.cell) {
    filters.push(`${short(state.cell.row)} ${state.view.pairs ? "and" : "→"} ` +
      short(state.cell.column));
  }
  if (state.protocol !== null) filters.push(`protocol ${state.protocol}`);
  byId("shown").textContent = (filtered
    ? `${number(open.length)} of ${plural(total, "kind")} of difference`
    : `${plural(total, "kind")} of difference, each with its smallest example`) +
    (filters.length ? `; only ${filters.join(", ")}` : "") + ".";
  byId("differences").replaceChildren(...(open.length ? open : [make("p", { class: "empty" },
    filtered ? "Nothing matches the filters." : "No unexplained difference.")]));
  for (const { reason, details, list } of reasons) {
    const examples = drawClusters(reason.name, shown);
    details.hidden = filtered && !examples.length;
    list.replaceChildren(...(examples.length ? examples
      : [make("p", { class: "hint" }, "No example was kept.")]));
  }
}
