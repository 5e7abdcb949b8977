/** The admin page: what is there, how far behind it is, single messages, publishing by hand. No assets, no build. */
export const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Pub/Sub emulator</title>
<style>
body{font:14px system-ui;margin:2rem;max-width:70rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #8884;padding:.3rem .5rem;text-align:left}
pre{background:#8882;padding:.5rem;overflow:auto}input,select,button{font:inherit}
</style>
<h1>Pub/Sub emulator</h1>
<h2>Topics</h2><table id="topics"></table>
<h2>Subscriptions</h2><table id="subscriptions"></table>
<h2>Messages</h2><pre id="messages">Choose a subscription.</pre>
<h2>Publish</h2>
<form id="publish"><select name="topic"></select> <input name="data" placeholder="data" size="40">
<input name="orderingKey" placeholder="ordering key"> <button>Publish</button> <span id="published"></span></form>
<p>More: <a href="/metrics">metrics</a>, <a href="/api/faults">faults</a>, <a href="/api/clock">clock</a>,
<a href="/.well-known/openid-configuration">OpenID configuration</a>.
<script type="module">
const $ = (id) => document.getElementById(id);
const get = async (path) => (await fetch(path)).json();
const cell = (text) => Object.assign(document.createElement('td'), { textContent: String(text) });
const row = (...texts) => { const tr = document.createElement('tr'); tr.append(...texts.map(cell)); return tr; };
const show = async (name) => {
  const messages = await get('/api/messages?subscription=' + encodeURIComponent(name));
  $('messages').textContent = name + '\\n' + JSON.stringify(messages, null, 1);
};
const refresh = async () => {
  const [topics, subscriptions] = await Promise.all([get('/api/topics'), get('/api/subscriptions')]);
  $('topics').replaceChildren(row('name', 'subscriptions', 'retained'),
    ...topics.map((t) => row(t.name, t.subscriptions.length, t.retainedMessages)));
  $('subscriptions').replaceChildren(row('name', 'topic', 'backlog', 'outstanding', 'oldest (s)', 'note'),
    ...subscriptions.map((s) => {
      const tr = row(s.name, s.topic, s.backlog, s.outstanding, s.oldestUnackedSeconds.toFixed(1),
        s.notDelivered ?? s.pushEndpoint);
      tr.onclick = () => show(s.name); tr.style.cursor = 'pointer';
      return tr;
    }));
  const select = $('publish').topic;
  if (select.options.length !== topics.length) select.replaceChildren(...topics.map((t) => new Option(t.name)));
};
$('publish').onsubmit = async (event) => {
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(event.target)));
  const answer = await fetch('/api/publish', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  $('published').textContent = JSON.stringify(await answer.json());
  refresh();
};
refresh(); setInterval(refresh, 2000);
</script></html>`;
