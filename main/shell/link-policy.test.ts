import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openableLink } from './link-policy.ts';

test.each([
  ['https://example.com', 'https://example.com/'],
  ['https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
  ['HTTPS://Example.COM/', 'https://example.com/'],
  ['https://例え.jp/', 'https://xn--r8jz45g.jp/'],
  ['https://10.0.0.1:8443/runbook', 'https://10.0.0.1:8443/runbook'],
  ['mailto:oncall@example.com', 'mailto:oncall@example.com'],
  ['mailto:oncall@example.com?subject=db-7', 'mailto:oncall@example.com?subject=db-7'],
])('%s is opened', (address, opened) => {
  expect(openableLink(address)).toBe(opened);
});

const schemes = [
  'file:',
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'http:',
  'ftp:',
  'smb:',
  'nfs:',
  'ssh:',
  'telnet:',
  'ldap:',
  'jar:',
  'view-source:',
  'chrome:',
  'devtools:',
  'about:',
  'app:',
  'holdfast:',
  'intent:',
  'ms-msdt:',
  'ms-officecmd:',
  'search-ms:',
  'ms-settings:',
  'x-apple.systempreferences:',
  'shell:',
  'vscode:',
  'steam:',
  'tel:',
  'sms:',
];
const hostile = [
  ...schemes.flatMap((scheme) => [`${scheme}//example.com/x`, `${scheme}x`, scheme]),
  '',
  ' ',
  'https://',
  'https:',
  'https:/example.com',
  'https:example.com',
  'https:\\\\example.com\\x',
  'https://example.com\\@evil.example',
  'https://user@example.com/',
  'https://user:secret@example.com/',
  'https://@example.com:x/',
  ' https://example.com',
  'https://example.com ',
  'https://exa mple.com',
  'https://example.com/\nx',
  'java\nscript:alert(1)',
  '\u0000https://example.com',
  'https://example.com/\0',
  'https://example.com/\u00a0',
  'https://%00example.com',
  'https://[::1',
  '\\\\server\\share\\x.exe',
  '//server/share',
  '/etc/passwd',
  'C:\\Windows\\System32\\calc.exe',
  'C:/x',
  'mailto:',
  'mailto:nobody',
  'mailto:a@b.example?attach=/etc/passwd',
  'mailto:a@b.example?attachment=x',
  'mailto:a@b.example?bcc=evil@example.com',
  'mailto:a@b.example?cc=evil@example.com&subject=x',
  'mailto:a@b.example,c@d.example/../x',
  'mailto://example.com/x',
  `https://example.com/${'a'.repeat(5_000)}`,
];

test(`${hostile.length} hostile addresses are not opened`, () => {
  expect(hostile.length).toBeGreaterThanOrEqual(100);
  expect(hostile.filter((address) => openableLink(address) !== null)).toEqual([]);
});

test('whatever is opened is https or mailto, without credentials', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom(...hostile)), (address) => {
      const opened = openableLink(address);
      if (opened === null) return;
      expect(opened).toMatch(/^(https:\/\/|mailto:)/);
      const { username, password } = new URL(opened);
      expect(username + password).toBe('');
    }),
    { numRuns: 2_000 },
  );
});
