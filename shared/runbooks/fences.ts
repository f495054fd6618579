import { isSafeUrl, type RunbookAction, type RunbookRequest } from './format.ts';
import { clip, type Report } from './report.ts';

/** What stands in fenced blocks beside commands: attributes of notebooks, requests, actions. */

/**
 * The attributes after a fence's language, as runme writes them: JSON (`{"name":"x"}`), else HTML
 * style (`{ name=x interactive=false }`). Every value is a text.
 */
export function readFenceAttributes(
  info: string,
  line: number,
  report: Report,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const start = info.indexOf('{');
  if (start < 0) return found;
  const written = info.slice(start).trim();
  try {
    const parsed: unknown = JSON.parse(written);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      for (const [name, value] of Object.entries(parsed)) {
        found.set(name, typeof value === 'string' ? value : JSON.stringify(value));
      }
      return found;
    }
  } catch {
    // Not JSON: the other way of writing them.
  }
  const inside = /^\{([^{}]*)\}$/.exec(written)?.[1];
  if (inside === undefined) {
    report(line, 'fence', `"${clip(written)}" are no attributes of a block`);
    return found;
  }
  for (const part of inside.match(/[^\s,="]+\s*=\s*(?:"[^"]*"|[^\s,"]+)/g) ?? []) {
    const place = part.indexOf('=');
    found.set(
      part.slice(0, place).trim(),
      part
        .slice(place + 1)
        .trim()
        .replace(/^"|"$/g, ''),
    );
  }
  if (inside.trim() !== '' && found.size === 0) {
    report(line, 'fence', `"${clip(written)}" are no attributes of a block`);
  }
  return found;
}

const REQUEST_LINE =
  /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+(\S{1,2000})(?:\s+HTTP\/\d(?:\.\d)?)?\s*$/;

/** A request: its line, headers, an empty line, the body. null where it is none, reported. */
export function readRequest(text: string, line: number, report: Report): RunbookRequest | null {
  const lines = text.split(/\r?\n/);
  const [method = '', url = ''] = REQUEST_LINE.exec(lines[0] ?? '')?.slice(1) ?? [];
  if (!/^https?:/i.test(url) || !isSafeUrl(url)) {
    report(
      line,
      'http',
      `"${clip(lines[0] ?? '')}" is not a request such as GET https://host/path`,
    );
    return null;
  }
  const headers: RunbookRequest['headers'] = [];
  let place = 1;
  for (; place < lines.length && (lines[place] ?? '').trim() !== ''; place += 1) {
    const header = /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}):[ \t]*(.*)$/.exec(lines[place] ?? '');
    if (header) headers.push({ name: header[1] ?? '', value: (header[2] ?? '').trimEnd() });
    else report(line + place, 'http', `"${clip(lines[place] ?? '')}" is not a header`);
  }
  return {
    method,
    url,
    headers,
    body: lines
      .slice(place + 1)
      .join('\n')
      .trimEnd(),
  };
}

/** `entry: name`, `automatic: true`, and one `name: value` line for each parameter. */
export function readAction(text: string, line: number, report: Report): RunbookAction | null {
  const parameters: RunbookAction['parameters'] = [];
  let entry = '';
  let automatic = false;
  text.split(/\r?\n/).forEach((written, index) => {
    const at = line + index;
    if (written.trim() === '' || written.trimStart().startsWith('#')) return;
    const match = /^\s*([A-Za-z][A-Za-z0-9_-]{0,63})\s*:\s*(.*?)\s*$/.exec(written);
    const [name = '', value = ''] = match?.slice(1) ?? [];
    if (name === '') report(at, 'action', `"${clip(written)}" is not a line such as name: value`);
    else if (name === 'entry') entry = value;
    else if (name === 'automatic') {
      automatic = value === 'true';
      if (value !== 'true' && value !== 'false') {
        report(at, 'action', `"automatic" is true or false, not "${clip(value)}"`);
      }
    } else if (parameters.some((known) => known.name === name)) {
      report(at, 'action', `the parameter "${name}" stands there twice`);
    } else if (value.length > 2_000) {
      report(at, 'action', `the parameter "${name}" has more than 2000 characters`);
    } else parameters.push({ name, value });
  });
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/.test(entry)) {
    report(line, 'action', 'an action names its entry of the catalogue: "entry: name"');
    return null;
  }
  return { entry, parameters, automatic };
}
