import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['.cache/', 'dist/', 'out/', 'node_modules/', 'test/**/*.c', 'test/editor/second-c/', 'media/'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/unified-signatures': 'off',
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
);
