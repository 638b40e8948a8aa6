// What moves in the pages: live parts, the result popup, copying, choices that apply themselves. Every page works without it.
"use strict";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const POLL_MS = 1500;
const AGAIN_MS = 5000;
// A connection that is made anew within this time has shown nothing that was out of date.
const GONE_MS = 8000;
// How long a form that was sent may take to lead to its page.
const SENT_MS = 5000;

// --- Live parts: each named event carries the inside of the elements with that data-live name.

// When a form was sent last.
let sentAt = -SENT_MS;
document.addEventListener("submit", () => { sentAt = performance.now(); });

function listen(url) {
  const names = new Set([...document.querySelectorAll("[data-live]")].map((part) => part.dataset.live));
  let source = null;
  let again = 0;
  let gone = 0;
  const note = document.querySelector("[data-offline]");
  const isThere = () => { clearTimeout(gone); gone = 0; note.textContent = ""; };
  const open = () => {
    clearTimeout(again);
    if (document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
    source = new EventSource(url);
    for (const name of names) source.addEventListener(name, (event) => replace(name, event.data));
    source.addEventListener("payments", () => poll(document.querySelector("dialog[data-result]")));
    // Signed out, here or in another tab: the page loads anew, and asks to sign in. Where a form on its way has ended it, the page that
    // the form leads to comes first.
    source.addEventListener("ended", () => {
      source.close();
      setTimeout(() => location.replace(location.href), Math.max(0, sentAt + SENT_MS - performance.now()));
    });
    // The browser reconnects by itself unless the server refused, as when too many pages are open.
    source.addEventListener("open", isThere);
    source.addEventListener("error", () => {
      gone ||= setTimeout(() => { note.textContent = note.dataset.offline; }, GONE_MS);
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
    });
  };
  // A browser keeps few connections to one place open: a page that nobody sees gives its own back, and catches up when seen.
  document.addEventListener("visibilitychange", () => { if (document.hidden) { source?.close(); isThere(); } else open(); });
  addEventListener("pagehide", () => { source?.close(); isThere(); });
  open();
}

function replace(name, html) {
  for (const part of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
    if (part.innerHTML === html) continue;
    const awaited = part.querySelector("[data-awaits]")?.dataset.awaits;
    const before = part.querySelector("[data-count]")?.dataset.count;
    // What the page wants to have the focus may be replaced before the browser has given it.
    const wished = document.activeElement === document.body ? part.querySelector("[autofocus]") : null;
    const holder = part.contains(document.activeElement) ? document.activeElement : wished;
    const focused = holder ? focusPath(part, holder) : null;
    // By its id where it has one: what stands before it may come and go.
    const opened = new Map([...part.querySelectorAll("details")].map((details, index) => [details.id || index, details.open]));
    part.innerHTML = html;
    // What was waited for here has come: the page confirms it as it does what is bought at once.
    const confirmed = part.querySelector("[data-confirms]");
    if (awaited && confirmed?.dataset.confirms === awaited) showConfirmed(confirmed.dataset.url);
    part.querySelectorAll("details").forEach((details, index) => { details.open = opened.get(details.id || index) ?? false; });
    if (focused) focusables(part)[focused - 1]?.focus({ preventScroll: true });
    // The true amount stands there at once; a short wash says that it changed.
    const counted = part.querySelector("[data-count]");
    if (counted && before !== undefined && counted.dataset.count !== before) counted.classList.add("changed");
  }
}

const focusables = (part) => [...part.querySelectorAll("a[href], button, summary, input, select")];
const focusPath = (part, element) => focusables(part).indexOf(element) + 1;

// --- The result popup: a banner without this, a modal dialog with it.

function openResult(dialog) {
  dialog.close();
  dialog.showModal();
  dialog.addEventListener("close", () => {
    // The event of the close above comes when the dialog is open again.
    if (dialog.open) return;
    seen(dialog);
    // Nothing had the focus before it: whoever reads on begins at the page's own content.
    document.getElementById("main").focus({ preventScroll: true });
  });
  if (isPending(dialog)) setTimeout(() => poll(dialog, true), POLL_MS);
  else seen(dialog);
}

// The popup of another page of ours, opened here: nothing on this one is lost.
async function showConfirmed(url) {
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const dialog = page.querySelector("dialog[data-result]");
    if (!dialog || document.querySelector("dialog:modal")) return;
    document.getElementById("main").prepend(document.adoptNode(dialog));
    openResult(dialog);
  } catch { /* What it would say stands on the page. */ }
}

const isPending = (dialog) => dialog.querySelector("[data-pending]") !== null;

// Neither reload nor Back shall tell it a second time.
function seen(dialog) {
  if (dialog.dataset.close) history.replaceState(null, "", dialog.dataset.close);
}

