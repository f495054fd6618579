import { expect, test } from '../harness/story.ts';

test('the window is sandboxed, isolated and has no network; the policy holds', async ({
  launch,
}) => {
  const { evaluate, page } = await launch();
  const preferences = await evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    // Not in Electron's types: what the window really runs with.
    const contents = window?.webContents as unknown as
      | { getLastWebPreferences(): unknown }
      | undefined;
    return contents?.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  });
  expect(await page.evaluate(() => location.href)).toMatch(/^app:\/\/holdfast\//);
  const attempts = await page.evaluate(async () => {
    // The first turn of an evaluation is exempt from the policy; a later one is as the page's own.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const outcome = async (act: () => unknown): Promise<string> => {
      try {
        await act();
        return 'done';
      } catch (error) {
        return error instanceof Error ? error.name : 'failed';
      }
    };
    return {
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
      eval: await outcome(() => (0, eval)('1')),
      html: await outcome(() => {
        document.createElement('div').innerHTML = '<b>x</b>';
      }),
      http: await outcome(() => fetch('http://127.0.0.1:1/')),
      file: await outcome(() => fetch('file:///etc/passwd')),
      opened: window.open('https://example.org') === null,
      permission: await outcome(() => navigator.geolocation.getCurrentPosition(() => {})),
      camera: await outcome(() => navigator.mediaDevices.getUserMedia({ video: true })),
      frames: await outcome(
        () =>
          new Promise((resolve, reject) => {
            const frame = document.createElement('iframe');
            frame.addEventListener('load', () =>
              frame.contentDocument ? reject(new Error('loaded')) : resolve(null),
            );
            frame.addEventListener('error', () => resolve(null));
            frame.src = 'https://example.org';
            document.body.append(frame);
            setTimeout(() => resolve(null), 500);
          }),
      ),
    };
  });
  expect(attempts).toMatchObject({
    require: 'undefined',
    process: 'undefined',
    eval: 'EvalError',
    html: 'TypeError',
    http: 'TypeError',
    file: 'TypeError',
    opened: true,
  });
  expect(attempts.camera).not.toBe('done');
  // They were meant to be violations: the story's end asserts that nothing else was.
  const violated = await page.evaluate(() => window.__cspViolations?.splice(0).length);
  expect(violated).toBeGreaterThanOrEqual(3);
  await page.evaluate(() => {
    location.href = 'https://example.org/';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toMatch(/^app:\/\/holdfast\//);
  expect(await evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('I2 a window cannot reach what is reserved to the shell, nor a channel that does not exist', async ({
  launch,
}) => {
  const { page } = await launch();
  const answers = await page.evaluate(async () => {
    const bridge = (
      window as unknown as {
        holdfast: {
          post(message: unknown): void;
          onMessage(listener: (message: unknown) => void): () => void;
          shell(name: string, body: unknown): Promise<unknown>;
        };
      }
    ).holdfast;
    const ask = (name: string, body: unknown): Promise<unknown> =>
      new Promise((resolve) => {
        const id = Math.floor(Math.random() * 1e9) + 1e6;
        const stop = bridge.onMessage((message) => {
          const frame = message as { id?: number; error?: { code: string } };
          if (frame.id !== id) return;
          stop();
          resolve(frame.error?.code ?? 'answered');
        });
        bridge.post({ type: 'ask', id, name, body });
      });
    const shell = (name: string, body: unknown): Promise<string> =>
      bridge.shell(name, body).then(
        () => 'answered',
        () => 'refused',
      );
    return [
      await ask('bundle.open', { path: '/etc/passwd' }),
      await ask('export.write', { format: 'csv', path: '/tmp/x', incident: null, language: 'en' }),
      await ask('__proto__', {}),
      await ask('toString', {}),
      await shell('shell.run', { command: 'id' }),
      await shell('shell.copy', { text: 7 }),
      await shell('constructor', {}),
    ];
  });
  expect(answers).toEqual([
    'forbidden',
    'forbidden',
    'unknown-request',
    'unknown-request',
    'refused',
    'refused',
    'refused',
  ]);
});
