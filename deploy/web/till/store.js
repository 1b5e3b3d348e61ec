// 保管: what a till keeps in its browser: keys, its counter, what it asked, and lines that wait.

const NAME = "meguri-till";
const STORES = { kept: {}, records: { keyPath: "slip" }, lines: { keyPath: "seq" } };
let opened;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, how] of Object.entries(STORES)) asked.result.createObjectStore(name, how);
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

const told = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

/** One transaction over some stores; it is on the disk when this returns. */
async function within(names, verb) {
  const db = await open();
  const turn = db.transaction(names, "readwrite", { durability: "strict" });
  const over = new Promise((done, failed) => {
    turn.oncomplete = done;
    turn.onerror = turn.onabort = () => failed(turn.error);
  });
  const found = await verb((name) => turn.objectStore(name));
  await over;
  return found;
}

export const kept = (name) => within(["kept"], (at) => told(at("kept").get(name)));
export const keep = (name, what) => within(["kept"], (at) => told(at("kept").put(what, name)));
export const record = (slip) => within(["records"], (at) => told(at("records").get(slip)));
export const records = () => within(["records"], (at) => told(at("records").getAll()));
export const note = (one) => within(["records"], (at) => told(at("records").put(one)));
export const lines = () => within(["lines"], (at) => told(at("lines").getAll()));

/** The till's next number; it is never given again, whatever happens after. */
export const numbered = () => within(["kept"], async (at) => {
  const next = ((await told(at("kept").get("counter"))) ?? 0) + 1;
  await told(at("kept").put(next, "counter"));
  return next;
});

/** A line joins the chain together with the mark of where the chain stands. */
export const chained = (line, chain, one) => within(["lines", "kept", "records"], async (at) => {
  await told(at("lines").add(line));
  await told(at("kept").put(chain, "chain"));
  await told(at("records").put(one));
});

/** What became of a line, and of the slip in it. */
export const decided = (line, one) => within(["lines", "records"], async (at) => {
  await told(at("lines").put(line));
  if (one) await told(at("records").put(one));
});

export const marked = (some) => within(["lines"], async (at) => {
  for (const line of some) await told(at("lines").put(line));
});

/** Answered slips of days long past are the hub's to remember. */
export const swept = (before) => within(["records", "lines"], async (at) => {
  for (const one of await told(at("records").getAll())) {
    if (one.business_date < before && one.state !== "asked" && one.state !== "queued") {
      await told(at("records").delete(one.slip));
    }
  }
  for (const line of await told(at("lines").getAll())) {
    if (line.settled && line.business_date < before) await told(at("lines").delete(line.seq));
  }
});

/** Nothing is left of the till in this browser. */
export async function forget() {
  (await open()).close();
  opened = undefined;
  await told(indexedDB.deleteDatabase(NAME));
}
