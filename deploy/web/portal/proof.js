// Checks a proof in the browser, with nothing but the file and SHA-256: no line leaves the machine.
// A leaf is SHA-256(0x00 ‖ salt ‖ line), a node SHA-256(0x01 ‖ left ‖ right); what stands between a
// party's own lines are the roots of whole subtrees. All of it must grow to the root that was sealed.
// That its grants and draws come to the statement is what `meguri verify --proof` works out besides.
(() => {
  const HEAD = /^\{"check":"([0-9a-f]{16})","cycle":"([0-9-]{10})","leaves":([1-9][0-9]{0,17}),"party":("(?:[^"\\]|\\.)*"),"previous":(?:null|"([0-9a-f]{64})"),"proof":1,"root":"([0-9a-f]{64})","seal":"([0-9a-f]{64})"\}$/s;
  const HIDDEN = /^\{"check":"([0-9a-f]{16})","hash":"([0-9a-f]{64})","leaves":([1-9][0-9]{0,17})\}$/s;
  const SHOWN = /^\{"leaf":"([0-9a-f]{64})","line":(\{.*\}),"salt":"([0-9a-f]{64})"\}$/s;
  const CHECKED = '{"check":"0123456789abcdef",'.length;
  const text = new TextEncoder();
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
  const hex = (found) => [...found].map((one) => one.toString(16).padStart(2, "0")).join("");
  const joined = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  };
  const sha = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const node = (left, right) => sha([1], left, right);
  const whole = async (line, check) => hex((await sha([3], text.encode(line.slice(CHECKED, -1)))).slice(0, 8)) === check;

  class Tree {
    leaves = 0n;
    peaks = [];
    async graft(size, root) {
      if ((size & (size - 1n)) !== 0n || this.leaves % size !== 0n) return false;
      for (let pairs = this.leaves / size; pairs & 1n; pairs >>= 1n) root = await node(this.peaks.pop(), root);
      this.peaks.push(root);
      this.leaves += size;
      return true;
    }
    async root() {
      const all = this.peaks.length ? [...this.peaks] : [new Uint8Array(32)];
      let root = all.pop();
      while (all.length) root = await node(all.pop(), root);
      return root;
    }
  }

  // What the proof says, and the first thing that is wrong with it.
  const verify = async (content, wanted) => {
    const lines = content.split("\n");
    const wrong = (line, why) => ({ sound: false, line, why });
    if (lines.pop() !== "") return wrong(lines.length + 1, "cut");
    const head = HEAD.exec(lines[0] ?? "");
    if (!head || !(await whole(lines[0], head[1]))) return wrong(1, "head");
    const [, , cycle, leaves, party, previous, root, seal] = head;
    if (hex(await sha([2], previous ? bytes(previous) : new Uint8Array(32), bytes(root))) !== seal) return wrong(1, "seal");
    if (seal !== wanted.seal || cycle !== wanted.cycle || JSON.parse(party) !== wanted.party) return wrong(1, "other");
    const tree = new Tree();
    const stated = new Map();
    let shown = 0, total = null;
    for (let n = 1; n < lines.length; n += 1) {
      const hidden = HIDDEN.exec(lines[n]);
      if (hidden) {
        if (!(await whole(lines[n], hidden[1]))) return wrong(n + 1, "changed");
        if (!(await tree.graft(BigInt(hidden[3]), bytes(hidden[2])))) return wrong(n + 1, "place");
        continue;
      }
      const own = SHOWN.exec(lines[n]);
      if (!own) return wrong(n + 1, "line");
      const leaf = await sha([0], bytes(own[3]), text.encode(own[2]));
      if (hex(leaf) !== own[1]) return wrong(n + 1, "changed");
      await tree.graft(1n, leaf);
      shown += 1;
      const line = JSON.parse(own[2]);
      if (line.type === "statement" && line.party === wanted.party) {
        stated.set(`${line.code}/${line.original ?? ""}/${line.carry ?? ""}/${line.of_cycle ?? ""}/${line.settles ?? ""}/${line.tax_bp ?? ""}`, line.yen ?? 0);
        if (line.code === 900) total = line.yen ?? 0;
      }
    }
    if (tree.leaves !== BigInt(leaves)) return wrong(lines.length, "count");
    if (hex(await tree.root()) !== root) return wrong(lines.length, "root");
    if (total === null || total !== wanted.total) return wrong(lines.length, "total");
    for (const [place, yen] of wanted.lines) if (stated.get(place) !== yen) return wrong(lines.length, "statement");
    return { sound: true, leaves: Number(leaves), shown, total, root };
  };

  const tell = (room, found) => {
    for (const one of room.querySelectorAll("[data-told]")) one.hidden = true;
    const told = room.querySelector(`[data-told="${found.sound ? "sound" : "refused"}"]`);
    told.hidden = false;
    for (const name of ["leaves", "shown", "total", "line"]) {
      for (const place of told.querySelectorAll(`[data-say="${name}"]`)) place.textContent = Number(found[name] ?? 0).toLocaleString("ja-JP");
    }
    for (const why of told.querySelectorAll("[data-why]")) why.hidden = why.dataset.why !== found.why;
    told.focus();
  };
  const begin = (room) => {
    const wanted = {
      cycle: room.dataset.cycle, party: room.dataset.party, seal: room.dataset.seal, total: Number(room.dataset.total),
      lines: [...document.querySelectorAll("[data-place]")].map((line) => [line.dataset.place, Number(line.dataset.yen)]),
    };
    const check = async (content) => {
      let found;
      try { found = await verify(await content, wanted); } catch { found = { sound: false, line: 0, why: "line" }; }
      tell(room, found);
    };
    room.hidden = false;
    room.querySelector("button").addEventListener("click", () =>
      check(fetch(room.dataset.file).then((answer) => { if (!answer.ok) throw answer; return answer.text(); })));
    room.querySelector("input[type=file]").addEventListener("change", (chosen) => {
      if (chosen.target.files.length) check(chosen.target.files[0].text());
    });
  };
  addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-proof]").forEach(begin));
})();
