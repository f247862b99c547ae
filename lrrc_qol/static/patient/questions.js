/* The questions of a form on the page: which are asked, what was answered, what can be an answer. */
const questions = self.document && (() => {
  "use strict";
  const { $, player, word } = page;

  // A question arrives as its words; the rest is a copy of the model of its list of answers.
  function build(part) {
    const models = part.querySelectorAll(".model");
    if (models[0]) part.querySelectorAll(".step").forEach((step) => fill(step, models[step.dataset.list || 0].cloneNode(true), part));
    models.forEach((model) => model.remove());
  }

  function fill(step, model, part) {
    const { dataset, firstChild } = step, find = (what) => model.querySelector(what), said = dataset.value || "";
    const name = "p" + part.dataset.part + "-" + (dataset.name || dataset.item), inputs = model.querySelectorAll("input");
    dataset.state = dataset.state || "none";
    find("h1").textContent = firstChild.data;
    if (firstChild.nextSibling) find("legend").after(firstChild.nextSibling);
    if (!dataset.personal && find(".personal")) find(".personal").remove();
    inputs.forEach((input) => {
      input.name = name;
      if ("given" in input.dataset) input.defaultValue = input.dataset.given = said;
      else input.defaultChecked = input.value === said;
    });
    // What belongs together by name, which a number has.
    [["label", "for"], ["input", "id"], ["[id$=ends]", "id"], ["input", "aria-describedby"]].forEach(([what, link]) => {
      const one = find(what), old = one && one.getAttribute(link);
      if (old) one.setAttribute(link, name + old);
    });
    step.replaceChildren(...model.childNodes);
  }

  // Filter questions decide which questions are asked, and in which of two wordings; until then the record does.
  function asked(part, all) {
    const facts = new Set((part.dataset.facts || "").split(" "));
    all.filter(({ dataset }) => dataset.tells && dataset.state === "value").forEach((step) => {
      facts[step.querySelector(":checked").value === step.dataset.code ? "add" : "delete"](step.dataset.tells);
    });
    return all.filter(({ dataset }) => !dataset.if || dataset.if.split(" ").every(
      (name) => name.startsWith("no_") ? !facts.has(name.slice(3)) : facts.has(name)));
  }

  // A question that stands here in two wordings is one question with one answer.
  function mark(all, item, value) {
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

  // In a copy of the page nobody knows what was answered before.
  const open = () => word("copy" in player.dataset ? "unshown" : "none");
  const given = (step) => {
    const chosen = step.querySelector("input:checked + span"), number = field(step) && field(step).dataset.given;
    return chosen ? chosen.textContent : number || (step.dataset.state === "declined" ? word("declined") : open());
  };

  /* The check before sending: what is open, what was given, each with a link that leads there. */
  function list(steps, hash, go) {
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
    if ("copy" in player.dataset) $("open-title").hidden = true;
  }

  return { build, asked, mark, field, typed, unfit, given, list };
})();
