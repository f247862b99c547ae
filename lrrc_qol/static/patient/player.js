/* The form on a phone: steps locally and saves each answer at once. Without it the server leads through the pages. */
(() => {
  "use strict";
  const { $, player, word, post, advise } = page;
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30000, MOST_ANSWERS = 60;
  if (!player) return;

  // The part being answered: its element, all its questions, those asked now, the draft version. `over`: no more sending.
  let part, all, steps, version, place, over, thanked, sending, stale;
  /* Saving: one request at a time, repeated with the same key until the server has answered it. */
  const waiting = new Map();
  let flight = null, busy = false, renewed = false, pause = FIRST_PAUSE, retryTimer = 0, restTimer = 0;

  const newKey = () => crypto.randomUUID ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  function say(name, mood, ...values) {
    $("status").className = "status " + mood;
    $("status").textContent = word(name, ...values);
  }

  function nextRequest() {
    if (waiting.size) {
      const answers = [...waiting.values()].slice(0, MOST_ANSWERS);
      answers.forEach((answer) => waiting.delete(answer.item_id));
      return { url: part.dataset.save, key: newKey(), version, words: part.dataset.words, answers };
    }
    return sending ? { url: part.dataset.submit, key: newKey(), version } : null;
  }

  async function send() {
    clearTimeout(retryTimer);
    if (busy || over || restTimer) return;
    flight = flight || nextRequest();
    if (!flight) return;
    busy = true;
    const { url, answers, ...body } = flight;
    if (answers) body.answers = answers.map(({ at, ...answer }) => (
      { ...answer, age_seconds: Math.max(0, (Date.now() - at) / 1000) }));
    const reply = await post(url, body);
    busy = false;
    settle(reply.status, reply.body);
  }

  function settle(status, body) {
    const done = flight;
    if (!status || status === 429 || status >= 500) {
      say(done.answers ? (status ? "busy" : "offline") : "unsent", "bad");
      retryTimer = setTimeout(send, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      return;
    }
    pause = FIRST_PAUSE;
    flight = null;
    // Answers that this page does not show yet must keep it from sending: the server then refuses the old version.
    if (body.saved && !body.changed_elsewhere.length) version = body.version;
    if (body.instruction) advise(body.instruction);
    renewed = renewed && status !== 200;
    if (status !== 200) refused(status, body, done);
    else if (done.answers) saved(body); else thank(body, waiting.size);
    send();
  }

  function saved(body) {
    stale = stale || body.changed_elsewhere.length > 0;
    if (stale) say("elsewhere", "bad");
    else if (!waiting.size) {
      say("saved", "good", new Date(body.saved_at).toLocaleTimeString(
        document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", numberingSystem: "latn" }));
    }
    if (sending) say("sending", "");
  }

  function refused(status, body, done) {
    const error = body.error;
    if (error === "submitted") return thank(body, true);
    if (error === "conflict" && body.items) return conflicted(body.items);
    if (error === "csrf" && !renewed) return renew(done);
    sending = false;
    if (body.go) {
      over = true;
      return location.assign(body.go);
    }
    if (error === "conflict") {
      stale = true;
      return waiting.size ? say("elsewhere", "bad") : afresh();
    }
    if (error === "nothing_answered") return say("empty", "bad");
    if (error === "key_reused") return (done.answers || []).forEach(
      (answer) => waiting.has(answer.item_id) || waiting.set(answer.item_id, answer));
    over = true;
    return say(status === 401 || error === "csrf" ? "ended" : "refused", "bad");
  }

  // Another tab of this browser went through the link again, which made this page's token void: take the new one.
  async function renew(done) {
    renewed = busy = true;
    let page = null, status = 0;
    try {
      const reply = await fetch(part.dataset.address);
      status = reply.status;
      page = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("player");
    } catch {
      renewed = false;
    }
    busy = false;
    flight = done;
    if (page) {
      player.dataset.csrf = page.dataset.csrf;
      return send();
    }
    return settle(status && status < 500 ? 401 : 0, {});
  }

  // Show the answers as they stand now, and say so; what must be read first stays until it was read.
  function afresh() {
    if ($("advice").open) return $("advice").addEventListener("close", afresh, { once: true });
    history.replaceState({ ...history.state, notice: true }, "", "#review");
    return location.reload();
  }

  function conflicted(items) {
    sending = false;
    for (const step of steps) {
      const found = items[step.dataset.item];
      if (!found || waiting.has(step.dataset.item)) continue;
      mark(step.dataset.item, typeof found.current === "number" ? found.current : null);
      say("conflict", "bad", step.querySelector("h1").textContent, given(step));
    }
    refresh();
  }

  // A question that stands here in two wordings is one question with one answer.
  function mark(item, value) {
    all.filter(({ dataset }) => dataset.item === item).forEach((step) => {
      step.dataset.state = value === null ? "declined" : "value";
      step.querySelectorAll("input").forEach((input) => {
        if ("given" in input.dataset) input.value = input.dataset.given = value === null ? "" : value;
        else input.checked = Number(input.value) === value;
      });
    });
  }

  /* A number that is typed: only what can be an answer is one, and what is shown anywhere else is what was saved. */
  const field = (step) => step.querySelector("[data-given]");
  const typed = ({ value, dataset: { low, high } }) => {
    const digits = value.trim().replace(/[٠-٩۰-۹０-９]/g, (digit) => digit.charCodeAt() & 15), number = Number(digits);
    return /^-?\d+$/.test(digits) && number >= low && number <= high ? number : null;
  };
  const unfit = (step) => field(step) && typed(field(step)) === null && (field(step).value || step.dataset.state === "value");

  function decide(item_id, value) {
    mark(item_id, value);
    refresh();
    if (over) return;
    waiting.set(item_id, { item_id, value, declined: value === null, at: Date.now() });
    sending = false;
    if (flight && !flight.answers && !busy) flight = null;
    if (pause === FIRST_PAUSE) say("saving", "");
  }

  function sendNow() {
    clearTimeout(restTimer);
    restTimer = 0;
    send();
  }

  // Arrow keys pass over the answers in between: only the one they rest on is an answer.
  let byKey = false;
  player.addEventListener("keydown", () => { byKey = true; });
  player.addEventListener("pointerdown", () => { byKey = false; });
  // Gone while the number is typed, not when a press ends it: the page must not move under the finger.
  player.addEventListener("input", () => { $("mistake").hidden = $("left-out").hidden = true; });
  player.addEventListener("change", ({ target }) => {
    const value = "given" in target.dataset ? typed(target) : Number(target.value);
    if (value === null) return;
    decide(target.closest(".step").dataset.item, value);
    clearTimeout(restTimer);
    restTimer = byKey ? setTimeout(sendNow, 900) : 0;
    send();
  });
  addEventListener("online", () => { pause = FIRST_PAUSE; send(); });
  document.addEventListener("visibilitychange", () => {
    if ("given" in document.activeElement.dataset) document.activeElement.blur();
    sendNow();
  });
  addEventListener("beforeunload", (event) => {
    if (!over && (flight || waiting.size)) event.preventDefault();
  });

  /* Stepping: one question at a time, each with its own address, so that "back" works. */
  const hash = (index) => index === steps.length ? "#review" : "#q" + (index + 1);
  const given = (step) => {
    const chosen = step.querySelector("input:checked + span"), number = field(step) && field(step).dataset.given;
    return chosen ? chosen.textContent : number || word(step.dataset.state === "declined" ? "declined" : "none");
  };

  const fromHash = () => [...steps.keys(), steps.length].find((index) => hash(index) === location.hash);

  // Filter questions decide which questions are asked, and in which of two wordings; until then the record does.
  function choose() {
    const here = steps[place], facts = new Set(part.dataset.facts.split(" "));
    all.filter(({ dataset }) => dataset.tells && dataset.state === "value").forEach((step) => {
      facts[step.querySelector(":checked").value === step.dataset.code ? "add" : "delete"](step.dataset.tells);
    });
    steps = all.filter(({ dataset }) => !dataset.if || dataset.if.split(" ").every(
      (name) => name.startsWith("no_") ? !facts.has(name.slice(3)) : facts.has(name)));
    if (!here) place = steps.length;
    else if (steps.includes(here)) place = steps.indexOf(here);
  }

  function refresh() {
    choose();
    const step = steps[place];
    all.forEach((one) => { one.hidden = one !== step; });
    $("review").hidden = !!step;
    $("place").hidden = $("bar").hidden = $("leave-out").hidden = !step;
    $("next").textContent = word(step ? "continue" : "send");
    $("mistake").hidden = true;
    $("left-out").hidden = !step || step.dataset.state !== "declined";
    const left = Math.ceil(part.dataset.minutes * (1 - place / steps.length));
    $("place").textContent = word("place", place + 1, steps.length) + (left ? " – " + word("left" + left) : "");
    Object.assign($("bar"), { max: steps.length, value: place + 1 });
    if (!step) list();
  }

  function show(index, focus) {
    if (index >= steps.length && stale && !flight && !waiting.size) return afresh();
    place = Math.min(index, steps.length);
    all.filter(field).forEach((step) => { field(step).value = field(step).dataset.given; });
    refresh();
    if (!focus) return undefined;
    scrollTo(0, 0);
    return (steps[place] || $("review")).querySelector("h1").focus({ preventScroll: true });
  }

  function go(index, state) {
    history.pushState({ index, from: place, ...state }, "", hash(index));
    show(index, true);
  }

  function list() {
    $("open").textContent = $("given").textContent = "";
    steps.forEach((step, index) => {
      const question = step.querySelector("h1").textContent, undecided = step.dataset.state === "none";
      const row = $("row").content.firstElementChild.cloneNode(true), link = row.querySelector("a");
      row.querySelector(".asked").textContent = question;
      row.querySelector(".given").textContent = given(step);
      link.href = hash(index);
      link.textContent = word(undecided ? "answer" : "change");
      link.setAttribute("aria-label", word(undecided ? "answer-one" : "change-one", question));
      link.onclick = (event) => { event.preventDefault(); go(index, { edit: true }); };
      $(undecided ? "open" : "given").append(row);
    });
    $("open-title").hidden = $("given-title").hidden = !$("open").children.length;
  }

  player.addEventListener("submit", (event) => {
    event.preventDefault();
    sendNow();
    if (place === steps.length) {
      if (over) return;
      sending = true;
      say("sending", "");
      send();
    } else if (steps[place].dataset.state === "none" || unfit(steps[place])) {
      const { low, high } = (field(steps[place]) || {}).dataset || {};
      $("mistake").textContent = high ? word("unfit", low, high) : word("empty-choice");
      $("mistake").hidden = false;
      $("mistake").scrollIntoView({ block: "nearest" });
    } else {
      go((history.state || {}).edit ? steps.length : place + 1);
    }
  });

  $("leave-out").addEventListener("click", () => {
    decide(steps[place].dataset.item, null);
    sendNow();
    go((history.state || {}).edit ? steps.length : place + 1);
  });

  $("back").addEventListener("click", () => {
    const state = history.state || {};
    if (state.edit || (place && state.from === place - 1)) history.back();
    else if (!place) location.href = player.dataset.forms;
    else {
      history.replaceState({ index: place - 1 }, "", hash(place - 1));
      show(place - 1, true);
    }
  });

  addEventListener("popstate", (event) => {
    if (thanked) return;
    if (location.pathname !== part.dataset.address) location.reload();
    const index = event.state && "index" in event.state ? event.state.index : fromHash();
    if (index !== undefined && index !== place) show(index, true);
  });

  function begin(element) {
    part = element;
    all = steps = [...part.querySelectorAll(".step")];
    choose();
    version = Number(part.dataset.version);
    over = thanked = sending = stale = false;
    waiting.clear();
    player.querySelectorAll(".unit").forEach((unit) => { unit.hidden = unit !== part; });
    const { title, parts, banner } = part.dataset;
    $("title").textContent = parts > 1 ? word("title", part.dataset.part, parts, title) : title;
    $("banner").hidden = !banner;
    $("status").textContent = "";
    const undecided = steps.findIndex((step) => step.dataset.state === "none");
    return undecided < 0 ? steps.length : undecided;
  }

  function thank({ next, left, urgent }, already) {
    over = thanked = true;
    waiting.clear();
    if (urgent || (player.dataset.typed && !next)) return location.replace(player.dataset.thanks);
    const more = $("more"), coming = player.querySelector('.unit[data-id="' + next + '"]');
    player.hidden = true;
    $("thanks").hidden = false;
    $("already").hidden = !already;
    $("after").hidden = !!next;
    more.hidden = next === null;
    $("thanks").querySelector("h1").textContent =
      next ? word("sent", part.dataset.part, part.dataset.parts) : word("done");
    const { title, time } = coming ? coming.dataset : {};
    more.querySelector("p").textContent = next ? word("more" + left, title, time) : "";
    more.querySelector("a").onclick = coming && ((event) => {
      event.preventDefault();
      const index = begin(coming);
      history.pushState({ index }, "", part.dataset.address + hash(index));
      $("thanks").hidden = true;
      player.hidden = false;
      show(index, true);
    });
    history.replaceState(null, "", player.dataset.thanks);
    scrollTo(0, 0);
    return $("thanks").querySelector("h1").focus();
  }

  const resume = begin(player.querySelector(".unit")), asked = fromHash(), notice = (history.state || {}).notice;
  const start = asked === undefined ? resume : asked;
  history.replaceState({ ...history.state, index: start, notice: undefined }, "", hash(start));
  $("plain").remove();
  player.hidden = false;
  show(start);
  $("changed").hidden = !notice;
})();
