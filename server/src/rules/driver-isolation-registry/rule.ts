/**
 * An isolated driver package keeps its state under keys that the system gives it; this call names another place.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const driverIsolationRegistry = functionRule(
  {
    id: 'driver-isolation-registry',
    title: 'Registry path outside the driver’s own state',
    threats: ['Windows registry'],
    severity: 'hint',
    precision: 'high',
    cwe: [668],
    profile: 'audit',
    microsoft: ['cpp/drivers/driver-isolation-rtl-violation', 'D0008', 'D0009', 'D0010'],
  },
  page,
  (s, tell) => {
    for (const c of s.callsOf(
      /^Rtl(QueryRegistryValues(Ex)?|WriteRegistryValue|DeleteRegistryValue|CreateRegistryKey|CheckRegistryKey)$/,
    )) {
      const where = c.args[0];
      if (where && /RTL_REGISTRY_(ABSOLUTE|SERVICES|CONTROL|WINDOWS_NT|DEVICEMAP|USER)/.test(s.text(where)))
        tell(where, `\`${s.text(where)}\` names a place outside the driver's own state.`, { confidence: 'certain' });
    }
  },
);
