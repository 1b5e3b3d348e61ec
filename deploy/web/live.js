// Tells a page that something moved: as the hub says so, or, where no line is open, every 15 s.
// Parts of a page load themselves anew on it: hx-get="…" hx-trigger="moved from:body" ("status" for
// the promises of the books). The line and the pace stand on the page's mark: data-live, data-polled,
// and data-line (where, else /console/live; "": nowhere), data-every (seconds between two looks without a line).
(() => {
  const REST = 3_000; // between two loads, however often something moves
  const AGAIN = 30_000; // until a line that was refused is tried again
  let line, polling, again, rested, waiting;
  const mark = () => document.querySelector("[data-live]");
  const say = (word) => document.body.dispatchEvent(new CustomEvent(word));
  const moved = () => {
    if (waiting || document.hidden) return;
    const left = Math.max(0, REST - (Date.now() - (rested ?? 0)));
    waiting = setTimeout(() => { waiting = undefined; rested = Date.now(); say("moved"); }, left);
  };
  const shows = (isLive) => {
    const here = mark();
    if (!here) return;
    here.classList.toggle("polled", !isLive);
    here.textContent = isLive ? here.dataset.live : here.dataset.polled;
  };
  const poll = () => {
    shows(false);
    polling ??= setInterval(moved, 1_000 * (mark()?.dataset.every ?? 15));
  };
  const hangUp = () => {
    clearTimeout(again);
    line?.close();
    line = undefined;
  };
  const listen = () => {
    hangUp();
    if (!mark() || document.hidden) return;
    if (!window.EventSource || mark().dataset.line === "") return poll();
    line = new EventSource(mark().dataset.line ?? "/console/live");
    line.addEventListener("open", () => {
      if (polling) moved(); // what was said meanwhile
      clearInterval(polling);
      polling = undefined;
      shows(true);
    });
    line.addEventListener("moved", moved);
    line.addEventListener("status", () => say("status"));
    line.addEventListener("error", () => {
      poll();
      // A line that broke is opened again by the browser, one that was refused is not.
      if (line?.readyState === EventSource.CLOSED) again = setTimeout(listen, AGAIN * (0.5 + Math.random()));
    });
  };
  addEventListener("DOMContentLoaded", () => {
    if (mark()) listen();
    // What a page asks for by itself keeps nobody signed in.
    document.body.addEventListener("htmx:configRequest", (asked) => {
      const why = asked.detail.triggeringEvent?.type;
      if (why === "moved" || why === "status") asked.detail.headers["X-By-Itself"] = "1";
    });
  });
  // A browser keeps six lines to one place: a page nobody looks at needs none.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return hangUp();
    listen();
    moved();
  });
})();
