import { connect } from 'node:net';
import type { RunProcess } from '../state/run-file.ts';

const ANSWER_MS = 1_000;

/** One word on how a process is: what its own readiness says, else whether its port takes connections. */
export async function healthOf({ state, addresses }: RunProcess): Promise<string> {
  if (state !== 'ready') return state;
  // Port 0: it has no such door in this build.
  const http =
    addresses['ops'] && !addresses['ops'].endsWith(':0')
      ? `${addresses['ops']}/readyz`
      : addresses['http'] && `${addresses['http']}/healthz`;
  if (http) return (await answers(`http://${http.replace(/^https?:\/\//, '')}`)) ? 'ready' : 'not ready';
  const address = Object.values(addresses)[0];
  if (!address) return 'ready';
  return (await accepts(address)) ? 'ready' : 'no answer';
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    // A door without a readiness of its own says 404: it is there.
    return response.status < 500;
  } catch {
    return false;
  }
}

function accepts(address: string): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)), timeout: ANSWER_MS });
  const end = (answer: boolean) => {
    socket.destroy();
    resolve(answer);
  };
  socket.once('connect', () => end(true));
  socket.once('timeout', () => end(false));
  socket.once('error', () => end(false));
  return promise;
}
