// Keeps the card for when there is no line: pages come from the hub, and only where it is not there
// from what the last visit kept. Nothing else is kept.
const SHELF = "meguri-card";
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
const kept = async (key) => (await (await caches.open(SHELF)).match(key, { ignoreSearch: true })) ?? Response.error();
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => kept("/member/offline")));
  else if (pathname.startsWith("/static/") || pathname === "/member/brand.css") event.respondWith(fetch(request).catch(() => kept(pathname)));
});
