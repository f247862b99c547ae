/* Answers that wait on this device: sealed with the form's key, there only while unsent, for a week at most. */
const kept = self.document && (() => {
  "use strict";
  const PREFIX = "unsent:", LONGEST = 7 * 864e5, PATIENCE = 400;
  const own = page.newKey();
  const names = (start) => Object.keys(localStorage).filter((name) => name.startsWith(start));
  let turn = Promise.resolve(), key = null, form = "", ending, taken = [];

  // One after the other, so that an older state never replaces a newer one.
  const queue = (act) => { turn = turn.then(act).catch(() => null); return turn; };

  // A page holds its record for as long as it lives; what a dead page left belongs to the next one, also when it was
  // slow to die. It stays where it was until this page has stored it as its own.
  const hold = (name) => navigator.locks && navigator.locks.request(name, () => new Promise(() => {}));
  function take(name, putBack) {
    const mine = form;
    const read = async () => {
      const text = form === mine && localStorage.getItem(name);
      if (!text) return;
      putBack(await open(text));
      taken.push(name);
    };
    return (navigator.locks ? navigator.locks.request(name, read) : read()).catch(() => null);
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

  /* From now on for this form. Puts back what earlier pages could not send; records of forms that are not in ids go. */
  // Where the centre has ended the keeping, what waits already stays until it is sent, and nothing more comes to it.
  const start = ({ id, key: secret, ends }, ids, putBack) => queue(async () => {
    key = null;
    taken = [];
    names(PREFIX).forEach((name) => {
      const old = Date.now() - parseInt(localStorage.getItem(name), 10) > LONGEST;
      if (old || !ids.includes(name.split(":")[1])) localStorage.removeItem(name);
    });
    // A browser without encryption stops below and keeps nothing.
    if (!secret) return;
    form = PREFIX + id + ":";
    const raw = Uint8Array.from(atob(secret), (sign) => sign.charCodeAt());
    key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    const others = names(form).filter((name) => name !== form + own).map((name) => take(name, putBack));
    hold(form + own);
    await Promise.race([Promise.all(others), new Promise((go) => setTimeout(go, PATIENCE))]);
    ending = ends;
    if (ending && !taken.length) key = null;
  });

  /* The whole of what waits now; null when nothing does. */
  const put = (value) => queue(async () => {
    if (!key) return;
    const name = form + own;
    if (value) localStorage.setItem(name, await seal(value)); else localStorage.removeItem(name);
    taken.splice(0).forEach((old) => localStorage.removeItem(old));
    if (ending && !value) key = null;
  });

  const clear = () => queue(() => names(PREFIX).forEach((name) => localStorage.removeItem(name)));

  return { start, put, clear, able: () => !!key };
})();
