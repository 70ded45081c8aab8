import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

/** Below the 5 s after which Node's and uvicorn's servers close an idle connection. */
const maxIdleMs = 4000;

/**
 * How long one address may take to connect before the next one is tried. Node's own 250 ms is for people who wait: it gives up for good on
 * a far receiver's only reachable address. A lost SYN is sent again after 1 s (RFC 6298), which may have to cross the world.
 */
const connectAttemptMs = 2500;

/** Keep-alive connections of one client. */
export type ConnectionPool = {
  /** The agent of a protocol, rid of connections that have been idle for too long. */
  agentFor(protocol: string): HttpAgent;
  close(): void;
};

/**
 * Makes a pool of connections, keyed by scheme, host and port. A pooled connection cannot outlive its verdict: it was pinned to a
 * vetted address when it was made, verdicts depend on nothing but the address and the settings, and the host is vetted
 * again before every request, so that a name that has moved to a refused address never gets as far as the pool.
 */
export function createConnectionPool({ now, ca }: { now: () => number; ca?: string | undefined }): ConnectionPool {
  // No proxyEnv: proxies named in the environment are ignored. The timeout only ends idle connections; deadlines are the client's.
  const options = {
    keepAlive: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: connectAttemptMs,
    timeout: maxIdleMs,
  };
  const plain = new HttpAgent(options);
  const secure = new HttpsAgent({ ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) });
  const idleSince = new WeakMap<Duplex, number>();
  for (const agent of [plain, secure]) agent.on('free', (socket: Duplex) => idleSince.set(socket, now()));
  return {
    agentFor(protocol) {
      const agent = protocol === 'https:' ? secure : plain;
      closeIdle(agent, (socket) => now() - (idleSince.get(socket) ?? 0) >= maxIdleMs);
      return agent;
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Timers stand still while a function is frozen, so a connection that looks fresh may long be closed at the other end. */
function closeIdle(agent: HttpAgent, isTooOld: (socket: Duplex) => boolean): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) if (isTooOld(socket)) socket.destroy();
  }
}
