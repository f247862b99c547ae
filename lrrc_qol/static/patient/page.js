/* What the patient pages share: forms that are sent once, words, requests, and what has to be read at once. */
const page = self.document && (() => {
  "use strict";
  const PATIENCE = 20000;
  const $ = (id) => document.getElementById(id);

  // The frame of a form came with this script; a copy of the page, and a form for staff, have it already.
  const units = $("units");
  if (units) {
    const { dataset, children } = units, phones = document.querySelector(".safety .phones");
    if (!$("player")) units.insertAdjacentHTML("afterend", frame);
    Object.assign($("player").dataset, dataset);
    [...children].forEach((child) => $(child.matches(".unit") ? "review" : "title").before(child));
    document.querySelectorAll(dataset.tablet ? ".on-phone" : ".on-tablet").forEach((element) => element.remove());
    if (phones) document.querySelectorAll("dialog").forEach((dialog) => (
      dialog.querySelector(".notice, button").before(phones.cloneNode(true))));
    units.remove();
  }
  const player = $("player");

  // A plain form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("once" in form.dataset)) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", (event) => {
    // A page that the browser kept alive may show what has ended since.
    if (event.persisted) location.reload();
    document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent);
  });
  if ($("js")) $("js").value = "1";
  const become = document.querySelector("[data-become]");
  if (become) history.replaceState(null, "", become.dataset.become);

  // A tablet of the ward locks itself once nobody has touched it for so long, also when it slept meanwhile.
  const locks = document.querySelector("[data-lock]");
  if (locks) {
    let touched = Date.now();
    ["pointerdown", "keydown", "input"].forEach((kind) => addEventListener(kind, () => (touched = Date.now())));
    setInterval(() => {
      if (Date.now() - touched > locks.dataset.lockSeconds * 1e3) location.replace(locks.dataset.lock);
    }, 5000);
  }

  const words = {};
  document.querySelectorAll("#words dt").forEach((name) => {
    words[name.textContent] = name.nextElementSibling.textContent;
  });
  const word = (name, ...values) => words[name].replace(/\{(\d)\}/g, (_, place) => values[place]);
  // A number, which comes first, decides about the form of the sentence.
  const counted = (name, ...values) => {
    const group = name + "-" + new Intl.PluralRules(document.documentElement.lang).select(values[0]);
    return word(group in words ? group : name + "-other", ...values);
  };
  function say(name, mood, ...values) {
    $("status").className = "status " + mood;
    $("status").textContent = word(name, ...values);
  }
  const inHours = (name) => {
    const { hours } = player.dataset;
    return hours ? word(name + "-hours", hours) : word(name);
  };
  if (units) document.querySelector(".next li").textContent = inHours("look");
  const address = ({ id }) => player.dataset.forms + "/" + id;
  const csrf = () => document.querySelector("[name=csrf_token]");

  const newKey = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(15)))).replace(/[+/]/g, "-");

  async function post(url, body) {
    const control = new AbortController();
    const limit = setTimeout(() => control.abort(), PATIENCE);
    const headers = { "Accept": "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf().value };
    try {
      const reply = await fetch(
        url, { method: "POST", headers, body: JSON.stringify(body), keepalive: true, signal: control.signal });
      return { status: reply.status, body: await reply.json() };
    } catch {
      return { status: 0, body: {} };
    } finally {
      clearTimeout(limit);
    }
  }

  const there = (url) => fetch(url, { method: "HEAD" }).then(({ status }) => status < 500, () => false);

  /* What cannot wait: full-screen, read before going on. */
  function open(dialog) {
    if (dialog.open) return;
    if (dialog.showModal) dialog.showModal(); else dialog.setAttribute("open", "");
    dialog.scrollTop = 0;
    dialog.querySelector("h2").focus();
    // A second tap that was meant for the page below must not close what has to be read.
    const close = dialog.lastElementChild;
    close.disabled = true;
    setTimeout(() => { close.disabled = false; }, 700);
  }

  function advise({ title, text, urgent, phone }) {
    const dialog = $("advice"), link = $("advice-call");
    dialog.classList.toggle("urgent", urgent);
    link.classList.toggle("danger", urgent);
    $("advice-title").textContent = title;
    $("advice-text").textContent = text;
    link.hidden = !phone;
    link.href = "tel:" + (phone || "").replace(/^(\+\d+) ?\(0\)/, "$1").replace(/[^\d+*#]/g, "");
    link.textContent = word("call", phone);
    open(dialog);
  }

  document.querySelectorAll("dialog").forEach((dialog) => {
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.lastElementChild.addEventListener("click", () => {
      if (dialog.close) dialog.close(); else dialog.removeAttribute("open");
    });
  });

  // Without the form's words the button sends its own form, and a page with the numbers follows.
  if (player && $("call-me")) $("call-me").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("unwell-status").textContent = word("asking");
    open($("unwell"));
    const reply = await post(event.target.action, {});
    $("unwell-status").textContent = reply.status === 200 ? inHours("asked") : word("unasked");
  });

  // Reading aloud is a script of its own, for devices that have a voice: the others do not load it.
  const speech = self.speechSynthesis, { src } = document.currentScript;
  if (speech) addEventListener("load", () => (speech.onvoiceschanged = () => {
    if (!speech.getVoices()[0]) return;
    speech.onvoiceschanged = null;
    const script = document.createElement("script");
    script.src = src.replace("patient", "aloud");
    document.head.append(script);
  })());

  return { $, player, word, counted, say, address, csrf, post, there, open, advise, newKey };
})();
