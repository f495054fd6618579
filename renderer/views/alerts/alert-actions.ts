import type { Command } from '../../../shared/commands/command.ts';
import type { NoiseStage } from '../../../shared/facts/noise.ts';
import type { RunbookRow } from '../../../shared/ipc/rows.ts';
import { nodeThing } from '../../../shared/facts/topology.ts';
import { text } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { goTo } from '../../room/navigation.ts';
import { rowStore } from '../../room/rows.ts';
import { startRun } from '../../room/offered-runbooks.ts';
import { runCommand } from '../../room/run-command.ts';
import { select, selectionStore } from '../../room/selection.ts';
import { alertsStore, NOTHING } from './alerts-store.ts';

/** What people do with alerts. */

/** The alerts that a command is for: the marked ones, else the one that the desk points at. */
export function chosenAlerts(): readonly string[] {
  const { marked } = alertsStore.getState();
  if (marked.size > 0) return [...marked];
  const { thing } = selectionStore.getState();
  return thing?.startsWith('alert:') ? [thing] : [];
}

/** How many commands are under way at once when many alerts are acknowledged. */
const AT_ONCE = 50;

export async function acknowledge(alerts: readonly string[], comment = ''): Promise<void> {
  await runOver('alert.acknowledge', alerts, comment);
}

export async function withdraw(alerts: readonly string[], comment = ''): Promise<void> {
  await runOver('alert.unacknowledge', alerts, comment);
}

/** Gives them to a person; null: to nobody any more. */
export async function assign(alerts: readonly string[], to: string | null): Promise<void> {
  const { rows } = rowStore('alerts').getState();
  const wanted = alerts.filter((key) => alerts.length === 1 || rows.get(key)?.assigned !== to);
  const done = await runAll(wanted, (alert) => ({ name: 'alert.assign', alert, to }));
  if (alerts.length > 1) {
    showToast({ tone: 'success', title: text('alerts.done.assigned', { count: done }) });
    alertsStore.setState({ marked: NOTHING });
  }
}

/** Takes back what a stage against noise does to an alert, or lets it have the alert again. */
export async function release(alert: string, stage: NoiseStage, isBack: boolean): Promise<void> {
  await runCommand({ name: isBack ? 'alert.unrelease' : 'alert.release', alert, stage });
}

async function runOver(
  name: 'alert.acknowledge' | 'alert.unacknowledge',
  alerts: readonly string[],
  comment: string,
): Promise<void> {
  const { rows } = rowStore('alerts').getState();
  // Those that are so already are no news; one alone is asked for, to be told why not.
  const wanted =
    alerts.length === 1
      ? alerts
      : alerts.filter(
          (key) => (rows.get(key)?.acknowledged === null) === (name === 'alert.acknowledge'),
        );
  const done = await runAll(wanted, (alert) => ({
    name,
    alert,
    ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
  }));
  if (alerts.length > 1) {
    const key = name === 'alert.acknowledge' ? 'alerts.done.acknowledged' : 'alerts.done.withdrawn';
    showToast({ tone: 'success', title: text(key, { count: done }) });
    alertsStore.setState({ marked: NOTHING });
  }
}

/** @returns how many were done */
async function runAll(
  alerts: readonly string[],
  commandOf: (alert: string) => Command,
): Promise<number> {
  let done = 0;
  for (let from = 0; from < alerts.length; from += AT_ONCE) {
    const answers = await Promise.all(
      alerts.slice(from, from + AT_ONCE).map((alert) => runCommand(commandOf(alert))),
    );
    done += answers.filter((answer) => answer.done).length;
  }
  return done;
}

export function showOnMap(service: string): void {
  select(nodeThing(service));
  goTo('map');
}

/** Starts a run for an alert and shows it. */
export async function startRunFor(runbook: RunbookRow, alert: string): Promise<void> {
  const run = await startRun(runbook, alert);
  if (run !== null) showRun(run);
}

export function showRun(thing: string): void {
  select(thing);
  goTo('runbooks');
}
