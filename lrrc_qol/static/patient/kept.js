/* Answers that wait on this device: sealed with the form's key, there only while unsent, for a week at most. */
const kept = self.document && (() => {
  "use strict";
  const PREFIX = "unsent:", LONGEST = 7 * 864e5, PATIENCE = 400;
  const own = page.newKey();
  const names = (start) => Object.keys(localStorage).filter((name) => name.startsWith(start));
  let turn = Promise.resolve(), key = null, form = "";

  // One after the other, so that an older state never replaces a newer one.
  const queue = (act) => { turn = turn.then(act).catch(() => null); return turn; };

  // A page holds its record for as long as it lives; what a dead page left belongs to the next one.
  const hold = (name) => navigator.locks && navigator.locks.request(name, () => new Promise(() => {}));
  async function take(name) {
    const read = () => {
      const text = localStorage.getItem(name);
      localStorage.removeItem(name);
      return open(text);
    };
    if (!navigator.locks) return read();
    const control = new AbortController();
    setTimeout(() => control.abort(), PATIENCE);
    return navigator.locks.request(name, { signal: control.signal }, read).catch(() => null);
  }

  async function seal(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(value)));
    return Date.now() + " " + btoa(String.fromCharCode(...iv, ...new Uint8Array(sealed)));
  }

  async function open(text) {
    const bytes = Uint8Array.from(atob(text.split(" ")[1]), (sign) => sign.charCodeAt());
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, key, bytes.slice(12));
    return JSON.parse(new TextDecoder().decode(plain));
  }

  /* From now on for this form. Gives what earlier pages could not send; records of forms that are not in ids go. */
  const start = (id, secret, ids) => queue(async () => {
    key = null;
    names(PREFIX).forEach((name) => {
      const old = Date.now() - parseInt(localStorage.getItem(name), 10) > LONGEST;
      if (old || !ids.includes(name.split(":")[1])) localStorage.removeItem(name);
    });
    if (!secret || !crypto.subtle) return [];
    form = PREFIX + id + ":";
    const raw = Uint8Array.from(atob(secret), (sign) => sign.charCodeAt());
    key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    const found = [];
    for (const name of names(form)) if (name !== form + own) found.push(await take(name));
    hold(form + own);
    return found.filter(Boolean);
  });

  /* The whole of what waits now; null when nothing does. */
  const put = (value) => queue(async () => {
    if (!key) return;
    const name = form + own;
    if (value) localStorage.setItem(name, await seal(value)); else localStorage.removeItem(name);
  });

  const clear = () => queue(() => names(PREFIX).forEach((name) => localStorage.removeItem(name)));

  return { start, put, clear, able: () => !!key };
})();
