// 封印の検証: recomputes a sealed file in this browser, from its own lines alone.
//
// The hashes are SHA-256 by WebCrypto: each line with its salt, the tree over all lines, the seal on
// the seal before. Then who owes whom is worked out afresh from the grants and draws, fees and tax
// from the agreed terms, and the nets from both; nothing that the hub computed is believed.
(() => {
  const AFTER_LEAF = 82, TAIL = 75; // {"leaf":"…","line": … ,"salt":"…"}
  const BATCH = 512;
  const SHOWN = 20;
  const reads = new TextDecoder("utf-8", { fatal: true });
  const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
  const sha256 = async (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  };
  const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

  class Wrong extends Error {
    constructor(line, ja, en) { super(en); Object.assign(this, { line, ja, en }); }
  }

  // Lines as they lie in the file, without their LF.
  async function* linesOf(stream) {
    const reader = stream.getReader();
    let kept = new Uint8Array(0);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const all = new Uint8Array(kept.length + value.length);
      all.set(kept); all.set(value, kept.length);
      let from = 0;
      for (let at = all.indexOf(10); at !== -1; at = all.indexOf(10, from)) {
        yield all.subarray(from, at);
        from = at + 1;
      }
      kept = all.slice(from);
    }
    if (kept.length) yield kept;
  }

  // The Merkle tree: of what is complete only the peaks are kept.
  class Tree {
    constructor() { this.leaves = 0; this.peaks = []; }
    async add(grown) {
      let pairs = this.leaves;
      for (; pairs & 1; pairs = Math.floor(pairs / 2)) grown = await sha256([1], this.peaks.pop(), grown);
      this.peaks.push(grown);
      this.leaves += 1;
    }
    async root() {
      let root = this.peaks.at(-1);
      for (const peak of this.peaks.slice(0, -1).reverse()) root = await sha256([1], peak, root);
      return root;
    }
  }

  // Who owes whom for what points did (1 円 a point): debtor, creditor, and whether it is undone.
  const CLAIMS = {
    "at-redemption used": ["funder", "tenant", 1], "at-redemption restored": ["funder", "tenant", -1],
    "at-issue granted": ["funder", "fund", 1], "at-issue recovered": ["funder", "fund", -1],
    "at-issue used": ["fund", "tenant", 1], "at-issue restored": ["fund", "tenant", -1],
    "at-redemption covered": ["funder", "tenant", 1], "at-redemption uncovered": ["funder", "tenant", -1],
    "at-issue covered": ["fund", "tenant", 1], "at-issue uncovered": ["fund", "tenant", -1],
    "at-issue lapsed": ["fund", "promotion", 1], "at-issue lapsed-to-operator": ["fund", "operator", 1],
    "at-issue lapsed-to-funder": ["fund", "funder", 1],
    "at-issue short": ["tenant", "funder", 1], "at-issue unshort": ["tenant", "funder", -1],
    "at-redemption short": ["tenant", "funder", 1], "at-redemption unshort": ["tenant", "funder", -1],
    "at-issue moved-out": ["fund", "funder", 1], "at-issue moved-in": ["funder", "fund", 1],
  };
  const TAKING = { redemption: "used", lapse: "lapsed", changeover: "moved-out" };
  const LAPSING = { PROMO_FUND: "lapsed", HUB_REVENUE: "lapsed-to-operator", RETURN_TO_FUNDER: "lapsed-to-funder" };
  const BASE = new Set(["base", "category", "tender"]);
  const ISSUED = {
    granted: ["funder", 1], recovered: ["funder", -1], covered: ["tenant", -1], uncovered: ["tenant", 1],
    short: ["funder", -1], unshort: ["funder", 1],
  };
  const covers = (draw) => draw.stead !== undefined && draw.stead !== draw.funder;
  const movementOf = (part, breakage) => {
    if (part.type === "grant") return part.kind === "changeover" ? "moved-in" : "granted";
    const taken = part.points > 0;
    if (covers(part)) return taken ? "covered" : "uncovered";
    if (part.kind === "shortage") return taken ? "short" : "unshort";
    if (part.kind === "unreturn") return taken ? "used" : "granted";
    if (part.kind in TAKING) return part.kind === "lapse" ? LAPSING[breakage ?? "PROMO_FUND"] : TAKING[part.kind];
    return taken ? "recovered" : "restored";
  };
  const part = (amount, times, of) => {
    const whole = (BigInt(Math.abs(amount)) * BigInt(times)) / BigInt(of); // 円未満切捨て, either side of 0
    return Number(amount < 0 ? -whole : whole);
  };
  const add = (sums, key, count) => sums.set(key, (sums.get(key) ?? 0) + count);
  const DAY = 86_400_000;
  const day = (text) => Date.parse(`${text}T00:00:00Z`);
  const monthEnd = (text) => new Date(Date.UTC(+text.slice(0, 4), +text.slice(5, 7), 0)).getTime();

  // What the lines of a file come to: kept as sums, never as lines.
  class Books {
    constructor() {
      this.schemes = new Map(); this.parties = new Map(); this.byKind = {}; this.terms = []; this.carries = [];
      this.adjustments = []; this.matrix = new Map(); this.yen = new Map(); this.cells = new Map();
      this.issued = new Map(); this.honoured = new Map(); this.stated = new Map(); this.nets = new Map();
      this.parts = 0;
    }
    read(line, at) {
      switch (line.type) {
        case "header": this.header = line; break;
        case "scheme": this.schemes.set(line.scheme, line); break;
        case "party": this.parties.set(line.party, line); this.byKind[line.kind] = line.party; break;
        case "terms": this.terms.push(line); break;
        case "carry": this.carries.push(line); break;
        case "adjustment": this.adjustments.push(line); break;
        case "grant": case "draw": this.count(line, at); break;
        case "matrix": this.cells.set(`${line.funder} ${line.tenant}`, `${line.points} ${line.yen}`); break;
        case "statement": if (line.code === 900) this.stated.set(line.party, line.yen); break;
        case "net": this.nets.set(line.party, line.yen); break;
        default: break; // units and splits say how a net is divided, not what it is
      }
    }
    count(one, at) {
      const scheme = this.schemes.get(one.scheme);
      if (!scheme || !this.parties.has(one.funder)) throw new Wrong(at, "当事者か精算方式の行がありません", "its party or scheme is not stated");
      const movement = movementOf(one, scheme.breakage), points = Math.abs(one.points);
      const tenant = covers(one) ? one.stead : one.tenant;
      const rule = (covers(one) ? one.stead_rule : one.rule).split(":")[0];
      const role = { ...this.byKind, funder: one.funder, tenant };
      const claim = CLAIMS[`${scheme.funding} ${movement}`];
      this.parts += 1;
      if (claim) {
        const [debtor, creditor, sign] = [role[claim[0]], role[claim[1]], claim[2]];
        add(this.yen, `${debtor} ${creditor}`, sign * points);
      }
      if ((movement === "used" || movement === "restored") && rule !== "coupon") {
        const sign = movement === "used" ? 1 : -1;
        add(this.matrix, `${one.funder} ${tenant}`, sign * points);
        if (claim) add(this.honoured, tenant, sign * points);
      }
      if (BASE.has(rule) && movement in ISSUED) {
        const [whose, sign] = ISSUED[movement];
        add(this.issued, role[whose], sign * points);
      }
    }
    recomputedCells() {
      const found = new Map();
      for (const key of new Set([...this.matrix.keys(), ...this.yen.keys()])) {
        const points = this.matrix.get(key) ?? 0, yen = this.yen.get(key) ?? 0;
        if (points || yen) found.set(key, `${points} ${yen}`);
      }
      return found;
    }
    recomputedNets() {
      const left = new Map([...this.parties.keys()].map((party) => [party, 0]));
      for (const [pair, yen] of this.yen) {
        const [debtor, creditor] = pair.split(" ");
        add(left, debtor, -yen);
        add(left, creditor, yen);
      }
      for (const one of this.adjustments) add(left, one.party, one.yen);
      this.chargeFees(left);
      return left;
    }
    // Fees, tax and carries, and the operator's mirror of them all.
    chargeFees(left) {
      const terms = new Map(this.terms.map((one) => [one.party, one]));
      const carries = new Map(this.carries.map((one) => [one.party, one.yen]));
      let mirrored = 0;
      const before = new Map(left);
      for (const party of new Set([...terms.keys(), ...carries.keys()])) {
        const own = terms.get(party), carry = carries.get(party) ?? 0;
        const fees = own ? this.feesOf(own, this.issued.get(party) ?? 0, this.honoured.get(party) ?? 0) : 0;
        const total = before.get(party) + fees + carry;
        const small = Math.abs(total) > 0 && Math.abs(total) < (own?.minimum_yen ?? 0);
        const moved = fees + carry - (small && !this.endsHalfYear() ? total : 0);
        add(left, party, moved);
        mirrored -= moved;
      }
      if (mirrored) add(left, this.byKind.operator, mirrored);
    }
    feesOf(own, issued, honoured) {
      const fees = [
        own.redeem_fee_bp && honoured ? -part(honoured, own.redeem_fee_bp, 10_000) : 0,
        own.point_fee_milliyen && issued ? -part(issued, own.point_fee_milliyen, 1_000) : 0,
        -this.monthly(own),
      ].reduce((sum, one) => sum + one, 0);
      return fees + part(fees, own.tax_bp, 10_000);
    }
    monthly(own) {
      const end = monthEnd(this.header.first_on);
      if (end > day(this.header.last_on)) return 0;
      const first = end - (new Date(end).getUTCDate() - 1) * DAY;
      const since = Math.max(own.joined_on ? day(own.joined_on) : first, first);
      const until = Math.min(own.left_on ? day(own.left_on) : end, end);
      const days = Math.round((until - since) / DAY) + 1;
      if (days <= 0) return 0;
      const whole = own.monthly_fee_yen + own.terminals * own.terminal_fee_yen;
      return own.prorated ? Math.floor((whole * days) / new Date(end).getUTCDate()) : whole;
    }
    endsHalfYear() {
      const { first_on: first, last_on: last } = this.header;
      return ["03-31", "09-30"].some((end) =>
        [first.slice(0, 4), last.slice(0, 4)].some((year) => first <= `${year}-${end}` && `${year}-${end}` <= last));
    }
  }

  const differing = (found, stated) => [...new Set([...found.keys(), ...stated.keys()])]
    .filter((key) => String(found.get(key) ?? 0) !== String(stated.get(key) ?? 0));

  // One pass over a file; what it found of each step goes to `tell`.
  async function examine(stream, expected, tell) {
    const tree = new Tree(), books = new Books();
    let number = 0, foot, batch = [], wrong = [];
    const settle = async () => {
      const hashes = await Promise.all(batch.map((one) => sha256([0], one.salt, one.body)));
      for (const [n, one] of batch.entries()) {
        if (!same(hashes[n], one.leaf)) wrong.push(new Wrong(one.number, "行とハッシュが合いません。書き換えられています", "the line does not fit its hash: it was changed"));
        await tree.add(hashes[n]);
      }
      batch = [];
      tell("lines", null, number);
    };
    const noLine = () => new Wrong(number, "封印ファイルの行ではありません", "this is not a line of a sealed file");
    for await (const bytes of linesOf(stream)) {
      number += 1;
      if (wrong.length >= SHOWN) break;
      if (foot) { wrong.push(new Wrong(number, "最終行の後に行があります", "there is a line after the last")); break; }
      let text;
      try { text = reads.decode(bytes); } catch { wrong.push(noLine()); continue; }
      if (text.startsWith('{"leaves"')) {
        try { foot = JSON.parse(text); } catch { wrong.push(noLine()); }
        continue;
      }
      const shape = /^\{"leaf":"([0-9a-f]{64})","line":\{[\s\S]*\},"salt":"([0-9a-f]{64})"\}$/.exec(text);
      if (!shape) { wrong.push(noLine()); continue; }
      const body = bytes.slice(AFTER_LEAF, bytes.length - TAIL);
      batch.push({ number, body, leaf: unhex(shape[1]), salt: unhex(shape[2]) });
      try { books.read(JSON.parse(reads.decode(body)), number); } catch (why) {
        wrong.push(why instanceof Wrong ? why : noLine());
      }
      if (batch.length === BATCH) await settle();
    }
    await settle();
    tell("lines", !wrong.length && number > 0, number, wrong);
    if (!foot || !tree.leaves || !books.header) {
      tell("root", false, 0, [new Wrong(number, "最終行（ルートと封印）がありません", "the last line, root and seal, is missing")]);
      return;
    }
    const root = await tree.root();
    tell("root", hex(root) === foot.root && tree.leaves === foot.leaves, foot.leaves, [], hex(root));
    const sealed = hex(await sha256([2], foot.previous ? unhex(foot.previous) : new Uint8Array(32), root));
    const known = expected.trim().toLowerCase();
    tell("seal", sealed === foot.seal && foot.previous === books.header.previous && (!known || known === sealed), null, [], sealed);
    const cells = differing(books.recomputedCells(), books.cells);
    tell("matrix", !cells.length, books.parts, cells.map((pair) => new Wrong(0, pair.replace(" ", " → "), pair.replace(" ", " → "))));
    const nets = books.recomputedNets();
    const off = [...new Set([...differing(nets, books.nets), ...differing(nets, books.stated)])];
    tell("nets", !off.length, nets.size, off.map((party) => new Wrong(0, party, party)));
    const sum = [...nets.values()].reduce((all, yen) => all + yen, 0);
    tell("zero", sum === 0, sum);
    return { nets, books };
  }

  const yen = (count) => (count < 0 ? `▲${(-count).toLocaleString("ja-JP")}` : count.toLocaleString("ja-JP"));
  const shown = (page) => {
    const ja = document.documentElement.lang === "ja";
    return (name, good, count, wrong = [], hash = "") => {
      const row = page.querySelector(`[data-step=${name}]`);
      row.className = good === null ? "running" : good ? "proved" : "broken";
      row.querySelector("[data-mark]").textContent = good === null ? "…" : good ? "✓" : "✗";
      if (count !== null) row.querySelector("[data-count]").textContent = name === "zero" ? yen(count) : count.toLocaleString("ja-JP");
      const told = row.querySelector("[data-told]");
      told.replaceChildren(...(hash ? [Object.assign(document.createElement("code"), { className: "wide", textContent: hash })] : []),
        ...wrong.slice(0, SHOWN).map((one) => Object.assign(document.createElement("p"), {
          textContent: (one.line ? (ja ? `${one.line} 行目: ` : `line ${one.line}: `) : "") + (ja ? one.ja : one.en) })));
    };
  };

  async function verify(page, stream) {
    const verdict = page.querySelector("[data-verdict]"), table = page.querySelector("[data-nets]");
    for (const row of page.querySelectorAll("[data-step]")) {
      row.className = "";
      for (const cell of row.querySelectorAll("[data-mark], [data-count], [data-told]")) cell.replaceChildren();
    }
    verdict.textContent = page.dataset.running;
    verdict.className = "card";
    table.hidden = true;
    let found;
    try {
      found = await examine(stream, page.querySelector("[name=expected]").value, shown(page));
    } catch (why) {
      verdict.dataset.fault = String(why);
    }
    const good = page.querySelectorAll("[data-step].proved").length === page.querySelectorAll("[data-step]").length;
    verdict.textContent = good ? page.dataset.proved : page.dataset.broken;
    verdict.className = `card ${good ? "good" : "bad"}`;
    if (found) {
      const english = document.documentElement.lang !== "ja";
      table.querySelector("tbody").replaceChildren(...[...found.nets].map(([party, net]) => {
        const row = document.createElement("tr");
        const whose = found.books.parties.get(party);
        row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: english ? whose.name_en : whose.name }),
          Object.assign(document.createElement("td"), { className: "number", textContent: yen(net) }));
        row.dataset.party = party;
        return row;
      }));
      table.hidden = false;
    }
    page.dataset.done = good ? "proved" : "broken";
  }

  addEventListener("DOMContentLoaded", () => {
    const page = document.querySelector("[data-verify]");
    if (!page) return;
    const begins = (stream) => { delete page.dataset.done; return verify(page, stream); };
    page.querySelector("[data-fetch]")?.addEventListener("click", async () => {
      const answer = await fetch(page.dataset.verify, { cache: "no-store" });
      if (answer.ok) await begins(answer.body);
    });
    page.querySelector("[type=file]").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (file) await begins(file.stream());
    });
  });
})();
