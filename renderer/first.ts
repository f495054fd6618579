import { z } from 'zod';

/**
 * The first module of the window. Zod must not probe for `new Function` under our content security
 * policy, and violations are collected before anything else could cause one.
 */
z.config({ jitless: true });

export interface CspViolation {
  readonly directive: string;
  readonly blocked: string;
  readonly sample: string;
}

declare global {
  interface Window {
    __cspViolations?: CspViolation[];
  }
}

const violations: CspViolation[] = [];
window.__cspViolations = violations;
document.addEventListener('securitypolicyviolation', (event) => {
  violations.push({
    directive: event.effectiveDirective,
    blocked: event.blockedURI,
    sample: event.sample,
  });
});
