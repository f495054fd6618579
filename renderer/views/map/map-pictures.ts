import { text } from '../../i18n/text.ts';
import { showToast } from '../../kit/toast-store.ts';
import { copyPicture } from '../../room/clipboard.ts';
import { shell } from '../../room/core.ts';
import { createCanvasSurface } from './canvas-surface.ts';
import { PICTURE_RATIO, type Stage } from './stage.ts';
import { createSvgSurface } from './svg-surface.ts';

/** What is in sight as a PNG on the clipboard, twice as fine as on the screen. */
export async function copyPng(stage: Stage): Promise<void> {
  let canvas: HTMLCanvasElement | null = null;
  stage.paintOn((size) => {
    canvas = document.createElement('canvas');
    canvas.width = Math.round(size.width * PICTURE_RATIO);
    canvas.height = Math.round(size.height * PICTURE_RATIO);
    const context = canvas.getContext('2d', { alpha: false });
    return context === null ? null : createCanvasSurface(context);
  }, false);
  const painted = canvas as HTMLCanvasElement | null;
  if (painted === null) return;
  const blob = await new Promise<Blob | null>((resolve) => painted.toBlob(resolve, 'image/png'));
  if (blob !== null && (await copyPicture(blob))) {
    showToast({ tone: 'success', title: text('map.copied') });
  }
}

/** All of the map as SVG into a file. */
export async function saveSvg(stage: Stage): Promise<void> {
  let made: ReturnType<typeof createSvgSurface> | null = null;
  stage.paintOn((size) => {
    made = createSvgSurface(size);
    return made.surface;
  }, true);
  const painted = made as ReturnType<typeof createSvgSurface> | null;
  if (painted === null) return;
  const answer = await shell('shell.save-text', {
    name: 'holdfast-map',
    kind: 'svg',
    text: painted.svg(),
  }).catch((error: unknown) => ({ saved: false, path: undefined, error: String(error) }));
  if (answer.saved) {
    showToast({ tone: 'success', title: text('map.saved'), body: answer.path ?? '' });
  } else if (answer.error !== undefined) {
    showToast({ tone: 'critical', title: text('map.notSaved'), body: answer.error });
  }
}
