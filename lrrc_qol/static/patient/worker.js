/* The service worker: without a connection it shows the open form as copy.js kept it. Nothing else is kept or answered. */
if (!self.document) {
  const CACHE = "open-form-1";
  const isCopy = ({ url }) => !new URL(url).pathname.startsWith("/static/");

  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })()));

  async function visit(request) {
    let reply = null;
    try {
      reply = await fetch(request);
    } catch {}
    // While the site is being renewed its proxy answers for it.
    if (reply && (reply.status < 502 || reply.status > 504)) return reply;
    const cache = await caches.open(CACHE);
    const copy = await cache.match(new URL(request.url).pathname);
    if (copy) return copy;
    const other = (await cache.keys()).find(isCopy);
    return other ? Response.redirect(other.url) : reply || Response.error();
  }

  self.addEventListener("fetch", (event) => {
    const { request } = event;
    if (request.method !== "GET") return;
    if (request.mode === "navigate") event.respondWith(visit(request));
    else if (!isCopy(request)) event.respondWith(caches.match(request).then((file) => file || fetch(request)));
  });
}
