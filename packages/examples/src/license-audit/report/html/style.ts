// How the page looks, in light and in dark.

export const STYLE = `
:root {
  --page: #f6f7f9; --card: #fff; --ink: #1b2430; --soft: #5d6878; --line: #e3e7ec;
  --permissive: #1c7d52; --weak-copyleft: #a86400; --copyleft: #c0392f; --unknown: #667085;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --ink: #e7ecf3; --soft: #98a4b5; --line: #2b3441;
    --permissive: #4fc38d; --weak-copyleft: #e5a13c; --copyleft: #f0776c; --unknown: #9aa5b6;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { margin: 0; font-size: 28px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 17px; }
.lead { margin: 6px 0 18px; font-size: 18px; color: var(--soft); }
.lead b { color: var(--ink); }
.bar { display: flex; gap: 2px; height: 14px; border-radius: 7px; overflow: hidden; }
.bar i { background: currentcolor; flex-basis: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 12px 0 0; padding: 0; list-style: none; }
.run { margin: 14px 0 0; color: var(--soft); font-size: 14px; }
section { margin-top: 24px; padding: 18px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 0 24px; align-items: start; }
.pair section { min-width: 0; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { padding: 6px 14px 6px 0; color: var(--soft); font-weight: 600; text-align: left; white-space: nowrap; }
td { padding: 6px 14px 6px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
.amount { padding: 6px 0 6px 14px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.amount + .word { padding-left: 20px; }
small { display: block; color: var(--soft); }
code { white-space: nowrap; font: 12px ui-monospace, monospace; color: var(--soft); }
.badge { padding: 1px 9px; border: 1px solid currentcolor; border-radius: 10px; font-size: 12px; white-space: nowrap; }
.permissive { color: var(--permissive); }
.weak-copyleft { color: var(--weak-copyleft); }
.copyleft { color: var(--copyleft); }
.unknown { color: var(--unknown); }
`;
