/** Operations that a reviewer wants to see beside an entry point, by the role that the model gives them. Data only. */

export interface Sink {
  /** Predicate of a sentence whose subject is the entry point. */
  readonly says: string;
  /** Counts only when the caller chooses the argument of this role. */
  readonly chosen?: string;
  /** Counts only when its access mode may be user mode. */
  readonly userMode?: boolean;
}

export const SINKS: ReadonlyMap<string, Sink> = new Map<string, Sink>([
  ['probe', { says: 'probes a user address' }],
  ['lock-user-pages', { says: 'locks pages of the caller' }],
  ['map-mdl', { says: 'maps memory into the process', userMode: true }],
  ['map-mdl-kernel', { says: 'maps pages of an MDL into the kernel' }],
  ['map-section-process', { says: 'maps a section into a process' }],
  ['map-section-kernel', { says: 'maps a section into the kernel' }],
  ['map-physical', { says: 'maps physical memory' }],
  ['alloc', { says: 'allocates as many bytes as the caller says', chosen: 'size' }],
  ['mdl-alloc', { says: 'describes as many bytes as the caller says', chosen: 'length' }],
  ['handle-to-object', { says: 'takes a handle', chosen: 'handle' }],
  ['handle-dup', { says: 'duplicates a handle' }],
  ['copy-arbitrary', { says: 'copies between arbitrary addresses' }],
  ['lookup-process', { says: 'looks up a process by its number', chosen: 'id' }],
  ['open-process', { says: 'opens a process' }],
  ['attach-process', { says: 'attaches to a process' }],
  ['alloc-user-va', { says: 'allocates memory in a process' }],
  ['protect-user-va', { says: 'changes the protection of user memory' }],
  ['port-io', { says: 'talks to an I/O port', chosen: 'register' }],
  ['msr', { says: 'reads or writes a model-specific register' }],
  ['cpu-control', { says: 'reads or writes a control register' }],
  ['pci-config-read', { says: 'reads the configuration of a bus' }],
  ['pci-config-write', { says: 'writes the configuration of a bus' }],
  ['firmware-write', { says: 'writes a firmware variable' }],
  ['file-open', { says: 'opens a file' }],
  ['file-write', { says: 'writes a file' }],
  ['file-delete', { says: 'deletes a file' }],
  ['reg-set', { says: 'writes the registry' }],
  ['reg-delete', { says: 'deletes from the registry' }],
  ['load-driver', { says: 'loads a driver' }],
  ['resolve-symbol', { says: 'looks up a kernel routine by name' }],
  ['ioctl-send', { says: 'sends a control code to another driver' }],
]);
