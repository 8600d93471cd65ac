"""The look of a comparison's page. Every pair of colours that meets has a contrast of at least 4.5:1."""

STYLE = """\
:root {
  color-scheme: light dark;
  --ground: #f4f5f3; --card: #fff; --ink: #23282b; --strong: #12181a; --soft: #556065; --line: #d9dedb;
  --accent: #0f5c5c; --more: #0f5c5c; --fewer: #9a4a00; --before: #8a989c; --after: #0f5c5c; --tint: #e3efed;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121516; --card: #1c2123; --ink: #dfe5e4; --strong: #fff; --soft: #a6b1b3; --line: #384144;
    --accent: #6fcfc6; --more: #6fcfc6; --fewer: #f0b06a; --before: #77868a; --after: #6fcfc6; --tint: #1d3532;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h1 { margin: 0 0 1.25rem; font-size: clamp(1.5rem, 4.5vw, 2rem); line-height: 1.2; color: var(--strong); }
h2 { margin: 0 0 .75rem; font-size: 1.25rem; line-height: 1.3; color: var(--strong); }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; color: var(--strong); }
p { margin: 0 0 .6rem; }
section { margin: 0 0 1.25rem; padding: 1.25rem; background: var(--card); }
section { border: 1px solid var(--line); border-radius: .6rem; }
.sum p:first-child { font-size: 1.1rem; color: var(--strong); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .75rem; margin: 1rem 0 0; }
.tiles div { padding: .6rem .8rem; background: var(--tint); border-radius: .5rem; }
.tiles dt { color: var(--ink); font-size: .9rem; }
.tiles dd { margin: 0; font-size: 1.5rem; font-weight: 650; color: var(--strong); font-variant-numeric: tabular-nums; }
figure { margin: 0 0 1rem; }
figcaption, .note { color: var(--soft); font-size: .9rem; }
.plot { display: block; width: 100%; max-width: 34rem; height: auto; font-size: 13px; fill: var(--ink); }
.plot .label { fill: var(--strong); }
.plot .more { fill: var(--more); } .plot .fewer { fill: var(--fewer); }
.plot .before { fill: var(--before); } .plot .after { fill: var(--after); }
.plot .axis { stroke: var(--soft); }
.key { display: inline-block; width: .8rem; height: .8rem; vertical-align: -.05rem; }
.key.before { background: var(--before); } .key.after { background: var(--after); margin-left: .8rem; }
.scroll { overflow-x: auto; margin: 0 0 .75rem; }
.scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; overflow-wrap: normal; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0; font-weight: 400; }
th, td { border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-size: .85rem; white-space: nowrap; }
tbody th { color: var(--strong); min-width: 9rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.numbers thead th:not(:first-child) { text-align: right; }
@media (max-width: 40rem) { section { padding: 1rem; } table { font-size: .9rem; } tbody th { min-width: 7rem; } }
td .more, td .fewer { font-weight: 600; white-space: nowrap; }
td .more { color: var(--more); } td .fewer { color: var(--fewer); }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
small { color: var(--soft); }
summary { cursor: pointer; color: var(--accent); margin-bottom: .5rem; }
footer p { color: var(--soft); font-size: .9rem; }
@media print {
  body { background: #fff; } main { max-width: none; padding: 0; }
  section { border: 0; padding: 0; } tr, figure { break-inside: avoid; } thead { display: table-header-group; }
  .plot rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
