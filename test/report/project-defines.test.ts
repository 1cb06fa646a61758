/** What project files define on the compiler's command line. */
import assert from 'node:assert/strict';
import { definesOf } from '../../server/src/program/project-defines';

const read = (path: string, text: string): string[] => [...definesOf(path, text).values()].map((m) => `${m.name}=${m.body}`);

describe('defines of project files', () => {
  it('reads the release build for x64 of a Visual Studio project', () => {
    const text = `
      <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Debug|x64'"><ClCompile>
        <PreprocessorDefinitions>DBG=1;NOISY;%(PreprocessorDefinitions)</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>
      <ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='Release|Win32'"><ClCompile>
        <PreprocessorDefinitions>SMALL</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>
      <ItemDefinitionGroup><ClCompile>
        <PreprocessorDefinitions>POOL_ZEROED;VER=$(Version);LEVEL=3;%(PreprocessorDefinitions)</PreprocessorDefinitions>
        <PreprocessorDefinitions Condition="'$(Configuration)'=='Debug'">CHECKS;%(PreprocessorDefinitions)</PreprocessorDefinitions>
      </ClCompile><ResourceCompile><PreprocessorDefinitions>RES</PreprocessorDefinitions></ResourceCompile></ItemDefinitionGroup>`;
    assert.deepEqual(read('a/b.vcxproj', text), ['POOL_ZEROED=1', 'LEVEL=3']);
  });

  it('takes what all builds agree on, where a project has several on purpose', () => {
    const group = (name: string, words: string): string =>
      `<ItemDefinitionGroup Condition="'$(Configuration)|$(Platform)'=='${name}|x64'"><ClCompile>
        <PreprocessorDefinitions>${words};%(PreprocessorDefinitions)</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup>`;
    const text = group('Safe', 'SAFE;NTDDI_VERSION=1') + group('Unsafe', 'NTDDI_VERSION=1');
    assert.deepEqual(read('a/b.vcxproj', text), ['NTDDI_VERSION=1']);
  });

  it('reads the file of the old build', () => {
    assert.deepEqual(read('a/sources', 'TARGETNAME=x\nC_DEFINES=$(C_DEFINES) -DFAST \\\n  /DMODE=2\nSOURCES=a.c\n'), [
      'FAST=1',
      'MODE=2',
    ]);
  });

  it('reads CMake lists', () => {
    const text =
      'add_definitions(-DONE)\n# add_definitions(-DNO)\ntarget_compile_definitions(drv PRIVATE TWO=2 $<$<CONFIG:Debug>:DBG=1>)\n';
    assert.deepEqual(read('CMakeLists.txt', text), ['ONE=1', 'TWO=2']);
  });
});
