// Keeps an open page up to date: replaces each part that the server says has changed. Without it, a reload
// shows the same.

const page = document.querySelector("[data-live]");
const note = document.querySelector("[data-live-note]");
const retryMs = 5_000;
let stream;

/** A `<details>` that somebody opened stays open, what is ticked stays ticked, and a chart at the bar that somebody looks at. */
const callbacks = {
  beforeAttributeUpdated: (name, node) =>
    !(name === "open" && node.nodeName === "DETAILS") &&
    !(name === "checked") &&
    !(name === "value" && node.matches("[data-at]:focus, [data-at]:hover")),
};

function open() {
  stream = new EventSource(page.dataset.live);
  stream.addEventListener("fragment", ({ data }) => {
    const { id, html } = JSON.parse(data);
    const part = document.getElementById(id);
    if (part !== null) {
      Idiomorph.morph(part, html, { morphStyle: "innerHTML", callbacks });
      part.dispatchEvent(new Event("fresh", { bubbles: true }));
    }
    say("");
  });
  stream.addEventListener("trouble", ({ data }) => say(JSON.parse(data)));
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) void findOutWhy();
  });
}

/**
 * The browser has given up. The session may have ended or the account be gone: then the page as it is now
 * says so.
 */
async function findOutWhy() {
  const status = await fetch(location.href, { method: "HEAD" }).then(
    (answer) => answer.status,
    () => 0,
  );
  if ([401, 403, 404].includes(status)) location.reload();
  else {
    say("The board does not answer; what is shown may be old.");
    setTimeout(() => document.hidden || open(), retryMs);
  }
}

function say(text) {
  if (note !== null && note.textContent !== text) note.textContent = text;
}

// A hidden page needs no connection, of which a browser has few.
document.addEventListener("visibilitychange", () => {
  stream?.close();
  if (!document.hidden) open();
});
if (page !== null) open();
