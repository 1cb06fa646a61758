/**
 * Whether a file is kernel code: by what it includes, itself or through its headers, and by its project. User-mode programs are read for their
 * declarations only.
 */
import type { Program } from './program';
import type { ProgramKind } from './projects';

const KERNEL =
  /^(ntddk|wdm|ntifs|ndis|fltkernel|storport|ntddstor|portcls|usbdlib|hidport|hidclass|wsk|fwpsk|ks|scsi|miniport|ntosp|ntos|netadapter|netadaptercx|bthddi|wdmguid|ntintsafe|ntstrsafe|srb|ata|acpitabl|dispmprt|d3dkmddi|video|minitape|classpnp|winddi|usbdi|sercx|spbcx|gpioclx|pep_x|sdbus|initguid_kernel|netioddk|nmr|netioapi_kernel|usermode_accessors)\.h$/i;
const USER =
  /^(windows|winsock2|stdio|iostream|winbase|winuser|winioctl|wudfddi|wudfwdm|tchar|cfgmgr32|setupapi|shlobj|atlbase|wrl|gtest|catch|fltuser|winsvc|conio|string_view|vector|memory|strsafe_user|unknwn|objbase)(\.h|\.hpp)?$/i;

/** The framework's header: it serves drivers in user mode as well, which include `windows.h` beside it. */
const FRAMEWORK = /^wdf\.h$/i;

export function isKernelFile(path: string, program: Program): boolean {
  return kindOfFile(path, program) === 'kernel';
}

/** Where a file runs: by what it includes itself, then by its project, then by its headers. */
export function kindOfFile(path: string, program: Program): ProgramKind {
  const own = evidence(path, program);
  if (own.kernel) return 'kernel';
  const built = program.drivers.kindOf(path);
  if (built !== undefined) return built;
  if (own.user) return own.framework ? 'umdf' : 'user';
  let user: boolean = own.user;
  let framework: boolean = own.framework;
  for (const f of program.includes.closure(path)) {
    const e = evidence(f, program);
    if (e.kernel) return 'kernel';
    user ||= e.user;
    framework ||= e.framework;
  }
  if (user) return framework ? 'umdf' : 'user';
  return 'kernel';
}

export function hasKernelInclude(path: string, program: Program): boolean {
  return evidence(path, program).kernel;
}

interface Evidence {
  readonly kernel: boolean;
  readonly user: boolean;
  readonly framework: boolean;
}

function evidence(path: string, program: Program): Evidence {
  let kernel = false;
  let user = false;
  let framework = false;
  for (const i of program.files.get(path)?.includes ?? []) {
    const name = i.path.replace(/^.*[\\/]/, '');
    kernel ||= KERNEL.test(name);
    user ||= USER.test(name);
    framework ||= FRAMEWORK.test(name);
  }
  return { kernel, user, framework };
}
