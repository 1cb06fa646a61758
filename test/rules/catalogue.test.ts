/** The catalogue as a whole: ids, metadata, and that every part of the threat model is answered by some rule. */
import assert from 'node:assert/strict';
import { RULES } from '../../server/src/rules/index';

/** Headings and bullets of the threat model, in its words. A rule's `threats` name these and nothing else. */
const THREATS = [
  'Components',
  'IOCTLs',
  'Memory mapped in shared user/kernel buffers',
  'NDIS lightweight filter (LWF) driver API',
  'Function tables exchanged with XDP-aware kernel NIC drivers',
  'Windows registry',
  'Network Module Registrar (NMR)',
  'Miscellaneous kernel APIs',
  'Networking threats',
  'Spoofing TX Traffic',
  'Injecting RX Traffic',
  'Stealing RX Traffic',
  'Inspection or Drop of Traffic',
  'Modifying RX Traffic',
  'OS networking stack bypass',
  'Filtering',
  'Other threats',
  'XDP Offloads',
  'Configuring RSS',
  'Plumbing QEO',
  'System memory consumption',
  'Lockless programming',
  // The list at its end
  'Packet contents TOCTOU',
  'Packet parsing',
  'Packet rewriting',
  'IOCTL surface',
  'Memory mapping into process',
  'Locked memory exhaustion (no quotas)',
  'Elevation of thread priority?',
  'WFP bypass, including Windows Firewall',
  'QEO silent failure to encrypt or misdelivery of decrypted payload',
  'Local DoS',
  'Spoofing/repudiation',
];

describe('rule catalogue', () => {
  it('has unique kebab-case ids', () => {
    const ids = RULES.map((r) => r.meta.id);
    assert.equal(new Set(ids).size, ids.length, ids.filter((id, i) => ids.indexOf(id) !== i).join());
    for (const id of ids) assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  for (const { meta } of RULES) {
    it(`${meta.id} says what it is`, () => {
      assert.match(meta.title, /^[A-Z].{8,90}[^.]$/, 'a short noun phrase');
      assert.ok(meta.threats.length > 0, 'no part of the threat model');
      assert.deepEqual(
        meta.threats.filter((t) => !THREATS.includes(t)),
        [],
        'no such heading or bullet',
      );
      assert.ok(meta.cwe.length > 0 && meta.cwe.every((n) => Number.isInteger(n) && n > 0), 'no CWE');
    });
  }

  for (const { meta, page } of RULES) {
    it(`${meta.id} has a page`, function () {
      // A rule that is still without its page is counted as skipped, by name.
      if (page.length < 200) this.skip();
      assert.match(page, /## Vulnerable/);
      assert.match(page, /## Fixed/);
    });
  }

  for (const threat of THREATS) {
    it(`a rule answers "${threat}"`, () => {
      assert.ok(
        RULES.some((r) => r.meta.threats.includes(threat)),
        `no rule for "${threat}"`,
      );
    });
  }
});
