/** How many arms have a colour of their own; later ones begin anew, with another dash. */
export const ARM_COLOURS = 6;

/**
 * The one style sheet of a report. Colours have a contrast of at least 4.5 to 1 with their ground, lines of drawings of at least 3 to 1, in
 * light and in dark; on paper it is always light.
 */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--text:#1b1f24;--muted:#57606a;--line:#d0d7de;--shade:#f6f8fa;--link:#0550ae;
--better:#116329;--worse:#a40e26;--equivalent:#0550ae;--inconclusive:#57606a;
--arm-0:#0b5fa5;--arm-1:#b3400e;--arm-2:#0a7357;--arm-3:#8a2f7c;--arm-4:#6b5900;--arm-5:#444c56}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--text:#e6edf3;--muted:#9ea7b3;--line:#30363d;--shade:#161b22;--link:#79b8ff;
--better:#56d364;--worse:#ff8b80;--equivalent:#79b8ff;--inconclusive:#9ea7b3;
--arm-0:#6db3f2;--arm-1:#ff9d66;--arm-2:#4fd1a5;--arm-3:#e29ad6;--arm-4:#e0c64a;--arm-5:#c9d1d9}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:76rem;background:var(--ground);color:var(--text);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{margin:0;font-size:1.9rem;line-height:1.2;overflow-wrap:anywhere}
h2{margin:2.6rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--line);font-size:1.35rem}
h3{margin:1.8rem 0 .5rem;font-size:1.08rem;overflow-wrap:anywhere}
header p,figcaption,caption{color:var(--muted)}
p,li,dd{max-width:46rem}p,li,dd,dt,figcaption,caption{overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
nav ol{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:1rem 0 0;padding:0;list-style:none;font-size:.92rem}
.note{padding:.7rem 1rem;border-left:4px solid var(--link);background:var(--shade)}
.answer{padding:.8rem 1rem;border:1px solid var(--line);border-radius:6px;background:var(--shade);font-size:1.08rem}
.scroll{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{padding-bottom:.4rem;text-align:left;font-size:.9rem}caption span{position:sticky;left:0;display:inline-block;max-width:calc(100vw - 1.9rem)}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:break-word;max-width:24rem}
thead th{border-bottom:2px solid var(--line);vertical-align:bottom}
.long{min-width:11rem}
tbody th{font-weight:600}
td.number,td.number span{white-space:nowrap}.number{text-align:right}
.better,.worse,.equivalent,.inconclusive,.supported,.not_supported{white-space:nowrap;font-weight:600}
.better,.supported{color:var(--better)}.worse,.not_supported{color:var(--worse)}.equivalent{color:var(--equivalent)}.inconclusive{color:var(--inconclusive)}
dl{display:grid;gap:.3rem;margin:1rem 0}
dl div{display:grid;grid-template-columns:12rem minmax(0,1fr);gap:1rem}
dt{color:var(--muted)}dd{margin:0}
pre{overflow-x:auto;padding:.9rem 1rem;background:var(--shade);border:1px solid var(--line);border-radius:4px;font-size:.86rem;line-height:1.45}
figure{margin:1.4rem 0}figure .scroll{margin:0 0 .5rem}
figcaption{font-size:.9rem;max-width:46rem}
svg{display:block;max-width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
svg text{fill:var(--text)}svg .muted{fill:var(--muted)}
svg .grid{stroke:var(--line);stroke-width:1}svg .axis{stroke:var(--muted);stroke-width:1;fill:none}
svg .curve{fill:none;stroke-width:1.8;stroke-linejoin:round}svg .mark{stroke-width:2}
svg .arm-0{stroke:var(--arm-0)}svg .arm-1{stroke:var(--arm-1)}svg .arm-2{stroke:var(--arm-2)}
svg .arm-3{stroke:var(--arm-3)}svg .arm-4{stroke:var(--arm-4)}svg .arm-5{stroke:var(--arm-5)}
svg .primary{fill:var(--text);stroke:var(--text)}svg .exploratory{fill:var(--ground);stroke:var(--text)}
@media (max-width:36rem){body{padding:1.2rem .9rem 3rem}h1{font-size:1.5rem}dl{gap:.7rem}dl div{grid-template-columns:minmax(0,1fr);gap:0}
ul{padding-left:1.2rem}.long{min-width:9rem}svg{max-width:none}}
@media print{:root{color-scheme:light;--ground:#fff;--text:#000;--muted:#444;--line:#bbb;--shade:#fff;--link:#000;
--better:#116329;--worse:#a40e26;--equivalent:#0550ae;--inconclusive:#444;
--arm-0:#0b5fa5;--arm-1:#b3400e;--arm-2:#0a7357;--arm-3:#8a2f7c;--arm-4:#6b5900;--arm-5:#444c56}
@page{margin:12mm}
body{max-width:none;padding:0;font-size:10pt}
nav{display:none}caption span{position:static;max-width:none}.scroll{overflow:visible}table{font-size:7pt}th,td{padding:.18rem .3rem;max-width:none}.long{min-width:0}th.long{overflow-wrap:anywhere}td.number{white-space:normal}
thead{display:table-header-group}tr,figure,pre,.note{break-inside:avoid}h2,h3,caption{break-after:avoid}
pre{white-space:pre-wrap}a{color:inherit;text-decoration:none}}
`;
