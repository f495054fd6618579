import { expect, test } from 'vitest';
import { isGatewayAddress } from './address.ts';

test('an address is http or https with a host and without a password', () => {
  const good = [
    'https://a.example:7411',
    ' http://127.0.0.1:8080/ ',
    'HTTPS://Room.example',
    'https://a.example, http://b.example:1',
  ];
  expect(good.filter((text) => !isGatewayAddress(text))).toEqual([]);
  const bad = [
    '',
    'https://a.example,',
    'https://a.example, b.example',
    'a.example:7411',
    'ftp://a.example',
    'file:///etc/hosts',
    'https://',
    'https://user:secret@a.example',
    `javascript:alert(1)`,
  ];
  expect(bad.filter(isGatewayAddress)).toEqual([]);
});
