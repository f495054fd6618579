import { expect, test } from 'vitest';
import { isGatewayAddress } from './address.ts';

test('an address is http or https with a host and without a password', () => {
  for (const good of [
    'https://a.example:7411',
    ' http://127.0.0.1:8080/ ',
    'HTTPS://Room.example',
  ]) {
    expect(isGatewayAddress(good), good).toBe(true);
  }
  for (const bad of [
    '',
    'a.example:7411',
    'ftp://a.example',
    'javascript:alert(1)',
    'https://',
    'https://user:secret@a.example',
    'file:///etc/hosts',
  ]) {
    expect(isGatewayAddress(bad), bad).toBe(false);
  }
});
