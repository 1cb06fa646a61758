/** One line on a terminal that says how far the work is; nothing where standard error is no terminal. */
import type { Progress as Step } from '../report/workspace';
import type { Terminal } from './parts';

const INTERVAL = 80;

export class Progress {
  #last = 0;
  #shown = false;

  constructor(private readonly terminal: Terminal) {}

  show(step: Step): void {
    if (!this.terminal.errIsTerminal) return;
    const now = performance.now();
    if (this.#shown && now - this.#last < INTERVAL) return;
    this.#last = now;
    this.#shown = true;
    const name = (step.file ?? '').replace(/\p{Cc}/gu, '').slice(-60);
    this.terminal.err(`\r\u001b[K${step.done}/${step.total} ${name}`);
  }

  clear(): void {
    if (this.#shown) this.terminal.err('\r\u001b[K');
    this.#shown = false;
  }
}
