/**
 * Reads the `fencepost` section of a client's settings: every value checked, a wrong one replaced by the default. Pure.
 */
import type { Severity } from '../rules/finding';
import type { FileCaps } from './files';

export interface FolderSettings {
  readonly profile: 'default' | 'audit';
  readonly rules: readonly string[];
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly caps: FileCaps;
  /** Outcomes stay between sessions. */
  readonly keepFindings: boolean;
  readonly codeLens: boolean;
  readonly markUntrusted: boolean;
  readonly originHints: boolean;
  /** Patterns of `files.exclude`, where the client sends them. */
  readonly filesExclude: readonly string[];
}

export const DEFAULT_SETTINGS: FolderSettings = {
  profile: 'default',
  rules: [],
  severities: {},
  caps: { maxFiles: 20000, maxFileBytes: 4096 * 1024 },
  keepFindings: true,
  codeLens: true,
  markUntrusted: true,
  originHints: false,
  filesExclude: [],
};

/** Never throws; accepts both nested members and dotted keys, since clients send either. */
export function readSettings(section: unknown): FolderSettings {
  return {
    profile: member(section, 'profile') === 'audit' ? 'audit' : 'default',
    rules: strings(member(section, 'rules')),
    severities: readSeverities(member(section, 'severities')),
    caps: {
      maxFiles: positive(member(section, 'scan.maxFiles'), DEFAULT_SETTINGS.caps.maxFiles),
      maxFileBytes: positive(member(section, 'scan.maxFileSizeKB'), 4096) * 1024,
    },
    keepFindings: member(section, 'keepFindings') !== false,
    codeLens: member(section, 'codeLens') !== false,
    markUntrusted: member(section, 'markUntrusted') !== false,
    originHints: member(section, 'originHints') === true,
    filesExclude: strings(member(section, 'filesExclude')),
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function readSeverities(value: unknown): Record<string, Severity | 'off'> {
  const severities: Record<string, Severity | 'off'> = {};
  if (!isRecord(value)) return severities;
  for (const [rule, severity] of Object.entries(value)) {
    if (isSeverity(severity)) severities[rule] = severity;
  }
  return severities;
}

function isSeverity(value: unknown): value is Severity | 'off' {
  return value === 'error' || value === 'warning' || value === 'info' || value === 'hint' || value === 'off';
}

function positive(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1 ? Math.trunc(value) : fallback;
}

function member(section: unknown, key: string): unknown {
  if (!isRecord(section)) return undefined;
  if (key in section) return section[key];
  const dot = key.indexOf('.');
  return dot < 0 ? undefined : member(section[key.slice(0, dot)], key.slice(dot + 1));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
