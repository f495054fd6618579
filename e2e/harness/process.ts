import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Programs of others that a story starts. */

/** Waits until an address answers 2xx. */
export async function untilReady(address: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const ready = await fetch(address).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (tries > 150 || child.exitCode !== null) throw new Error(`${address} did not become ready`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
