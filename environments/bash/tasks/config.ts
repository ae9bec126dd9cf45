import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

const SETTINGS = (port: string) => [
  '; ports are assigned by the network team',
  'port = 80',
  '',
  '[production]',
  'host = well.example',
  `port = ${port}`,
  '',
  '[staging]',
  'host = staging.well.example',
  '; port = 1234',
  `port = ${port}`,
  'report = 8080',
  '',
  '[staging-eu]',
  `port = ${port}`,
];

export const CONFIG: readonly BashTaskRecord[] = [
  {
    id: 'config-section-value',
    instruction:
      'In every file *.ini below /work/conf that has a section [staging], set the key "port" of that section to 9443 ' +
      '(the line becomes "port = 9443"). Leave comments (lines starting with ;), other keys, other sections and other ' +
      'files byte for byte as they are, and leave no backup files. Print nothing.',
    files: [
      file('/work/conf/web.ini', SETTINGS('8080')),
      file('/work/conf/jobs/mail.ini', SETTINGS('2525')),
      file('/work/conf/jobs/cron.ini', ['[production]', 'port = 8080', '', '[staging-us]', 'port = 8080']),
      file('/work/conf/web.ini.sample', SETTINGS('8080')),
    ],
    gold: `find /work/conf -name '*.ini' -exec sed -i '/^\\[staging\\]$/,/^$/ s/^port = .*/port = 9443/' {} +`,
    wrong: [
      `sed -i 's/^port = 8080/port = 9443/' /work/conf/web.ini /work/conf/jobs/*.ini`,
      `find /work/conf -name '*.ini' -exec sed -i.bak '/^\\[staging\\]/,/^$/ s/^port = .*/port = 9443/' {} +`,
      `sed -i '/^\\[staging\\]/,/^$/ s/^port = .*/port = 9443/' /work/conf/*.ini*`,
    ],
    tags: ['config', 'sed', 'medium'],
  },
];
