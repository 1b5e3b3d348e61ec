// Makes the member site an app: the worker, and a copy of the card for when there is no line.
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
  addEventListener("load", async () => {
    if (!("serviceWorker" in navigator) || !window.caches) return;
    if (document.querySelector("[data-forgets]")) await caches.delete(SHELF);
    await navigator.serviceWorker.register("/member/sw.js", { scope: "/member" });
    const card = document.querySelector("[data-keeps]");
    if (card && navigator.onLine) await keep(card.dataset.keeps);
  });
})();
