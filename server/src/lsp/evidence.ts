/**
 * Which files are looked at, and whether a folder holds a Windows driver at all: a folder without evidence stays idle and unmarked,
 * because the extension is also installed where people write other C. Pure.
 */

const ANALYSED = /\.(?:c|h|inl)$/i;

/** The pattern of analysed files, for watchers and selectors. */
export const SOURCE_GLOB = '**/*.{c,h,inl}';
export const PROJECT_FILE = 'fencepost.json';

/** Build files: they say which sources are one driver. */
const BUILD = /\.(?:vcxproj|inf|inx)$|(?:^|\/)(?:sources|CMakeLists\.txt)$/i;
export const BUILD_GLOB = '**/{*.vcxproj,*.inf,*.inx,sources,CMakeLists.txt}';

export function isBuildFile(path: string): boolean {
  return BUILD.test(path);
}

export function isAnalysed(path: string): boolean {
  return ANALYSED.test(path);
}

// Kernel headers, entry points and types that no user-mode C has.
const EVIDENCE =
  /#\s*include\s*[<"](?:ntddk|wdm|ntifs|wdf|ndis|fltkernel|fltKernel|fwpsk|wsk|netioddk|storport|ks|hidport|usbdi|ntosp|nthal|miniport|wdmsec|portcls|dispmprt|netadaptercx)\.h[>"]|\b(?:DriverEntry|DRIVER_OBJECT|PDRIVER_OBJECT|PDEVICE_OBJECT|PIRP|PIO_STACK_LOCATION|WDFDEVICE|WDFREQUEST|KIRQL|PMDL|NDIS_HANDLE|PFLT_CALLBACK_DATA)\b/i;

/** True when a text speaks the language of the Windows kernel. */
export function isDriverText(text: string): boolean {
  return EVIDENCE.test(text);
}
