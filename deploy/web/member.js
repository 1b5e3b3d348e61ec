// Makes the member site an app: the worker, and a copy of the card for when there is no line.
// And asks again for the code that pays where the line was lost, or the phone slept.
(() => {
  const SHELF = "meguri-card";
  const keep = async (path) => {
    const shelf = await caches.open(SHELF);
    const styles = [...document.querySelectorAll("link[rel=stylesheet]")].map((one) => one.href);
    const card = await fetch(path);
    if (card.ok && !card.redirected) await shelf.put("/member/offline", card);
    await shelf.addAll(styles);
    document.documentElement.dataset.kept = "yes";
  };
  const AGAIN = 5_000; // milliseconds between two tries
  const TURNS = 60_000; // how long one code is shown
  const HOLDS = 300_000; // how long it pays
  let came_at = Date.now();
  let waits;
  const code = () => document.getElementById("code");
  const asks = () => {
    waits = undefined;
    if (code()) htmx.trigger(code(), "again");
  };
  const lost = () => {
    const here = code();
    if (!here) return;
    here.querySelector("[data-lost]").hidden = false;
    here.classList.toggle("over", Date.now() - came_at > HOLDS);
    waits ??= setTimeout(asks, AGAIN);
  };
  for (const word of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(word, lost);
  document.addEventListener("htmx:afterSwap", () => { came_at = Date.now(); });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !waits && Date.now() - came_at > TURNS) asks();
  });
  addEventListener("load", async () => {
    if (!("serviceWorker" in navigator) || !window.caches) return;
    if (document.querySelector("[data-forgets]")) await caches.delete(SHELF);
    await navigator.serviceWorker.register("/member/sw.js", { scope: "/member" });
    const card = document.querySelector("[data-keeps]");
    if (card && navigator.onLine) await keep(card.dataset.keeps);
  });
})();
