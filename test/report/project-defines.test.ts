/** What project files define on the compiler's command line. */
import assert from 'node:assert/strict';
import { DriverMap } from '../../server/src/program/drivers';
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
      'if(SAFE)\n  if(X)\n  endif()\n  add_definitions(-DSAFE)\nendif()\nadd_definitions(-DONE)\n# add_definitions(-DNO)\ntarget_compile_definitions(drv PRIVATE TWO=2 $<$<CONFIG:Debug>:DBG=1>)\n';
    assert.deepEqual(read('CMakeLists.txt', text), ['ONE=1', 'TWO=2']);
  });

  it('hold for a header of their folder, drivers before programs, and not where they differ', () => {
    const project = (type: string, defines: string, file: string): string =>
      `<Project><ConfigurationType>${type}</ConfigurationType><ItemDefinitionGroup><ClCompile>
        <PreprocessorDefinitions>${defines}</PreprocessorDefinitions></ClCompile></ItemDefinitionGroup><ClCompile Include="${file}" /></Project>`;
    const texts: [string, string][] = [
      ['d/tool.vcxproj', project('Application', 'LIMIT=1;SIDE=user;TOOL', 'tool.c')],
      ['d/one.vcxproj', project('Driver', 'LIMIT=2;SIDE=kernel;SAME=7', 'one.c')],
      ['d/two.vcxproj', project('Driver', 'LIMIT=3;SAME=7', 'two.c')],
    ];
    for (const order of [texts, [...texts].reverse()]) {
      const map = new DriverMap();
      for (const [path, text] of order) map.setProject(path, text);
      const value = (name: string, file: string): string | undefined => map.define(name, file)?.body;
      assert.deepEqual(
        ['LIMIT', 'SIDE', 'SAME', 'TOOL'].map((name) => value(name, 'd/shared.h')),
        [undefined, 'kernel', '7', undefined],
      );
      assert.deepEqual([value('LIMIT', 'd/one.c'), value('LIMIT', 'd/two.c'), value('LIMIT', 'd/tool.c')], ['2', '3', '1']);
      map.removeProject('d/two.vcxproj');
      assert.equal(value('LIMIT', 'd/shared.h'), '2');
    }
  });
});