async function poll(dialog, again = false) {
  if (!dialog || !dialog.open || !isPending(dialog)) return;
  try {
    const answer = await fetch(dialog.dataset.poll, { headers: { accept: "text/html" }, cache: "no-store" });
    if (answer.ok && dialog.open && isPending(dialog)) {
      const html = await answer.text();
      if (html.includes("result-heading") && !html.includes("data-pending")) {
        dialog.innerHTML = html;
        dialog.querySelector("button")?.focus();
        seen(dialog);
      }
    }
  } catch { /* The network is away for a moment; the next try comes. */ }
  if (again) setTimeout(() => poll(dialog, true), POLL_MS);
}

// --- Copying, with a word that it has happened.

async function copy(button) {
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch {
    const area = Object.assign(document.createElement("textarea"), { value: button.dataset.copy });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.classList.add("copied");
  const word = Object.assign(document.createElement("span"), { className: "bubble", role: "status" });
  button.after(word);
  word.textContent = button.dataset.copied;
  setTimeout(() => { word.remove(); button.classList.remove("copied"); }, 1600);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

// --- Choices that apply themselves, and the two ways to say an amount.

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches('input[type="radio"][name="suggested"]')) {
    const other = event.target.form.querySelector("[data-other-amount]");
    if (other) other.value = "";
  }
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-other-amount]")) return;
  const radios = [...event.target.form.querySelectorAll('input[name="suggested"]')];
  const typed = event.target.value.trim() !== "";
  for (const radio of radios) {
    if (typed) radio.checked = false;
    else radio.checked = radio.defaultChecked;
  }
});

// --- The console's search: `/` leads to it from wherever nothing is typed.

document.addEventListener("keydown", (event) => {
  const finder = document.querySelector("[data-slash]");
  const isTyping = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (!finder || event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
  event.preventDefault();
  finder.focus();
});

// --- Disclosures that ask "are you sure?" close with Escape and give the focus back.

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest?.("details.confirm[open], details.strip-faults[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// --- Questions: a link that leads to a page which asks opens the dialog that asks the same. Closed, it gives the focus back.

document.addEventListener("click", (event) => {
  const dialog = document.getElementById(event.target.closest("[data-opens]")?.dataset.opens);
  if (!dialog) return;
  event.preventDefault();
  dialog.showModal();
});

// --- The check panel: its button and F12 open and close it, Escape closes it.

const checkButton = document.querySelector("button[data-check]");

function toggleCheck(open) {
  const panel = document.getElementById(checkButton.dataset.check);
  panel.hidden = !open;
  checkButton.setAttribute("aria-expanded", String(open));
  if (!open) return checkButton.focus();
  panel.focus({ preventScroll: true });
  // The demo's checklist ticks what was seen, and the server does not see this.
  if (document.querySelector(".strip")) fetch("/demo/check-opened").catch(() => {});
  panel.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
}

if (checkButton) {
  const isOpen = () => checkButton.getAttribute("aria-expanded") === "true";
  checkButton.addEventListener("click", (event) => { event.preventDefault(); toggleCheck(!isOpen()); });
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog:modal")) return;
    if (event.key === "F12" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      toggleCheck(!isOpen());
    } else if (event.key === "Escape" && isOpen()) toggleCheck(false);
  });
}

// --- A field that is looked at while it is typed: the answer about it replaces the part that it names.

const LOOK_MS = 250;
let looking = 0;

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-check-at]");
  if (!field) return;
  clearTimeout(looking);
  looking = setTimeout(async () => {
    const typed = field.value;
    try {
      const answer = await fetch(`${field.dataset.checkAt}?${new URLSearchParams([[field.name, typed]])}`, { cache: "no-store" });
      const html = await answer.text();
      if (answer.ok && field.value === typed) document.getElementById(field.dataset.checkPart).innerHTML = html;
    } catch { /* The network is away for a moment; the button asks again. */ }
  }, LOOK_MS);
});

// --- Long work: its part of the page is asked for again until nothing of it is pending.

async function follow() {
  const part = document.querySelector("[data-follow][data-pending]");
  if (!part) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-follow]");
    if (answer.ok && next) {
      // Its end is worth saying; each step on the way is not.
      if (!next.matches("[data-pending]")) part.setAttribute("role", "status");
      part.toggleAttribute("data-pending", next.matches("[data-pending]"));
      part.innerHTML = next.innerHTML;
    }
  } catch { /* The network is away for a moment; the next try comes. */ }
  setTimeout(follow, POLL_MS);
}

// --- Begin.

follow();
// A long menu scrolls for itself: where the page stands in it is in sight, in the midst of what stands beside it.
const here = document.querySelector(".menu nav [aria-current]");
const entries = here?.closest("nav");
if (entries) entries.scrollTop += here.getBoundingClientRect().top - entries.getBoundingClientRect().top - entries.clientHeight / 2;

const result = document.querySelector("dialog[data-result]");
if (result) openResult(result);
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
if (document.body.dataset.liveUrl) listen(document.body.dataset.liveUrl);
