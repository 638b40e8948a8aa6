// Keeps the figures of the page moving, and shows it anew when sessions come or go. What is typed stays.
const PAUSE_MS = 1000;

const rows = (page) => new Map([...page.querySelectorAll("[data-session]")].map((row) => [row.dataset.session, row]));

async function look() {
  const answer = await fetch("/", { cache: "no-store" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [shown, now] = [rows(document), rows(fresh)];
  if ([...shown.keys()].join() !== [...now.keys()].join()) {
    location.reload();
    return;
  }
  for (const [before, after] of [[document, fresh], ...[...shown].map(([id, row]) => [row, now.get(id)])]) {
    for (const place of before.querySelectorAll("[data-live]")) {
      if (before === document && place.closest("[data-session]")) continue;
      place.textContent = after.querySelector(`[data-live="${place.dataset.live}"]`).textContent;
    }
  }
}

async function watch() {
  // The router may be restarting; the next look will tell.
  if (!document.hidden) await look().catch(() => {});
  setTimeout(watch, PAUSE_MS);
}

setTimeout(watch, PAUSE_MS);
