/* A copy of the open form for a reload without a connection. It holds no answer, no name, no key and no token. */
const copy = self.document && (() => {
  "use strict";
  const CACHE = "open-form-1", NOTE = "form";
  const { player, address } = page;
  const able = "caches" in self && "serviceWorker" in navigator;
  const units = (root) => [...root.querySelectorAll(".unit")];
  const own = () => [...document.querySelectorAll("[data-own]")];

  function blank() {
    const root = document.documentElement.cloneNode(true);
    root.querySelectorAll("[data-own]").forEach((element) => { element.textContent = ""; });
    root.querySelectorAll("[name=csrf_token], noscript").forEach((element) => element.remove());
    root.querySelectorAll("[checked]").forEach((input) => input.removeAttribute("checked"));
    root.querySelectorAll("[data-given]").forEach((input) => {
      input.removeAttribute("value");
      input.dataset.given = "";
    });
    root.querySelectorAll(".step").forEach((step) => { step.dataset.state = "none"; });
    units(root).forEach(({ dataset }) => {
      delete dataset.key;
      dataset.facts = "";
      dataset.version = 0;
    });
    const form = root.querySelector("#player");
    delete form.dataset.name;
    form.dataset.copy = "1";
    return "<!DOCTYPE html>" + root.outerHTML;
  }

  async function save(html) {
    await navigator.serviceWorker.register(
      document.querySelector("script[src]").src, { scope: "/form", updateViaCache: "all" });
    await caches.delete(CACHE);
    const cache = await caches.open(CACHE), headers = { "Content-Type": "text/html; charset=utf-8" };
    for (const { dataset } of units(player)) await cache.put(address(dataset), new Response(html, { headers }));
    await cache.addAll([...document.querySelectorAll("script[src], [rel=stylesheet]")].map(({ src, href }) => src || href));
  }

  /* What a copy lacks stays with this tab, for as long as the tab is open. Says whether the page can go on. */
  function start() {
    if (player.dataset.copy) {
      const note = JSON.parse(sessionStorage.getItem(NOTE));
      if (!note) return false;
      own().forEach((element, place) => { element.textContent = note.own[place]; });
      player.dataset.name = note.name;
      units(player).forEach(({ dataset }) => Object.assign(dataset, note.units[dataset.id]));
    } else if (player.querySelector("[data-key]:not([data-ends])")) {
      const facts = units(player).map(({ dataset: { id, key, facts } }) => [id, { key, facts }]);
      try {
        sessionStorage.setItem(NOTE, JSON.stringify(
          { name: player.dataset.name, own: own().map(({ textContent }) => textContent), units: Object.fromEntries(facts) }));
      } catch {}
      if (able) save(blank()).catch(() => null);
    } else {
      forget();
    }
    return true;
  }

  const drop = async (address) => able && (await caches.open(CACHE)).delete(address);

  async function forget() {
    sessionStorage.removeItem(NOTE);
    if (!able) return;
    await caches.delete(CACHE);
    for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  }

  if (!player && document.querySelector("[data-become]")) {
    kept.clear();
    forget();
  }
  return { start, drop, forget };
})();
