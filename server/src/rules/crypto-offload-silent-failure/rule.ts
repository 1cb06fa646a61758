/**
 * A call that encrypts, decrypts or verifies returns a status, and the driver throws it away.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const cryptoOffloadSilentFailure = functionRule(
  {
    id: 'crypto-offload-silent-failure',
    title: 'Result of an encryption call that nobody looks at',
    threats: ['QEO silent failure to encrypt or misdelivery of decrypted payload', 'Plumbing QEO'],
    severity: 'warning',
    precision: 'high',
    cwe: [252, 755],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const c of s.callsOf(
      /^BCrypt(Encrypt|Decrypt|VerifySignature|SignHash|GenRandom|GenerateSymmetricKey|HashData|FinishHash|DeriveKey\w*|SetProperty)$/,
    ))
      if (s.parent(c.x)?.kind === 'expr')
        tell(c.x, `\`${c.name}\` may fail, and its status is thrown away.`, { confidence: 'certain' });
  },
);
