/** What the admin page does. Text reaches the page as text only, so that no message can inject markup. */
export const SCRIPT = String.raw`
const $ = (id) => document.getElementById(id);
const get = async (path) => (await fetch(path)).json();
const say = (text, bad = false) => { $('said').textContent = text; $('said').className = bad ? 'bad' : ''; };
const send = async (path, body, method = 'POST') => {
  const answer = await fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const result = await answer.json();
  say(answer.ok ? path.slice(5) + ': ' + JSON.stringify(result) : result.error, !answer.ok);
  await refresh();
};
const short = (name) => name.split('/').slice(-1)[0];
const cell = (value, kind = '') => {
  const td = document.createElement('td');
  td.className = kind;
  if (value instanceof Node) td.append(value); else td.textContent = String(value);
  return td;
};
const mono = (text) => Object.assign(document.createElement('pre'), { textContent: text });
const tag = (text) => Object.assign(document.createElement('span'), { className: 'tag', textContent: text });
const row = (...cells) => { const tr = document.createElement('tr'); tr.append(...cells); return tr; };
const fill = (id, rows, none) => $(id).replaceChildren(...(rows.length ? rows : [row(cell(none, 'muted'))]));
const options = (select, values, first) => {
  const wanted = JSON.stringify(values);
  if (select.dataset.values === wanted) return;
  select.dataset.values = wanted;
  const kept = select.value;
  select.replaceChildren(...(first === undefined ? [] : [new Option(first, '')]), ...values.map((v) => new Option(short(v), v)));
  if (values.includes(kept)) select.value = kept;
};
let chosen = new URLSearchParams(location.search).get('subscription') ?? '';

const showMessages = async () => {
  $('one').hidden = chosen === '';
  if (chosen === '') return;
  $('chosen').textContent = chosen;
  const messages = await get('/api/messages?subscription=' + encodeURIComponent(chosen));
  if (messages.error) { chosen = ''; $('one').hidden = true; return; }
  fill('messages', messages.map((m) => row(cell(m.id), cell(m.publishTime.slice(11, 23)), cell(m.state), cell(m.deliveries, 'n'),
    cell(m.orderingKey), cell(mono(Object.entries(m.attributes).map(([k, v]) => k + '=' + v).join('\n'))), cell(mono(m.text)))),
    'Nothing is unacknowledged.');
};
const refresh = async () => {
  const [topics, subscriptions, snapshots, faults, clock] = await Promise.all(
    ['topics', 'subscriptions', 'snapshots', 'faults', 'clock'].map((each) => get('/api/' + each)));
  $('host').textContent = 'PUBSUB_EMULATOR_HOST=' + clock.host;
  $('clock').textContent = clock.now.slice(0, 19) + 'Z' + (clock.offsetMs ? ' (+' + clock.offsetMs / 1000 + ' s)' : '');
  fill('topics', topics.map((t) => row(cell(t.name), cell(t.subscriptions.map(short).join(', ')), cell(t.retainedMessages, 'n'))),
    'No topic yet.');
  fill('subscriptions', subscriptions.map((s) => {
    const kind = document.createElement('span');
    kind.append(...[s.detached && 'detached', s.pushEndpoint && 'push ' + s.pushEndpoint, s.ordered && 'ordered',
      s.exactlyOnce && 'exactly-once', s.filter && 'filter ' + s.filter, s.deadLetterTopic && 'dead letter ' + short(s.deadLetterTopic),
      s.notDelivered].filter(Boolean).flatMap((text) => [tag(text), ' ']));
    const tr = row(cell(s.name), cell(short(s.topic)), cell(s.backlog, 'n'), cell(s.backlogBytes, 'n'), cell(s.outstanding, 'n'),
      cell(s.oldestUnackedSeconds.toFixed(0), 'n'), cell(s.consumers, 'n'), cell(kind));
    tr.className = s.name === chosen ? 'pick on' : 'pick';
    tr.onclick = () => { chosen = s.name === chosen ? '' : s.name; refresh(); };
    return tr;
  }), 'No subscription yet.');
  options($('publish').topic, topics.map((t) => t.name));
  options($('fault').subscription, subscriptions.map((s) => s.name), 'every subscription');
  options($('seek').snapshot, snapshots.map((s) => s.name), 'snapshot');
  fill('faults', faults.map((f) => row(cell(Object.entries(f).map(([k, v]) => k + ' ' + v).join(', ')))), 'None: everything works.');
  await showMessages();
};
const valuesOf = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
const on = (id, act) => { $(id).onsubmit = (event) => { event.preventDefault(); act(valuesOf(event.target), event.submitter?.value).catch((e) => say(e.message, true)); }; };
on('publish', async ({ attributes, ...rest }) => send('/api/publish', { ...rest, attributes: attributes ? JSON.parse(attributes) : {} }));
on('seek', async ({ time, snapshot }, to) => {
  const subscription = chosen;
  if (to === 'disconnect') return send('/api/disconnect', { subscription });
  if (to === 'snapshot') return snapshot ? send('/api/seek', { subscription, snapshot }) : say('Choose a snapshot.', true);
  if (to === 'time' && !time) return say('Give a time.', true);
  const when = { start: '1970-01-01T00:00:00Z', end: '9999-01-01T00:00:00Z' }[to] ?? new Date(time).toISOString();
  return send('/api/seek', { subscription, time: when });
});
on('fault', async (fault) => {
  for (const field of ['code', 'ms', 'times', 'probability']) if (fault[field] !== undefined) fault[field] = Number(fault[field]);
  await send('/api/faults', fault);
});
on('advance', async ({ seconds }) => send('/api/clock', { advanceMs: Number(seconds) * 1000 }));
$('clear').onclick = () => send('/api/faults', {}, 'DELETE');
$('cut').onclick = () => send('/api/disconnect', {});
refresh();
setInterval(() => refresh().catch(() => say('The emulator does not answer.', true)), 2000);
`;
