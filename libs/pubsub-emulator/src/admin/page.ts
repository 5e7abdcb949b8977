import { SCRIPT } from './page-script.ts';
import { STYLE } from './page-style.ts';

/** The admin page: what is there, how far behind it is, single messages, and what can be done to it. One file, no build. */
export const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pub/Sub emulator</title><style>${STYLE}</style></head><body>
<header><h1>Pub/Sub emulator</h1><code id="host"></code><span id="clock" class="muted"></span>
<span class="muted"><a href="/metrics">metrics</a> · <a href="/.well-known/openid-configuration">OpenID</a></span>
<span id="said" role="status"></span></header>
<main>
<h2>Topics</h2><table><thead><tr><th>name<th>subscriptions<th class="n">retained</tr></thead><tbody id="topics"></tbody></table>
<form id="publish"><b>Publish to</b> <select name="topic" aria-label="topic"></select>
<input name="data" placeholder="data" size="36" aria-label="data">
<input name="attributes" placeholder='attributes: {"a":"1"}' size="20" aria-label="attributes as JSON">
<input name="orderingKey" placeholder="ordering key" size="12" aria-label="ordering key"><button>Publish</button></form>
<h2>Subscriptions</h2><table><thead><tr><th>name<th>topic<th class="n">backlog<th class="n">bytes<th class="n">outstanding
<th class="n">oldest (s)<th class="n">consumers<th>kind</tr></thead><tbody id="subscriptions"></tbody></table>
<section id="one" hidden><h2>Messages of <code id="chosen"></code> <span class="muted">the oldest 50</span></h2>
<form id="seek"><b>Seek</b> <button name="to" value="start">to the beginning</button>
<button name="to" value="end">past everything</button>
<input name="time" type="datetime-local" step="1" aria-label="time"><button name="to" value="time">to this time</button>
<select name="snapshot" aria-label="snapshot"></select><button name="to" value="snapshot">to this snapshot</button>
<button name="to" value="disconnect" title="clients reconnect">cut its streams</button></form>
<table><thead><tr><th>id<th>published<th>state<th class="n">deliveries<th>key<th>attributes<th>data</tr></thead><tbody id="messages"></tbody></table></section>
<h2>Faults</h2>
<form id="fault"><select name="kind" aria-label="kind"><option value="error">error on calls<option value="delay">delay calls
<option value="duplicate">deliver twice<option value="drop-ack">forget acknowledgements</select>
<input name="method" placeholder="method, such as Publish" aria-label="method">
<select name="subscription" aria-label="subscription"></select>
<input name="code" type="number" min="1" max="16" placeholder="gRPC code (14)" aria-label="gRPC code">
<input name="ms" type="number" min="0" placeholder="ms (100)" aria-label="milliseconds">
<input name="times" type="number" min="1" placeholder="times (always)" aria-label="times">
<input name="probability" type="number" min="0" max="1" step="0.01" placeholder="probability (1)" aria-label="probability">
<button>Inject</button> <button type="button" id="clear">Remove all</button>
<button type="button" id="cut">Cut all streams</button></form>
<table><tbody id="faults"></tbody></table>
<h2>Clock</h2><form id="advance"><input name="seconds" type="number" min="1" value="60" aria-label="seconds"> s
<button>forward</button> <span class="muted">deadlines, retries and retention follow; time cannot go back</span></form>
</main><script type="module">${SCRIPT}</script></body></html>`;
