/** zh for a Chinese locale, else en. */
export const languageOfEnv = (env: NodeJS.ProcessEnv): 'zh' | 'en' =>
  /^zh/i.test(env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '') ? 'zh' : 'en';
