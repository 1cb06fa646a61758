/**
 * Calls that fill a buffer of the caller and are told its size, and that the analysis needs to know nothing else of: position of the
 * buffer and of its size, from 0, as their pages in the driver documentation give them. The size is in bytes unless it says otherwise.
 */
export const SIZED_BUFFERS: { readonly [name: string]: readonly [buffer: number, size: number, unit?: 'chars'] | undefined } = {
  RtlUnicodeToUTF8N: [0, 1],
  RtlUTF8ToUnicodeN: [0, 1],
  RtlUnicodeToMultiByteN: [0, 1],
  RtlUnicodeToOemN: [0, 1],
  RtlMultiByteToUnicodeN: [0, 1],
  RtlUpcaseUnicodeToMultiByteN: [0, 1],
  ConvertInterfaceLuidToAlias: [1, 2, 'chars'],
  ConvertInterfaceLuidToNameW: [1, 2, 'chars'],
  ConvertInterfaceLuidToNameA: [1, 2, 'chars'],
  ZwQueryInformationFile: [2, 3],
  ZwQueryVolumeInformationFile: [2, 3],
  ZwQueryInformationProcess: [2, 3],
  ZwQueryInformationThread: [2, 3],
  IoGetDeviceProperty: [3, 2],
  WdfDeviceQueryProperty: [3, 2],
};
