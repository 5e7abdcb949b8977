/** The style of the admin page, light and dark. */
export const STYLE = `
:root{color-scheme:light dark;--line:#8883;--soft:#8881;--accent:#1a73e8}
body{font:14px/1.45 system-ui;margin:0}
header{display:flex;gap:1.5rem;align-items:baseline;padding:.8rem 1.5rem;border-bottom:1px solid var(--line);flex-wrap:wrap}
h1{font-size:1.1rem;margin:0}h2{font-size:1rem;margin:1.5rem .6rem .4rem}
main{padding:0 .9rem 3rem;max-width:80rem}
table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
th{font-weight:600;opacity:.7}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
tr.pick{cursor:pointer}tr.pick:hover{background:var(--soft)}tr.on{background:var(--soft);box-shadow:inset 3px 0 var(--accent)}
code,pre{font:12px/1.5 ui-monospace,monospace}pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;max-height:12rem;overflow:auto}
form{display:flex;gap:.5rem;flex-wrap:wrap;align-items:center;margin:.6rem}
input,select,button,textarea{font:inherit;padding:.2rem .4rem}button{cursor:pointer}
input[type=number]{width:9rem}
.muted{opacity:.65}.bad{color:#d93025}.tag{border:1px solid var(--line);border-radius:1rem;padding:0 .5rem;font-size:12px;white-space:nowrap}
#said{min-height:1.4em}
`;
