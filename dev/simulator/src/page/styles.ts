// The page's style sheet: the board's colours, corners and buttons, by the reader's light or dark setting.

export const styles = `
:root { --ink: #16211f; --soft: #5a6a67; --line: #dbe2e1; --paper: #fff; --ground: #f4f6f6; --accent: #0f766e;
  --on-accent: #fff; --good: #166534; --bad: #b42318; --bad-ground: #fdecea; --good-ground: #e8f6ec; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4ebe9; --soft: #93a5a1; --line: #2b3836; --paper: #18211f; --ground: #0f1514; --accent: #2dd4bf;
    --on-accent: #06302b; --good: #86efac; --bad: #fda29b; --bad-ground: #35191a; --good-ground: #12291b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 75rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 0 0 .5rem; font-size: 1.1rem; }
header p, .soft { margin: .25rem 0; color: var(--soft); }
section { margin-top: 1.25rem; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 10px; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-size: 1.1rem; font-weight: 600; padding-bottom: .5rem; }
th, td { padding: .6rem .75rem .6rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-size: .875rem; font-weight: 600; }
td.number, th.number { text-align: right; padding-right: 1.25rem; font-variant-numeric: tabular-nums; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.id { display: block; color: var(--soft); font-weight: 400; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; }
label { display: grid; gap: .15rem; font-size: .875rem; color: var(--soft); }
.actions label { display: flex; align-items: center; gap: .35rem; }
.actions form { align-items: center; }
input, select, button { font: inherit; padding: .35rem .7rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--paper); color: var(--ink); }
input[type=number] { width: 6.5rem; } .actions input[type=number] { width: 4rem; }
label:has(input[type=url]) { flex: 0 1 34rem; }
select { max-width: 16rem; }
button { cursor: pointer; }
button:hover { border-color: var(--accent); }
button.first { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
details { flex-basis: 100%; }
summary { cursor: pointer; margin-bottom: .5rem; }
.faults { margin: 0 0 .75rem; padding: 0; list-style: none; }
.faults li { padding: .3rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.faults form { align-items: center; }
.faults + form { margin-bottom: 1rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.notice { border-color: var(--good); background: var(--good-ground); }
.notice.failed { border-color: var(--bad); background: var(--bad-ground); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; overflow-wrap: anywhere; }
dt { color: var(--soft); } dd { margin: 0; }
@media (max-width: 62rem) {
  thead { display: none; }
  table, caption, tbody, tr, th, td { display: block; }
  tr { padding: .75rem 0; border-top: 1px solid var(--line); }
  th, td, td.number { padding: .15rem 0; border-top: 0; text-align: left; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  td .id { display: inline; margin-left: .5rem; }
}
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
`;
