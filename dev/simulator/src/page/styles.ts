// The page's style sheet: system fonts and colours that follow the reader's light or dark setting.

export const styles = `
:root { --ink: #1c2430; --soft: #5a6675; --line: #d5dbe3; --paper: #fff; --ground: #f5f7f9; --accent: #0b5cad;
  --good: #1a7044; --bad: #b3261e; --bad-ground: #fdeceb; --good-ground: #e9f5ee; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #a3aebb; --line: #39434f; --paper: #1b222b; --ground: #12171d; --accent: #7db8f2;
    --good: #7bd3a3; --bad: #ff9b92; --bad-ground: #3a1d1b; --good-ground: #17311f; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 84rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 0 0 .5rem; font-size: 1.1rem; }
header p, .soft { margin: .25rem 0; color: var(--soft); }
section { margin-top: 1.25rem; padding: 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
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
input, button { font: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .35rem;
  background: var(--paper); color: var(--ink); }
input[type=number] { width: 6.5rem; } .actions input[type=number] { width: 4rem; }
label:has(input[type=url]) { flex: 0 1 34rem; }
button { cursor: pointer; border-color: var(--accent); color: var(--accent); }
button.first { background: var(--accent); color: var(--paper); }
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
