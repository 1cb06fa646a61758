/**
 * One root cause, one diagnostic: rules that can say of one place what one missing check explains, in the order in which they stay. Data
 * alone; the report applies it. What takes two changes to mend (a comparison and an accessor, a probe and a `__try`) is two findings.
 */

export interface Family {
  /** What one check mends. */
  readonly cause: string;
  /** The first of these that speaks stays, unless a later one is more severe. */
  readonly rules: readonly string[];
  /**
   * Which places are one: `inside` also takes a part of the expression, such as the arithmetic in an index; `same` takes the same expression
   * alone, since what lies inside may be another access.
   */
  readonly places: 'inside' | 'same';
  /** Rules whose path begins where the number was read: of one number, one place of a line is enough. */
  readonly numbers?: readonly string[];
  /** Rules of which notes alone are places of another finding: as warnings they ask for a change of their own. */
  readonly notes?: readonly string[];
}

/** How memory of the other side is touched: of no weight where it should not have been touched so at all. */
const PLAIN: readonly string[] = [
  'shared-bulk-copy-nonvolatile',
  'shared-nonatomic-rmw',
  'shared-nonvolatile-write',
  'shared-nonvolatile-read',
];

export const FAMILIES: readonly Family[] = [
  {
    cause: 'a number that nothing was compared with reaches memory',
    rules: [
      'ioctl-variable-record-walk',
      'shared-index-unclamped',
      'shared-bound-from-shared',
      'shared-available-count-unclamped',
      'ioctl-embedded-offset-unchecked',
      'ioctl-length-arith-overflow',
    ],
    places: 'inside',
    numbers: ['ioctl-variable-record-walk', 'ioctl-embedded-offset-unchecked', 'ioctl-length-arith-overflow'],
  },
  {
    cause: 'the length of a copy is not the one that was checked, or none was',
    rules: ['double-fetch', 'ioctl-copy-length-user-controlled', 'probe-length-mismatch'],
    places: 'inside',
  },
  {
    cause: 'a number of the caller becomes the size of an allocation',
    rules: ['alloc-size-overflow', 'alloc-user-size-unbounded'],
    places: 'inside',
  },
  {
    cause: 'an address of user mode is used as if it were memory of the kernel',
    rules: [
      'ioctl-arbitrary-read-write',
      'method-neither-unprobed',
      'ioctl-embedded-pointer-unprobed',
      'user-memory-wrong-context',
      ...PLAIN,
    ],
    places: 'same',
    notes: PLAIN,
  },
  {
    // Neither a probe nor `__try` stands for the other: both are told.
    cause: 'a page of user mode may be gone',
    rules: ['user-memory-outside-try', ...PLAIN],
    places: 'same',
    notes: PLAIN,
  },
];
