// The review page's script: it saves what is typed, at each pause and across lost connections, and moves by keys.
// The page works without it. Nothing here makes markup out of text.
"use strict";
(() => {
  const form = document.getElementById("answer");
  if (!form) return;
  const home = form.dataset.home;
  const words = JSON.parse(form.dataset.labels);
  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  const PAUSE = 800; // milliseconds without a key before a text is saved
  const RETRY = [2000, 5000, 10000, 30000];
  const NEWS = 30000;
  const status = document.getElementById("status");
  const mineIn = `pubpipe ${home} ${encodeURIComponent(form.dataset.who)} `; // on a shared machine each has their own
  const storeKey = (place) => `${mineIn}${place.id} ${place.base}`;
  const places = new Map(); // what can be typed, by segment ("" is the comment)
  let failed = 0;
  let retry = 0;
  let leaving = false;

  document.documentElement.classList.add("scripted");

  // ---- this browser's own memory: what the server does not have yet

  const memory = {
    put(place) {
      try {
        localStorage.setItem(storeKey(place), JSON.stringify({ text: place.text(), looked: place.looked(), version: place.version }));
        return true;
      } catch { return false; }
    },
    drop(place) { try { localStorage.removeItem(storeKey(place)); } catch { /* nothing is kept there */ } },
    mine() {
      try {
        return Object.keys(localStorage).filter((key) => key.startsWith(mineIn)).map((key) => {
          const [id, base] = key.slice(mineIn.length).split(" ");
          return { key, id, base, ...JSON.parse(localStorage.getItem(key)) };
        });
      } catch { return []; }
    },
  };

  // ---- one text

  function enlist(element, box) {
    const tick = element.querySelector('input[name="looked"]');
    const hidden = element.querySelector('input[type="hidden"]');
    const place = {
      id: element.dataset.seg, base: element.dataset.base, version: Number(element.dataset.version), element, box, tick,
      number: element.id.slice(1), shown: box ? box.value : null, dirty: false, changes: 0, timer: 0, sending: null,
      blocked: false,
      text: () => (place.box && place.touched ? place.box.value : null),
      looked: () => Boolean(tick && tick.checked),
      seen(version) {
        place.version = version;
        if (hidden) hidden.value = place.id === "" ? String(version) : `${version} ${place.base}`;
      },
    };
    place.touched = Boolean(element.querySelector(".own"));
    places.set(place.id, place);
    if (box) {
      box.addEventListener("input", () => { place.touched = true; changed(place, PAUSE); });
      box.addEventListener("blur", () => { if (place.dirty) send(place); });
    }
    if (tick) tick.addEventListener("change", () => { count(); changed(place, 0); });
    return place;
  }

  function changed(place, pause) {
    place.dirty = true;
    place.changes += 1;
    place.safe = memory.put(place);
    clearTimeout(place.timer);
    if (place.blocked) return;
    place.timer = setTimeout(() => send(place), pause);
    if (!failed) tell("typing");
  }

  // One save of a place at a time, so that its versions come in order; others go side by side.
  function send(place) {
    clearTimeout(place.timer);
    if (!place.dirty || place.blocked) return place.sending || Promise.resolve();
    if (place.sending) return place.sending.then(() => send(place));
    place.sending = save(place).finally(() => { place.sending = null; });
    return place.sending;
  }

  async function save(place) {
    const at = place.changes;
    const body = { segment: place.id, base: place.base, text: place.text(), looked: place.looked(), version: place.version };
    if (!failed) tell("saving");
    let answer;
    try {
      answer = await fetch(`${home}/typed`, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), keepalive: leaving,
        credentials: "same-origin",
      });
    } catch { return lost("offline"); }
    if (answer.status === 401) return lost("login");
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 409) return collide(place, said, body.text);
    if (!answer.ok) return lost("refused", { why: said.detail || answer.statusText });
    failed = 0;
    place.seen(said.version);
    if (place.changes === at) {
      place.dirty = false;
      memory.drop(place);
      note(place, "", false);
      if (body.text !== null) remarks(place, said.remarks || []);
    }
    settled();
    return undefined;
  }

  function lost(key, values) {
    failed += 1;
    tell(key, values, true);
    clearTimeout(retry);
    retry = setTimeout(sendAll, RETRY[Math.min(failed, RETRY.length) - 1]);
  }

  function sendAll() {
    clearTimeout(retry);
    return Promise.all([...places.values()].filter((place) => place.dirty).map(send));
  }

  function settled() {
    const waiting = [...places.values()].filter((place) => place.dirty);
    if (waiting.some((place) => place.blocked)) tell("collision", { number: waiting.find((p) => p.blocked).number }, true);
    else if (waiting.length) tell("typing");
    else tell("saved");
  }

  function tell(key, values, bad = false) {
    const said = say(key, values);
    if (status && status.textContent !== said) status.textContent = said;
    if (status) status.classList.toggle("bad", bad);
  }

  // ---- two windows: nobody's text is overwritten, both are shown

  function collide(place, said, mine) {
    failed = 0;
    if (said.text === null || said.text === mine || mine === null) { // only ticks differ: both texts are kept by this
      place.seen(said.version);
      if (mine === null && said.text !== null && place.box) { place.box.value = said.text; place.touched = true; }
      return save(place);
    }
    place.blocked = true;
    const theirs = said.text;
    const line = note(place, "", true);
    line.append(`${say("theirs")}: `);
    const shown = document.createElement("span");
    shown.className = "t";
    shown.lang = place.box.lang;
    shown.textContent = theirs;
    line.append(shown, " ");
    const choose = (label, text) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "use";
      button.textContent = label;
      button.addEventListener("click", () => {
        place.seen(said.version);
        place.blocked = false;
        if (text !== null) place.box.value = text;
        note(place, "", false);
        changed(place, 0);
        place.box.focus();
      });
      line.append(button, " ");
    };
    choose(say("mine"), null);
    choose(say("take"), theirs);
    tell("collision", { number: place.number }, true);
    return undefined;
  }

  // A line under a box; taken away when there is nothing to say.
  function note(place, said, bad) {
    let line = place.element.querySelector(":scope .kept");
    if (!said && !bad) { if (line) line.remove(); return null; }
    if (!line) {
      line = document.createElement("p");
      line.setAttribute("role", "status");
      place.box.after(line);
    }
    line.className = bad ? "kept bad" : "kept";
    line.textContent = said;
    return line;
  }

  // What the checks say of the text that was just stored, under its box.
  function remarks(place, lines) {
    if (!place.box || !place.id) return;
    let head = place.element.querySelector(".own");
    let list = place.element.querySelector(".live");
    if (!head) {
      head = document.createElement("p");
      head.className = "quiet own";
      head.setAttribute("role", "status");
      place.box.after(head);
    }
    if (!list) {
      list = document.createElement("ul");
      list.className = "live";
      head.after(list);
    }
    const words = say(lines.length ? "remarks" : "clean");
    if (head.textContent !== words) head.textContent = words;
    list.replaceChildren(...lines.map((line) => {
      const entry = document.createElement("li");
      entry.textContent = line;
      return entry;
    }));
  }

  // ---- what this browser kept while there was no connection

  function bringBack() {
    for (const kept of memory.mine()) {
      let place = places.get(kept.id);
      if (!place) {
        const quiet = form.querySelector(`[data-seg="${CSS.escape(kept.id)}"]`);
        if (quiet && kept.text !== null && quiet.dataset.base === kept.base) place = open(quiet);
      }
      if (!place || place.base !== kept.base) { older(place, kept); continue; }
      if (kept.looked && place.tick) place.tick.checked = true;
      if (kept.text !== null && place.box && kept.text !== place.box.value) {
        if (place.box.value !== place.box.defaultValue) { older(place, { ...kept, key: "" }); continue; } // typed meanwhile
        place.box.value = kept.text;
        place.touched = true;
        note(place, say("restored", { number: place.number }), false);
      }
      place.version = kept.version; // what that text was typed over: a newer one of another window must not go under it
      place.dirty = true;
    }
  }

  // Typed over a wording that is not there any more: it goes to the server as that, and is shown beside the new one.
  function older(place, kept) {
    if (kept.text === null || (place && place.box && kept.text === place.box.value)) { forget(kept); return; }
    if (place && place.box) {
      const line = note(place, `${say("kept")}: `, true);
      const shown = document.createElement("span");
      shown.className = "t";
      shown.lang = place.box.lang;
      shown.textContent = kept.text;
      line.append(shown);
    }
    if (!kept.key) return;
    const body = { segment: kept.id, base: kept.base, text: kept.text, looked: false, version: kept.version };
    fetch(`${home}/typed`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), credentials: "same-origin",
    }).then((answer) => { if (answer.ok) forget(kept); }, () => { /* it stays here */ });
  }

  function forget(kept) { try { localStorage.removeItem(kept.key); } catch { /* nothing is kept there */ } }

  // ---- a sentence that was not asked for becomes one that can be typed

  function open(element) {
    const button = element.querySelector(".change");
    if (!button) return places.get(element.dataset.seg);
    const shown = element.querySelector(".to > p");
    const box = document.createElement("textarea");
    box.name = `t.${element.dataset.seg}`;
    box.id = `t${element.id.slice(1)}`;
    box.lang = form.dataset.language;
    box.className = "t";
    box.spellcheck = false;
    box.setAttribute("aria-label", button.textContent);
    box.value = shown.dataset.text ?? (shown.lang ? shown.textContent : "");
    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = `v.${element.dataset.seg}`;
    hidden.value = `${element.dataset.version} ${element.dataset.base}`;
    shown.replaceWith(box, hidden);
    button.remove();
    const group = element.closest("details");
    if (group) group.open = true;
    const place = enlist(element, box);
    grow(box);
    return place;
  }

  // ---- moving

  const boxes = () => [...form.querySelectorAll(".seg textarea, #comment")].filter((box) => box.offsetParent);
  const asked = () => [...form.querySelectorAll(".seg.asked")];

  function move(step) {
    const all = boxes();
    const inside = document.activeElement.closest(".seg");
    const here = all.indexOf(inside ? inside.querySelector("textarea") : document.activeElement);
    const there = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step];
    if (there) there.focus();
  }

  function next() {
    const here = document.activeElement.closest ? document.activeElement.closest(".seg.asked") : null;
    const all = asked();
    if (here) {
      const place = places.get(here.dataset.seg);
      if (place && place.tick && !place.tick.checked) { place.tick.checked = true; count(); changed(place, 0); }
    }
    const start = here ? all.indexOf(here) + 1 : 0;
    const left = [...all.slice(start), ...all.slice(0, start)]
      .filter((e) => e.offsetParent && !places.get(e.dataset.seg).looked());
    const target = left.length ? left[0].querySelector("textarea") || left[0].querySelector("input") : document.getElementById("comment");
    if (!left.length) tell("last");
    if (target) { target.focus(); target.closest(".seg, section").scrollIntoView({ block: "nearest" }); }
  }

  function count() {
    const all = asked();
    const done = all.filter((e) => places.get(e.dataset.seg)?.looked());
    for (const element of all) element.classList.toggle("done", done.includes(element));
    const bar = form.querySelector(".bar progress");
    if (bar) {
      bar.value = done.length;
      document.getElementById("progress").textContent = say("progress", { done: done.length, total: all.length });
    }
    const summary = document.getElementById("summary");
    const edited = [...places.values()]
      .filter((p) => p.id && p.box && (p.box.value !== p.box.defaultValue || p.element.querySelector(".own")));
    if (summary && all.length) summary.textContent = say("summary", { changed: edited.length, unread: all.length - done.length });
  }

  function grow(box) {
    if (CSS.supports("field-sizing", "content")) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  }

  // ---- what others do

  async function news() {
    if (document.hidden) return;
    let said;
    try {
      const answer = await fetch(`${home}/news`, { credentials: "same-origin" });
      if (!answer.ok) return;
      said = await answer.json();
    } catch { return; }
    if (said.mark !== form.dataset.mark && !document.getElementById("moved")) {
      const line = document.createElement("p");
      line.id = "moved";
      line.className = "notice warn";
      line.setAttribute("role", "status");
      const link = document.createElement("a");
      link.href = location.pathname;
      link.textContent = say("reload");
      line.append(say("moved"), " ", link);
      form.before(line);
      line.scrollIntoView({ block: "nearest" });
    }
    for (const line of form.querySelectorAll(".editing")) line.remove();
    for (const other of said.others) {
      const element = form.querySelector(`[data-seg="${CSS.escape(other.segment)}"]`);
      if (!element || element.dataset.base !== other.base || element.querySelector(`[data-other="${CSS.escape(other.who)}"]`)) continue;
      const line = document.createElement("li");
      line.className = "editing warn";
      line.textContent = say("editing", { who: other.who, when: other.at });
      element.querySelector(".remarks").append(line);
    }
  }

  // ---- begin

  for (const element of form.querySelectorAll(".seg.asked, .seg-like")) enlist(element, element.querySelector("textarea"));
  for (const box of form.querySelectorAll(".seg:not(.asked) textarea")) enlist(box.closest(".seg"), box);
  for (const button of form.querySelectorAll(".use")) {
    const place = places.get(button.closest(".seg").dataset.seg);
    if (!place || !place.box) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      place.box.focus();
      place.box.select();
      // so that it can be undone by the keys for that; where a browser no longer knows it, plainly
      const text = button.previousElementSibling.textContent;
      if (!document.execCommand("insertText", false, text)) {
        place.box.value = text;
        place.box.dispatchEvent(new Event("input"));
      }
    });
  }
  bringBack();
  for (const place of places.values()) { // typed before this script was there
    if (place.box && !place.dirty && place.box.value !== place.box.defaultValue) { place.touched = true; changed(place, 0); }
  }
  count();
  for (const box of form.querySelectorAll("textarea")) grow(box);
  form.addEventListener("input", (event) => { if (event.target.matches("textarea")) { grow(event.target); count(); } });
  const bar = document.getElementById("next");
  if (bar) { bar.hidden = !asked().length; bar.addEventListener("click", next); }

  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); next(); }
    else if (event.altKey && !event.ctrlKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    }
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.name !== "do") return;
    const [what, which] = [button.value.slice(0, 4), button.value.slice(5)];
    if (what === "show") {
      event.preventDefault();
      form.dataset.show = which;
      for (const other of form.querySelectorAll(".choice button")) other.setAttribute("aria-pressed", String(other === button));
      for (const group of form.querySelectorAll(".group")) {
        group.open = which === "all" || (which === "findings" && group.classList.contains("findings"));
      }
    } else if (what === "open") {
      event.preventDefault();
      open(button.closest(".seg")).box.focus();
    }
  });

  // Everything that was typed is stored before the answer goes; without a connection it does not go.
  let ready = false;
  form.addEventListener("submit", async (event) => {
    if (ready || !event.submitter || event.submitter.name !== "decision") return;
    event.preventDefault();
    const button = event.submitter;
    button.disabled = true;
    await sendAll();
    const reached = await fetch(`${home}/news`, { credentials: "same-origin" }).then((a) => a.ok, () => false);
    button.disabled = false;
    const waiting = [...places.values()].filter((place) => place.dirty);
    const blocked = waiting.find((place) => place.blocked);
    if (blocked) { blocked.box.focus(); settled(); return; }
    if (waiting.length || !reached) { tell("unsent", {}, true); return; }
    ready = true;
    leaving = true;
    form.requestSubmit(button);
  });

  const pages = document.getElementById("pages");
  if (pages) {
    const key = "pubpipe pages";
    const remember = (value) => { try { localStorage.setItem(key, value); } catch { /* it is only a habit */ } };
    try { if (localStorage.getItem(key) === "open") pages.open = true; } catch { /* it is only a habit */ }
    pages.addEventListener("toggle", () => remember(pages.open ? "open" : ""));
    form.addEventListener("click", (event) => { if (event.target.closest("a.where")) pages.open = true; });
  }

  addEventListener("online", () => { failed = 0; sendAll().then(() => { if (!failed) settled(); }); });
  addEventListener("offline", () => tell("offline", {}, true));
  addEventListener("pagehide", () => { leaving = true; sendAll(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) sendAll(); else news(); });
  addEventListener("beforeunload", (event) => {
    if (!leaving && [...places.values()].some((place) => place.dirty && place.safe === false)) event.preventDefault();
  });
  setInterval(news, NEWS);
  if (!navigator.onLine) tell("offline", {}, true);
  sendAll().then(() => { if (!failed && navigator.onLine) settled(); });
})();
