// What the keyboard and copy buttons do on every page. Without it, the search is reached by Tab, and ids can
// be selected.

const root = document.currentScript.src.replace(/\/assets\/[^/]*$/, "");
const saidForMs = 2_000;

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
