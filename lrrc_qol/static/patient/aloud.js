/* Reading aloud, with a voice that lives on the device: nothing leaves it, nothing starts by itself. */
(() => {
  const PIECES = "h1, h2, p:not([aria-hidden]), .recall, label, .phones a";
  const tongue = ({ lang }) => lang.split(/[-_]/)[0];
  let pressed = null, last = null;

  function stop() {
    if (!pressed) return;
    pressed.textContent = aloud[0];
    pressed = last = null;
    speechSynthesis.cancel();
  }

  // Piece by piece, as the page has them: a pause between the question and each of its answers.
  function read(place, button, voice) {
    pressed = button;
    button.textContent = aloud[1];
    place.querySelectorAll(PIECES).forEach((piece) => {
      if (!piece.getClientRects()[0]) return;
      last = new SpeechSynthesisUtterance(piece.textContent.trim());
      last.voice = voice;
      last.lang = voice.lang;
      last.onend = last.onerror = ({ target }) => target === last && stop();
      speechSynthesis.speak(last);
    });
  }

  function add(place) {
    const own = place.closest("[lang]"), button = document.createElement("button");
    const voices = speechSynthesis.getVoices().filter((one) => one.localService && tongue(one) === tongue(own));
    if (!voices[0]) return;
    button.type = "button";
    button.className = "quiet";
    button.textContent = aloud[0];
    button.onclick = () => {
      const again = pressed === button;
      stop();
      // The voice that the owner of the device chose, else the first.
      if (!again) read(place, button, voices.find((one) => one.default) || voices[0]);
    };
    place.querySelector("legend, h1, h2").after(button);
  }

  // Staff who type in have none: their pages do not end with whom to call. The page of a link is read as a whole.
  if (document.querySelector(".safety")) document.querySelectorAll(
    document.getElementById("year") ? "main" : "fieldset, .advice").forEach(add);

  // Whatever leads on ends it: a press, another question or notice that takes the focus, another page, a locked phone.
  const listen = (kind, act) => addEventListener(kind, act, true);
  listen("click", ({ target }) => target !== pressed && target.closest("a, button") && stop());
  listen("focusin", ({ target }) => target.matches("h1, h2") && stop());
  ["submit", "popstate", "pagehide", "visibilitychange"].forEach((kind) => listen(kind, stop));
})();
