// What the keyboard and copy buttons do on every page. Without it, the search is reached by Tab, and ids can
// be selected.

const root = document.currentScript.src.replace(/\/assets\/[^/]*$/, "");
const saidForMs = 2_000;
const searchOnForMs = 60_000;

document.documentElement.classList.add("scripted");

document.addEventListener("keydown", (event) => {
  const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
  const isK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
  if (event.defaultPrevented || !(isK || (isSlash && !isTyping(event.target)))) return;
  event.preventDefault();
  const search = document.querySelector("[data-search]");
  if (search === null || search.offsetParent === null) location.assign(`${root}/accounts#search`);
  else {
    search.focus();
    search.select();
  }
});

// A menu over the page closes when something else is done.
for (const type of ["click", "focusin"])
  document.addEventListener(type, ({ target }) => {
    for (const menu of document.querySelectorAll("details.more[open]"))
      if (!menu.contains(target)) menu.open = false;
  });
document.addEventListener("keydown", ({ key }) => {
  const menu = key === "Escape" ? document.querySelector("details.more[open]") : null;
  if (menu === null) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.nodeName);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-copy]");
  if (!button) return;
  const text = button.dataset.copy;
  const done = await copy(text, button);
  const said = document.querySelector("[data-said]");
  if (said !== null)
    said.textContent = done ? `Copied: ${text}` : "This browser does not copy; the text is selected.";
  if (!done) return;
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), saidForMs);
});

/** Plain HTTP has no clipboard, only the old command. */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    return document.execCommand("copy");
  }
}

void searchOn();

/** A search that has found nothing so far goes on: to the first page with something, or for a minute. */
async function searchOn() {
  const said = document.querySelector("[data-search-on]");
  const link = document.querySelector('a[rel="next"]');
  if (said === null || link === null) return;
  const endsAt = Date.now() + searchOnForMs;
  while (Date.now() < endsAt) {
    const answer = await fetch(link.href, { headers: { accept: "text/html" } }).catch(() => undefined);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector('a[rel="next"]');
    const text = page.querySelector("[data-search-on]")?.textContent;
    if (text === undefined || next === null) {
      location.replace(link.href);
      return;
    }
    said.textContent = text.replace("the next page continues", "searching on …");
    link.href = next.getAttribute("href");
  }
  said.textContent = said.textContent.replace("searching on …", "the next page continues");
}
