// Says the values of a chart's bar: the one that the pointer is over, or that arrow keys have reached. Without
// it, they are in the table.

const isWatched = (input) => input === document.activeElement || input.matches(":hover");

function sayValues(input) {
  const chart = input.closest("[data-chart]");
  const words = [...chart.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent);
  const row = chart.querySelectorAll("tbody tr")[Number(input.value)];
  if (row === undefined) return;
  const [time, ...values] = [...row.cells].map((cell) => cell.textContent);
  const text = `${time}: ${values.map((value, index) => `${value} ${words[index]}`).join(", ")}`;
  input.setAttribute("aria-valuetext", text);
  chart.querySelector("[data-readout]").textContent = text;
}

function leaveChart(input) {
  if (isWatched(input)) return;
  input.value = input.max;
  sayValues(input);
}

const chartOf = ({ target }) => (target.matches?.("[data-at]") ? target : undefined);

document.addEventListener("input", (event) => {
  const input = chartOf(event);
  if (input) sayValues(input);
});
document.addEventListener("pointermove", (event) => {
  const input = chartOf(event);
  if (!input || event.pointerType !== "mouse") return;
  const { left, width } = input.getBoundingClientRect();
  const bars = Number(input.max) + 1;
  input.value = Math.floor(((event.clientX - left) / width) * bars);
  sayValues(input);
});
for (const name of ["pointerout", "focusout"])
  document.addEventListener(name, (event) => {
    const input = chartOf(event);
    if (input) setTimeout(() => leaveChart(input));
  });
// New counts have come: what somebody looks at stays said.
document.addEventListener("fresh", () => {
  for (const input of document.querySelectorAll("[data-at]")) if (isWatched(input)) sayValues(input);
});
