/* The form on a phone: steps locally and saves each answer at once. Without it the server leads through the pages. */
if (self.document && page.player) (async () => {
  "use strict";
  const { $, player, word, counted, say, address, csrf, post, there, open, advise, newKey } = page;
  const { build, asked, mark, field, typed, unfit, given, list } = questions;
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30000, MOST_ANSWERS = 60, LONGEST_SILENCE = 4000;
  const units = [...player.querySelectorAll(".unit")], isCopy = "copy" in player.dataset;

  // The part answered: its element, all questions, those asked now, the draft version, the words begun in. `over`: no sending
  // any more; `ended`: none until the link was opened again. `leaving`: the form that ends the visit once all is sent.
  let part, all, steps, version, words, place, over, thanked, sending, stale, ended = false, leaving = null;
  /* Saving: one request at a time, repeated with the same key until the server has answered it. */
  const waiting = new Map(), times = new Map(), warned = new Set();
  let flight = null, busy = false, renewed = false, pause = FIRST_PAUSE, retryTimer = 0, restTimer = 0;

  /* What the server has not acknowledged, which also waits on the device where it may. */
  const inFlight = () => (flight && flight.answers) || [];
  const unsent = () => new Set([...inFlight().map(({ item_id }) => item_id), ...waiting.keys()]).size;
  const keep = () => kept.put(unsent() ? { version, words, flight: inFlight().length ? flight : null, waiting: [...waiting.values()] } : null);

  function sayUnsent() {
    if (!kept.able()) say("unsent", "bad");
    else say(leaving ? "leaving" : ended ? "ended-kept" : "kept", "bad", unsent());
    warn();
  }

  // An answer that means "call now" must not wait for a connection to say so. `latest`: only what was given until then.
  function warn(latest) {
    const urgent = ({ item_id, value, at }) => !(at > latest) && all.some(({ dataset }) => (
      dataset.item === item_id && (dataset.urgent || "").split(" ").includes(String(value))));
    const found = [...inFlight(), ...waiting.values()].filter((answer) => urgent(answer) && !warned.has(answer.item_id));
    if (!found.length) return;
    found.forEach(({ item_id }) => warned.add(item_id));
    $("unwell-status").textContent = word("unseen");
    open($("unwell"));
  }

  function nextRequest() {
    if (waiting.size) {
      const answers = [...waiting.values()].slice(0, MOST_ANSWERS);
      answers.forEach((answer) => waiting.delete(answer.item_id));
      return { url: address(part.dataset) + "/save", key: newKey(), version, words, answers };
    }
    return sending ? { url: address(part.dataset) + "/submit", key: newKey(), version } : null;
  }

  async function send() {
    clearTimeout(retryTimer);
    if (busy || over || ended || restTimer) return undefined;
    if (isCopy) return comeBack();
    flight = flight || nextRequest();
    if (!flight) return leaving && leaving.submit();
    busy = true;
    const { url, answers, ...body } = flight;
    if (answers) body.answers = answers.map(({ at, ...answer }) => (
      { ...answer, age_seconds: Math.max(0, (Date.now() - at) / 1000) }));
    const reply = await post(url, body);
    busy = false;
    return settle(reply.status, reply.body);
  }

  // A copy sends nothing itself: once the server answers again, its own page does.
  async function comeBack() {
    busy = true;
    const renewable = await there(address(part.dataset));
    busy = false;
    if (renewable) {
      // A tap while the page makes room for the server's own would be lost with it.
      player.inert = true;
      await keep();
      return location.reload();
    }
    if (unsent()) sayUnsent();
    return later();
  }

  function later() {
    retryTimer = setTimeout(send, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  function settle(status, body) {
    const done = flight;
    if (!status || status === 429 || status >= 500) {
      if (done.answers) sayUnsent(); else say("unsent", "bad");
      return later();
    }
    pause = FIRST_PAUSE;
    flight = null;
    // Answers that this page does not show yet must keep it from sending: the server then refuses the old version.
    // Nor does what still waits here replace an answer that was only now seen: it was given before.
    if (body.saved && !body.changed_elsewhere.length && !(body.items && waiting.size)) version = body.version;
    if (body.instruction) advise(body.instruction);
    renewed = renewed && status !== 200;
    if (status !== 200) refused(status, body, done);
    else if (done.answers) saved(body); else thank(body, waiting.size);
    const stored = keep();
    // A page in other words has a worker of its own, and one that is just being replaced may never answer.
    return over || unsent() || words === part.dataset.words ? send() : stored.then(copy.forget).then(() => location.reload());
  }

  function saved(body) {
    stale = stale || body.changed_elsewhere.length > 0;
    if (stale) say("elsewhere", "bad");
    else if (!waiting.size) {
      // The language fixes the form of this text: "Mon Mar 02 2026 12:00:00", in the time of the phone.
      say("saved", "good", String(new Date(body.saved_at)).slice(16, 21));
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
    stale = stale || error === "conflict";
    if (error === "conflict") return waiting.size ? say("elsewhere", "bad") : afresh();
    if (error === "nothing_answered") return say("empty", "bad");
    if (error === "key_reused") return (done.answers || []).forEach(
      (answer) => waiting.has(answer.item_id) || waiting.set(answer.item_id, answer));
    if (status === 401 || error === "csrf") {
      if (!kept.able() || !done.answers) {
        over = true;
        return say("ended", "bad");
      }
      flight = done;
      ended = true;
      return sayUnsent();
    }
    over = true;
    return say("refused", "bad");
  }

  // Another tab of this browser went through the link again, which made this page's token void: take the new one.
  async function renew(done) {
    renewed = busy = true;
    let token = null, status = 0;
    try {
      const reply = await fetch(address(part.dataset));
      status = reply.status;
      token = reply.ok && /csrf_token" value="([^"]+)/.exec(await reply.text());
    } catch {
      renewed = false;
    }
    busy = false;
    flight = done;
    if (token) {
      csrf().value = token[1];
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
      mark(all, step.dataset.item, typeof found.current === "number" ? found.current : null);
      say("conflict", "bad", step.querySelector("h1").textContent, given(step));
    }
    refresh();
  }

  function decide(item_id, value) {
    mark(all, item_id, value);
    refresh();
    if (over) return;
    const at = Date.now();
    times.set(item_id, at);
    waiting.delete(item_id);
    waiting.set(item_id, { item_id, value, declined: value === null, at });
    warned.delete(item_id);
    sending = false;
    if (flight && !flight.answers && !busy) flight = null;
    keep();
    if (ended || isCopy || pause !== FIRST_PAUSE) return sayUnsent();
    say("saving", "");
    return setTimeout(warn, LONGEST_SILENCE, at);
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
    // The link may have been opened again on another page meanwhile.
    ended = false;
    sendNow();
  });
  document.querySelectorAll("form.leave").forEach((form) => form.addEventListener("submit", (event) => {
    if (over || !unsent()) return;
    event.preventDefault();
    leaving = form;
    sayUnsent();
    sendNow();
  }));
  addEventListener("beforeunload", (event) => {
    if (!over && (sending || (unsent() && !kept.able()))) event.preventDefault();
  });

  /* Stepping: one question at a time, each with its own address, so that "back" works. */
  const hash = (index) => index === steps.length ? "#review" : "#q" + (index + 1);
  const fromHash = () => [...steps.keys(), steps.length].find((index) => hash(index) === location.hash);

  function choose() {
    const here = steps[place];
    steps = asked(part, all);
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
    $("place").textContent = word("place", place + 1, steps.length) + (left ? " – " + counted("left", left) : "");
    Object.assign($("bar"), { max: steps.length, value: place + 1 });
    if (!step) list(steps, hash, go);
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
    if (location.pathname !== address(part.dataset)) location.reload();
    const index = event.state && "index" in event.state ? event.state.index : fromHash();
    if (index !== undefined && index !== place) show(index, true);
  });

  async function begin(element) {
    part = element;
    all = steps = [...part.querySelectorAll(".step")];
    choose();
    version = Number(part.dataset.version);
    words = part.dataset.words;
    over = thanked = sending = stale = false;
    [waiting, times, warned].forEach((kind) => kind.clear());
    flight = null;
    await kept.start(part.dataset, units.map(({ dataset }) => dataset.id), putBack);
    keep();
    units.forEach((unit) => { unit.hidden = unit !== part; });
    const { title, parts, banner } = part.dataset;
    $("title").textContent = parts > 1 ? word("title", part.dataset.part, parts, title) : title;
    $("banner").hidden = !banner;
    $("status").textContent = "";
    const undecided = steps.findIndex((step) => step.dataset.state === "none");
    return undecided < 0 ? steps.length : undecided;
  }

  // Answers that an earlier page could not send stand here again and are sent, unless a newer one was given here.
  function putBack(record) {
    const newer = ({ item_id, at }) => !(times.get(item_id) > at), sent = record.flight ? record.flight.answers : [];
    version = Math.min(version, record.version);
    words = record.words || words;
    if (!flight && sent.every(newer)) flight = record.flight;
    [...sent, ...record.waiting].filter(newer).forEach((answer) => {
      times.set(answer.item_id, answer.at);
      if (!sent.includes(answer) || flight !== record.flight) waiting.set(answer.item_id, answer);
      mark(all, answer.item_id, answer.value);
    });
    refresh();
    keep();
    send();
  }

  function thank({ next, left, urgent }, already) {
    over = thanked = true;
    waiting.clear();
    copy.drop(address(part.dataset));
    if (!next) kept.clear(), copy.forget();
    if (urgent || (player.dataset.typed && !next)) return location.replace(player.dataset.thanks);
    const more = $("more"), coming = units.find(({ dataset }) => dataset.id === next);
    player.hidden = true;
    $("thanks").hidden = false;
    $("already").hidden = !already;
    $("after").hidden = !!next;
    more.hidden = next === null;
    $("thanks").querySelector("h1").textContent =
      next ? word("sent", part.dataset.part, part.dataset.parts) : word("done", player.dataset.name);
    const { title, time } = coming ? coming.dataset : {}, line = more.querySelector("p"), link = more.querySelector("a");
    line.textContent = coming ? counted("more", left, title, time) : "";
    // A part that is not on this page has a page of its own, which needs a connection.
    link.href = player.dataset.forms + "/" + next;
    link.onclick = async (event) => {
      event.preventDefault();
      if (!coming) return await there(link.href) ? location.assign(link.href) : line.textContent = $("copy").textContent;
      const index = await begin(coming);
      history.pushState({ index }, "", address(part.dataset) + hash(index));
      $("thanks").hidden = true;
      player.hidden = false;
      return show(index, true);
    };
    history.replaceState(null, "", player.dataset.thanks);
    scrollTo(0, 0);
    return $("thanks").querySelector("h1").focus();
  }

  units.forEach(build);
  if (!copy.start()) {
    $("plain").textContent = $("copy").textContent;
    part = units[0];
    return comeBack();
  }
  const opened = units.find(({ dataset }) => address(dataset) === location.pathname) || units[0];
  const resume = await begin(opened), wanted = fromHash(), notice = (history.state || {}).notice;
  const start = wanted === undefined ? resume : wanted;
  history.replaceState({ ...history.state, index: start, notice: undefined }, "", hash(start));
  $("plain").remove();
  player.hidden = false;
  show(start);
  $("changed").hidden = !notice;
  $("copy").hidden = !isCopy;
  if (isCopy || unsent()) send();
})();
