"""What the quality report's page has beside what every report's has."""

from __future__ import annotations

STYLE = """
main.rows_rejected { --state: var(--attention); }
main.refused { --state: var(--bad); }
.reason { margin-top: 2.5rem; padding: 1.25rem 1.5rem; border-left: 4px solid var(--bad); background: var(--raised); }
.reason h2 { font-size: 1rem; margin: 0 0 .5rem; color: var(--bad); }
.reason .message { font-size: 1.125rem; margin-bottom: .75rem; }
.rules thead th:nth-child(3) { text-align: right; }
.rules tbody th { width: 60%; font-weight: 400; }
.rules .title { display: block; font-weight: 600; }
.rules code { color: var(--quiet); }
.rules a { text-decoration: none; display: block; }
.rules a:hover .title { text-decoration: underline; }
.share { min-width: 11rem; }
.share > .number { display: block; text-align: left; white-space: normal; }
.share small { margin-left: .6rem; }
.share-bar { display: block; height: .375rem; margin: .45rem 0 .35rem; background: var(--line); }
.share-bar span { display: block; height: 100%; min-width: 2px; background: var(--quiet); }
.signs { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-top: .75rem; }
.signs div { display: flex; gap: .5rem; }
.signs dt { font: 600 .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink); }
.extent { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem 1.25rem; margin-top: .25rem;
  font-size: .875rem; }
.failure { margin-top: 1rem; padding: .75rem 1rem; border-left: 3px solid var(--bad); background: var(--raised);
  font-size: .875rem; }
.caution { margin-top: 1rem; padding: .75rem 1rem; border-left: 3px solid var(--attention);
  background: var(--raised); font-size: .875rem; }
.caution h4 { color: var(--attention); }
.samples { width: auto; min-width: 100%; }
.samples th { white-space: nowrap; }
.samples th, .samples td { vertical-align: baseline; }
.samples .value { display: block; width: max-content; max-width: 20rem; white-space: pre-wrap;
  font: .8125rem/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; }
.samples th:first-child { position: sticky; left: 0; background: var(--paper); color: var(--quiet); }
.samples .absent { font-style: italic; color: var(--quiet); white-space: nowrap; }
@media (max-width: 40rem) {
  .rules tr { display: grid; grid-template-columns: 6rem 1fr 10rem; border-bottom: 1px solid var(--line); }
  .rules th, .rules td { border-bottom: 0; padding: .25rem 1.25rem .5rem 0; }
  .rules th:first-child { grid-column: 1 / -1; width: auto; padding: .625rem 0 0; }
  .share { min-width: 0; }
}
@media print {
  .reason, .failure, .caution { break-inside: avoid; }
  .samples th, .samples td { padding-right: .5rem; white-space: normal; font-size: 8pt; }
  .samples tbody th { white-space: nowrap; }
  .samples .value { width: auto; font-size: 7.5pt; }
}
"""
