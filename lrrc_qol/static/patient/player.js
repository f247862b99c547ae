/* The form on a phone: steps locally and saves each answer at once. Without it the server leads through the pages. */
(() => {
  "use strict";
  const { $, player, word, post, advise } = page;
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30000, MOST_ANSWERS = 60;
  if (!player) return;

  // The part being answered: its element, its questions, the draft version it saw. `over`: nothing more is sent.
  let part, steps, version, place, over, thanked, sending, stale;
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
      return { url: part.dataset.save, key: newKey(), version, answers };
    }
    return sending ? { url: part.dataset.submit, key: newKey(), version } : null;
  }

  async function send() {
    clearTimeout(retryTimer);
    if (busy || over || restTimer) return;
    flight = flight || nextRequest();
    if (!flight) return;
    busy = true;
    const body = { key: flight.key, version: flight.version };
    if (flight.answers) {
      body.answers = flight.answers.map(({ at, ...answer }) => (
        { ...answer, age_seconds: Math.max(0, (Date.now() - at) / 1000) }));
    }
    const reply = await post(flight.url, body);
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
      const time = new Date(body.saved_at).toLocaleTimeString(
        document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", numberingSystem: "latn" });
      say("saved", "good", time);
    }
    if (sending) say("sending", "");
  }

  function refused(status, body, done) {
    const error = body.error;
    if (error === "submitted") return thank(body, true);
    if (error === "conflict" && body.items) return conflicted(body.items);
    if (error === "csrf" && !renewed) return renew(done);
    sending = false;
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
      mark(step, typeof found.current === "number" ? found.current : null);
      say("conflict", "bad", step.querySelector("h1").textContent, given(step));
    }
    refresh();
  }

  function mark(step, value) {
    step.dataset.state = value === null ? "declined" : "value";
    step.querySelectorAll("input").forEach((input) => { input.checked = Number(input.value) === value && value !== null; });
  }

  function decide(step, value) {
    mark(step, value);
    refresh();
    if (over) return;
    const item_id = step.dataset.item;
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
  player.addEventListener("change", (event) => {
    decide(event.target.closest(".step"), Number(event.target.value));
    clearTimeout(restTimer);
    restTimer = byKey ? setTimeout(sendNow, 900) : 0;
    send();
  });
  addEventListener("online", () => { pause = FIRST_PAUSE; send(); });
  document.addEventListener("visibilitychange", sendNow);
  addEventListener("beforeunload", (event) => {
    if (!over && (flight || waiting.size)) event.preventDefault();
  });

  /* Stepping: one question at a time, each with its own address, so that "back" works. */
  const hash = (index) => index === steps.length ? "#review" : "#q" + (index + 1);
  const given = (step) => {
    const chosen = step.querySelector("input:checked + span");
    return chosen ? chosen.textContent : word(step.dataset.state === "declined" ? "declined" : "none");
  };

  function fromHash() {
    const found = [...steps.keys(), steps.length].filter((index) => hash(index) === location.hash);
    return found.length ? found[0] : null;
  }

  function refresh() {
    const step = steps[place];
    $("mistake").hidden = true;
    $("left-out").hidden = !step || step.dataset.state !== "declined";
    if (!step) list();
  }

  function show(index, focus) {
    const review = index === steps.length;
    if (review && stale && !flight && !waiting.size) return afresh();
    place = index;
    steps.forEach((step, at) => { step.hidden = at !== index; });
    $("review").hidden = !review;
    $("place").hidden = $("bar").hidden = $("leave-out").hidden = review;
    $("place").textContent = word("place", index + 1, steps.length);
    $("bar").value = index + 1;
    $("next").textContent = word(review ? "send" : "continue");
    refresh();
    if (!focus) return undefined;
    scrollTo(0, 0);
    return (steps[index] || $("review")).querySelector("h1").focus({ preventScroll: true });
  }

  function go(index, state) {
    history.pushState({ index, from: place, ...state }, "", hash(index));
    show(index, true);
  }

  function list() {
    $("open").textContent = $("given").textContent = "";
    steps.forEach((step, index) => {
      const question = step.querySelector("h1").textContent, undecided = step.dataset.state === "none";
      const row = document.createElement("li"), link = document.createElement("a");
      for (const [style, text] of [["asked", question], ["given", given(step)]]) {
        const line = document.createElement("p");
        line.className = style;
        line.textContent = text;
        row.append(line);
      }
      link.href = hash(index);
      link.textContent = word(undecided ? "answer" : "change");
      link.setAttribute("aria-label", word(undecided ? "answer-one" : "change-one", question));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        go(index, { edit: true });
      });
      row.append(link);
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
    } else if (steps[place].dataset.state === "none") {
      $("mistake").hidden = false;
      $("mistake").scrollIntoView({ block: "nearest" });
    } else {
      go((history.state || {}).edit ? steps.length : place + 1);
    }
  });

  $("leave-out").addEventListener("click", () => {
    decide(steps[place], null);
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
    if (index !== null && index !== place) show(index, true);
  });

  function begin(element) {
    part = element;
    steps = [...part.querySelectorAll(".step")];
    version = Number(part.dataset.version);
    over = thanked = sending = stale = false;
    waiting.clear();
    player.querySelectorAll(".unit").forEach((unit) => { unit.hidden = unit !== part; });
    const { title, parts, banner } = part.dataset;
    $("title").textContent = parts > 1 ? word("title", part.dataset.part, parts, title) : title;
    $("banner").hidden = !banner;
    $("bar").max = steps.length;
    $("status").textContent = "";
    const undecided = steps.findIndex((step) => step.dataset.state === "none");
    return undecided < 0 ? steps.length : undecided;
  }

  function thank({ next, left, urgent }, already) {
    over = thanked = true;
    waiting.clear();
    if (urgent) return location.replace(player.dataset.thanks);
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
  const start = asked === null ? resume : asked;
  history.replaceState({ ...history.state, index: start, notice: undefined }, "", hash(start));
  $("plain").remove();
  player.hidden = false;
  show(start);
  $("changed").hidden = !notice;
})();
