// The worklist by keyboard, and news without losing one's place. Without this script every row has its buttons and
// links, and "Refresh" reads the list anew.
"use strict";
(() => {
  const work = document.getElementById("work");
  const news = document.getElementById("news");
  const keys = document.getElementById("keys");
  const keysOn = document.getElementById("keys-on");
  const EVERY = 20000;
  const KEPT = "worklist-keys";
  const UNATTENDED = { "X-Unattended": "1" };

  const rows = () => [...work.querySelectorAll("#rows > tr")];
  const opener = (row) => row && row.querySelector(".work-open");
  const current = () => document.activeElement.closest("#rows > tr");
  const say = (text) => { news.textContent = text; };

  // ---- keys ----
  keys.hidden = false;
  keysOn.checked = localStorage.getItem(KEPT) !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem(KEPT, keysOn.checked ? "on" : "off"));

  function move(step) {
    const all = rows();
    const place = all.indexOf(current());
    const next = all[place < 0 ? (step > 0 ? 0 : all.length - 1) : place + step];
    if (next) opener(next).focus();
  }

  async function take() {
    const row = current();
    if (!row) return say("Go to a row first: j for the next, k for the one before.");
    const button = row.querySelector(".work-take");
    if (!button) return say("There is nothing to take in this row: only alerts that nobody has, or whose owner is away, are taken.");
    const form = button.form;
    const body = new URLSearchParams(new FormData(form));
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
    await update();
    const owner = document.getElementById(row.id)?.querySelector(".work-owner");
    const name = row.querySelector("th a").textContent;
    say(!owner ? "This alert was closed or put off meanwhile." : owner.textContent === "You" ? `You have taken the alert of ${name}.` : `${owner.textContent} has taken the alert of ${name}.`);
  }

  const ACTS = { j: () => move(1), k: () => move(-1), t: take, "?": () => { keys.open = !keys.open; if (keys.open) keys.querySelector("summary").focus(); } };
  const ARROWS = { ArrowDown: 1, ArrowUp: -1 };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || !keysOn.checked || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    // Outside the list the arrows scroll the page as everywhere.
    const act = ARROWS[event.key] ? current() && (() => move(ARROWS[event.key])) : ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // ---- news ----
  function placeOf() {
    const focused = current();
    const anchor = focused || rows().find((row) => row.getBoundingClientRect().bottom > 0);
    const control = focused && [...focused.querySelectorAll("a, button, .work-open")].indexOf(document.activeElement);
    return { anchor: anchor && anchor.id, top: anchor && anchor.getBoundingClientRect().top, control, index: rows().indexOf(focused) };
  }

  function returnTo(place, before) {
    if (place.index >= 0) {
      const same = document.getElementById(place.anchor);
      const row = same || rows()[Math.min(place.index, rows().length - 1)];
      const taken = same && same.querySelectorAll("a, button, .work-open").length === before.controls;
      const target = taken ? same.querySelectorAll("a, button, .work-open")[place.control] : opener(row);
      target?.focus({ preventScroll: true });
    }
    const anchor = place.anchor && document.getElementById(place.anchor);
    if (anchor) scrollBy(0, anchor.getBoundingClientRect().top - place.top);
  }

  function signedOut() {
    // Nobody has been here for a while: no names are left on an unattended screen.
    work.replaceChildren();
    clearInterval(timer);
    say("You were signed out after a quiet time. ");
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Sign in again";
    news.append(link);
  }

  async function update() {
    const answer = await fetch(location.href, { headers: UNATTENDED, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return signedOut();
    if (!answer.ok) return undefined;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("work");
    if (!fresh) return undefined;
    const known = new Set(rows().map((row) => row.id));
    const place = placeOf();
    const before = { controls: current() ? current().querySelectorAll("a, button, .work-open").length : 0 };
    work.dataset.mark = fresh.dataset.mark;
    work.replaceChildren(...fresh.childNodes);
    const added = rows().filter((row) => !known.has(row.id));
    for (const row of added) {
      const mark = document.createElement("span");
      mark.className = "badge badge-good badge-new";
      mark.textContent = "New";
      row.querySelector("th").append(mark);
    }
    // Said first: the words take room above the list, and the place is found again after that.
    if (added.length) say(added.length === 1 ? "1 new item" : `${added.length} new items`);
    returnTo(place, before);
    return undefined;
  }

  async function look() {
    if (document.hidden) return;
    const answer = await fetch(work.dataset.news, { headers: { ...UNATTENDED, "If-None-Match": `"${work.dataset.mark}"` }, redirect: "manual", cache: "no-store" }).catch(() => null);
    if (!answer || answer.status === 304) return;
    if (answer.type === "opaqueredirect" || answer.status === 401) signedOut();
    else if (answer.ok && (await answer.json()).mark !== work.dataset.mark) await update();
  }

  const timer = setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
})();
