#include "train/report_style.h"

#include <fmt/format.h>

namespace artspeak::train {

namespace {

constexpr int kColours = 8;

}  // namespace

const std::string_view kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --wall: #fdfdfc; --ink: #141413; --grey: #5f5f5b; --line: #e2e2dd;
  --tint: #fbf1d3;
  --c1: #d5001c; --c2: #1f5fbf; --c3: #14794f; --c4: #a86500;
  --c5: #7a3fb0; --c6: #007a92; --c7: #b0447e; --c8: #6d6d68;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, P052,
    "URW Palladio L", "Book Antiqua", Georgia, serif;
  --sans: "Avenir Next", Avenir, "Segoe UI", Roboto, "Helvetica Neue",
    "Nimbus Sans", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --wall: #131313; --ink: #ecebe7; --grey: #a3a29c; --line: #2e2e2c;
    --tint: #3a3113;
    --c1: #ff4a55; --c2: #79adff; --c3: #4cc38a; --c4: #e5a93b;
    --c5: #bf9af5; --c6: #3dbdd1; --c7: #ee8fc0; --c8: #a3a29c;
  }
}
.c0 { --c: var(--ink); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); }
.c3 { --c: var(--c3); } .c4 { --c: var(--c4); } .c5 { --c: var(--c5); }
.c6 { --c: var(--c6); } .c7 { --c: var(--c7); } .c8 { --c: var(--c8); }

*, *::before, *::after { box-sizing: border-box; }
html {
  font: 100%/1.5 var(--serif); background: var(--wall); color: var(--ink);
  -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
}
body {
  max-width: 72rem; margin: 0 auto; overflow-wrap: break-word;
  padding: clamp(1.5rem, 4vw, 3.5rem) clamp(1.125rem, 4vw, 3rem) 4rem;
}
h1, h2, h3 { margin: 0; font-weight: normal; line-height: 1.15; }
h1 { font-size: clamp(2rem, 1.4rem + 2.6vw, 3.25rem); letter-spacing: -0.015em; }
h2 { font-size: 1.5rem; margin: 3.25rem 0 1.25rem; }
h3 {
  font: 600 0.8125rem/1.3 var(--sans); margin: 2rem 0 0.75rem;
  font-variant-numeric: tabular-nums;
}
.lead { margin: 0.5rem 0 0; color: var(--grey); }
.sans, table, figure, dl, .prompt, footer {
  font-family: var(--sans); font-size: 0.8125rem; line-height: 1.45;
  font-variant-numeric: tabular-nums;
}
footer { margin-top: 4rem; color: var(--grey); }

dl.key {
  display: grid; margin: 2.25rem 0 0; gap: 1.5rem 1.25rem;
  grid-template-columns: repeat(auto-fill, minmax(7.25rem, 1fr));
}
dl.key dt { color: var(--grey); }
dl.key dd { margin: 0; font: 1.4375rem/1.3 var(--serif); white-space: nowrap; }
dl.key dd small { display: block; white-space: normal; font: 0.8125rem/1.4 var(--sans); color: var(--grey); }

.charts {
  display: grid; gap: 2.5rem 3rem; margin-top: 3rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
}
.first > :first-child { grid-column: 1 / -1; --height: 22rem; }
figure { margin: 0; min-width: 0; }
figcaption { margin-bottom: 0.875rem; }
figcaption > b { font: 1.125rem/1.3 var(--serif); margin-right: 0.375rem; }
.unit { color: var(--grey); }
.legend { display: flex; flex-wrap: wrap; gap: 0.125rem 1.125rem; margin-top: 0.25rem; }
.legend i {
  display: inline-block; width: 1.25rem; margin-right: 0.4375rem;
  vertical-align: 0.25em; border-top: 2px solid var(--c);
}
.legend i.faint { opacity: 0.35; }
.legend i.dashed { border-top-style: dashed; }
.plot { position: relative; height: var(--height, 13rem); margin-left: 3.75rem; }
.plot svg { display: block; width: 100%; height: 100%; overflow: visible; }
.plot path {
  fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round;
  stroke-linecap: round; vector-effect: non-scaling-stroke;
}
.plot path.grid { stroke: var(--line); stroke-width: 1; stroke-linecap: butt; }
.plot path.faint { stroke-width: 1; opacity: 0.3; }
.plot path.dashed { stroke-dasharray: 5 5; stroke-width: 1.5; stroke-linecap: butt; }
.plot rect { fill: transparent; }
.plot rect:hover { fill: var(--ink); fill-opacity: 0.09; }
.y {
  position: absolute; right: 100%; width: 3.75rem; padding-right: 0.625rem;
  text-align: right; transform: translateY(-50%); color: var(--grey);
}
.x { position: relative; margin: 0.4375rem 0 0 3.75rem; height: 2.75em; color: var(--grey); }
.x span { position: absolute; transform: translateX(-50%); }
.x i { position: absolute; right: 0; top: 1.45em; font-style: normal; }
.mark { position: absolute; pointer-events: none; }
.mark i {
  position: absolute; width: 0.5625rem; height: 0.5625rem; border-radius: 50%;
  left: -0.28rem; top: -0.28rem; background: var(--c);
  box-shadow: 0 0 0 2px var(--wall);
}
.mark b {
  position: absolute; left: -0.25rem; bottom: 0.5rem; white-space: nowrap;
  color: var(--c); font-weight: 600;
  text-shadow: 0 0 3px var(--wall), 0 0 3px var(--wall), 0 0 3px var(--wall);
}
.mark.before b { left: auto; right: -0.25rem; }

.texts {
  display: grid; gap: 1.5rem 2.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
}
.texts > div { max-width: 40rem; min-width: 0; }
.texts p { margin: 0; white-space: pre-wrap; }
.texts .sans { color: var(--c); font-weight: 600; }
.said { color: var(--grey); }
section > h3 { padding-top: 0.625rem; border-top: 1px solid var(--line); }

.wide { overflow-x: auto; }
table { border-collapse: collapse; min-width: min(100%, 24rem); }
th, td { padding: 0.1875rem 1.5rem 0.1875rem 0; text-align: left; vertical-align: top; }
th { font-weight: normal; color: var(--grey); }
thead th { font-weight: 600; color: var(--c, var(--ink)); }
tbody th[colspan] { padding-top: 1.25rem; font-weight: 600; color: var(--ink); }
td { min-width: 6rem; max-width: 30rem; }
.differs th, .differs td { background: var(--tint); }
.differs th { color: var(--ink); }
td i { font-style: normal; color: var(--grey); }
.columns { columns: 24rem 2; column-gap: 3rem; }
.columns > div { break-inside: avoid; padding-bottom: 1.5rem; }
.columns h3 { margin: 0 0 0.375rem; padding-top: 0; border: 0; }
.columns table { width: 100%; }
.columns th { width: 45%; }
)css";

std::string ColourClass(int colour) {
  return fmt::format("c{}", colour == 0 ? 0 : (colour - 1) % kColours + 1);
}

}  // namespace artspeak::train
