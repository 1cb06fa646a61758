/**
 * Turns of the event loop, for Node and for workers: `setImmediate` where there is one, a message channel where there is not, because
 * nested timeouts of a browser wait at least four milliseconds each.
 */
import type { Turns } from './pump';

export function platformTurns(): Turns {
  const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const turn = typeof setImmediate === 'function' ? () => new Promise<void>((resolve) => setImmediate(resolve)) : channelTurn();
  return { now: () => performance.now(), turn, sleep };
}

/** The two ends of a browser's channel, as far as they are used here; Node's own type has other members. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
}

function channelTurn(): () => Promise<void> {
  const channel: unknown = new MessageChannel();
  const { port1, port2 } = channel as { readonly port1: Port; readonly port2: Port };
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(0);
    });
}
