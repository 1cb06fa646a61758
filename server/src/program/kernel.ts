/**
 * Whether a file is kernel code: by what it includes, itself or through its headers. User-mode programs are read for their declarations only.
 */
import type { Program } from './program';

const KERNEL =
  /^(ntddk|wdm|ntifs|ndis|wdf|fltkernel|storport|ntddstor|portcls|usbdlib|hidport|hidclass|wsk|fwpsk|ks|scsi|miniport|ntosp|ntos|netadapter|netadaptercx|bthddi|wdmguid|ntintsafe|ntstrsafe|srb|ata|acpitabl|dispmprt|d3dkmddi|video|minitape|classpnp|winddi|usbdi|sercx|spbcx|gpioclx|pep_x|sdbus|initguid_kernel|netioddk|nmr|netioapi_kernel|usermode_accessors)\.h$/i;
const USER =
  /^(windows|winsock2|stdio|iostream|winbase|winuser|winioctl|wudfddi|wudfwdm|tchar|cfgmgr32|setupapi|shlobj|atlbase|wrl|gtest|catch|fltuser|winsvc|conio|string_view|vector|memory|strsafe_user|unknwn|objbase)(\.h|\.hpp)?$/i;

export function isKernelFile(path: string, program: Program): boolean {
  const own = evidence(path, program);
  if (own !== 0) return own > 0;
  let user = false;
  for (const f of program.includes.closure(path)) {
    const e = evidence(f, program);
    if (e > 0) return true;
    if (e < 0) user = true;
  }
  if (user) return false;
  if (/\.(h|inl)$/i.test(path)) return true;
  return program.files.get(path)?.includes.length === 0 || !user;
}

/** 1 kernel, -1 user, 0 nothing. */
function evidence(path: string, program: Program): number {
  let user = 0;
  for (const i of program.files.get(path)?.includes ?? []) {
    const name = i.path.replace(/^.*[\\/]/, '');
    if (KERNEL.test(name)) return 1;
    if (USER.test(name)) user = -1;
  }
  return user;
}
