"""How a report's page looks, by day, by night, on a phone and on paper."""

from __future__ import annotations

STYLE = """
:root {
  --paper: #ffffff; --raised: #f5f6f7; --line: #dfe2e5; --ink: #1a1e23; --quiet: #5a636d; --held: #a3abb3;
  --good: #1d7a4f; --attention: #935b00; --bad: #b3261e; --mark: #fdf1d8;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15181b; --raised: #1e2226; --line: #343a40; --ink: #e8eaec; --quiet: #a2abb4; --held: #656e77;
    --good: #58bd8b; --attention: #dda748; --bad: #f28b82; --mark: #3b3015;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; print-color-adjust: exact;
  -webkit-print-color-adjust: exact;
}
main { max-width: 60rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; --state: var(--good); }
h1 { font-size: 2.25rem; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; margin: .75rem 0 1.25rem;
  text-wrap: balance; }
h1 span { display: inline-block; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 650; margin: 0 0 1rem; }
h3 { font-size: 1rem; font-weight: 650; margin: 0; }
h4 { font-size: .875rem; font-weight: 650; margin: 0; color: var(--bad); }
p { margin: 0; max-width: 50rem; }
dl, dd { margin: 0; }
a { color: inherit; text-decoration-color: var(--held); text-underline-offset: .2em; }
code { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; }
code, td, th, strong { unicode-bidi: isolate; }
small { font-size: .8125rem; }
mark { background: var(--mark); color: inherit; padding: .1em .3em; margin: 0 -.3em; border-radius: 2px; }
:focus-visible { outline: 2px solid var(--state); outline-offset: 2px; }
section, footer { margin-top: 3.5rem; }
.quiet, .caption { color: var(--quiet); }
.number { text-align: right; white-space: nowrap; }

.over { display: flex; align-items: center; gap: .75rem; font-size: .875rem; color: var(--quiet); }
.state { font-weight: 650; color: var(--state); border: 1.5px solid; border-radius: 3px; padding: .1rem .5rem; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; }
.facts dt, .figures dt { font-size: .8125rem; color: var(--quiet); }

.message { white-space: pre-wrap; }

.bar { display: flex; gap: 2px; height: 1.25rem; }
.bar span { min-width: 4px; flex-basis: 0; }
.swatch { display: inline-block; width: .75rem; height: .75rem; margin-right: .5rem; vertical-align: -.05rem; }
.good { background: var(--good); }
.attention { background: repeating-linear-gradient(-45deg, var(--attention) 0 4px, transparent 4px 6px);
  border: 1px solid var(--attention); }
.bad { background: repeating-linear-gradient(-45deg, var(--bad) 0 4px, transparent 4px 6px);
  border: 1px solid var(--bad); }
.held { background: var(--held); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.5rem;
  margin-top: 1.5rem; }
.figures dd { font-size: 1.75rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; }
.figures small { display: block; font-weight: 400; letter-spacing: 0; color: var(--quiet); }

/* a shadow at the right for as long as there is more to scroll to */
.scroll { overflow-x: auto; background:
  linear-gradient(to left, var(--paper) 1rem, transparent) right / 2.5rem 100% no-repeat local,
  linear-gradient(to left, var(--line), transparent) right / .625rem 100% no-repeat scroll; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .625rem 1.25rem .625rem 0;
  border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 600; }
thead th { color: var(--quiet); font-size: .8125rem; white-space: nowrap; border-bottom-color: var(--held); }
.tag { font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.tag::before { content: ""; display: inline-block; width: .5rem; height: .5rem; margin-right: .4rem; }
.tag.error { color: var(--bad); }
.tag.error::before { background: currentColor; }
.tag.warning { color: var(--attention); }
.tag.warning::before { border: 1.5px solid; border-radius: 50%; }
.fails { color: var(--bad); font-weight: 650; }
details { margin-top: 1.25rem; }
summary { cursor: pointer; font-size: .875rem; color: var(--quiet); padding: .25rem 0; }
details[open] summary { margin-bottom: .75rem; }

.note { font-size: .875rem; color: var(--quiet); }
article { margin-top: 2.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); scroll-margin-top: 1rem; }
.caption { margin: 1.25rem 0 .25rem; font-size: .8125rem; }

footer { border-top: 1px solid var(--held); padding-top: 1.75rem; }
footer dl + h2 { margin-top: 2.5rem; }
footer p { margin-top: 1.75rem; font-size: .875rem; }
.places { font-size: .875rem; }
.places div { display: grid; grid-template-columns: 9rem 1fr; gap: 1rem; padding: .3rem 0; }
.places dt { color: var(--quiet); }
.copy { user-select: all; -webkit-user-select: all; }

@media (max-width: 40rem) {
  main { padding: 1.75rem 1rem 3rem; }
  h1 { font-size: 1.625rem; }
  section, footer { margin-top: 2.5rem; }
  .figures { grid-template-columns: 1fr 1fr; gap: 1.25rem 1rem; }
  .figures dd { font-size: 1.5rem; }
  .places div { grid-template-columns: 1fr; gap: 0; padding: .5rem 0; }
}
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 20pt; }
  h2, h3 { break-after: avoid; }
  section, footer { margin-top: 1.75rem; }
  .scroll { overflow: visible; }
  tr, .figures { break-inside: avoid; }
}
"""
