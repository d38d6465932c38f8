/** The report's look: light and dark as the reader's system has it, colours with AA contrast. */
export const STYLE =
  ':root{--ink:#1c2430;--soft:#5a6675;--line:#d9dee5;--paper:#fff;--a:#6b7684;--b:#1f6f5c;--c:#8a4b9c;--d:#9a5b00;--good:#1b6e3c;--bad:#a8291c}' +
  '@media (prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a3aebb;--line:#38424f;--paper:#141a21;--a:#8d99a8;--b:#5fc3a8;--c:#c99bd8;--d:#e0a95a;--good:#6fce93;--bad:#f0897d}}' +
  'body{margin:0 auto;max-width:64rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}' +
  'nav{text-align:right}nav label{margin:0 .75rem 0 .25rem}h1{font-size:1.6rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem}h4{margin:0}' +
  'small,header{color:var(--soft)}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}' +
  'th,td{border-bottom:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top}th{font-weight:500}code{overflow-wrap:anywhere}' +
  'svg{max-width:40rem;width:100%;font:12px system-ui,sans-serif}svg text{fill:var(--ink)}' +
  '.bar{fill:var(--b)}.b0{fill:var(--a)}.b2{fill:var(--c)}.b3{fill:var(--d)}.whisker{stroke:var(--ink);fill:none}' +
  '.line{fill:none;stroke-width:2;stroke:var(--b)}.l1{stroke:var(--c)}.l2{stroke:var(--d)}.l3{stroke:var(--a)}' +
  '.verdict{border-left:4px solid var(--a);padding-left:1rem}.verdict.better{border-color:var(--good)}.verdict.not-better{border-color:var(--bad)}.verdict.better-but{border-color:var(--d)}' +
  '.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:1rem}.answer,.question{white-space:pre-wrap;overflow-wrap:anywhere}details{border-bottom:1px solid var(--line);padding:.5rem 0}.errors{color:var(--bad)}'
