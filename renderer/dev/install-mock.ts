import type { Session } from '../../shared/ipc/contract.ts';
import { setPosition } from '../room/position.ts';
import { goTo, openDialog, VIEWS, type DialogName } from '../room/navigation.ts';
import { createMockCore } from './mock-core.ts';
import { SCENARIOS } from './mock-world.ts';

/**
 * Puts a mock core behind a window that runs in a plain browser. The address says what to show:
 * `?mock=demo|busy|broken|offline|empty|start|5000&theme=light&lang=zh-CN&view=sources&back=20`
 * (minutes back) `&mode=known&dialog=palette`.
 */
export function installMock(target: Window): void {
  const query = new URLSearchParams(target.location.search);
  const scenario = SCENARIOS.find((name) => name === query.get('mock')) ?? 'demo';
  const first: Partial<Session> = {};
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'contrast') first.theme = theme;
  if (query.get('lang') === 'zh-CN') first.language = 'zh-CN';
  const core = createMockCore(scenario, first);
  target.holdfast = {
    post: (message) => core.port.post(message),
    onMessage: (listener) => core.port.onMessage(listener),
    shell: core.shell,
    onShell: () => () => {},
  };
  const view = VIEWS.find((name) => name === query.get('view'));
  if (view) goTo(view);
  const back = Number(query.get('back'));
  if (back > 0) {
    const mode = query.get('mode') === 'known' ? 'known' : 'happened';
    setTimeout(() => setPosition({ mode, moment: Date.now() - Math.round(back * 60_000) }), 0);
  }
  const dialog = query.get('dialog');
  if (dialog) setTimeout(() => openDialog(dialog as DialogName), 300);
}
