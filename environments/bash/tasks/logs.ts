import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

/** Requests of one hour: `answers` are their status codes, one request a minute. */
function hour(clock: string, answers: readonly number[]): string[] {
  return answers.map((status, n) => {
    const minute = String(n).padStart(2, '0');
    return `10.0.${n % 3}.${n + 5} [02/May/2024:${clock}:${minute}:30] "GET /item/50${n}" ${status} ${500 + n}`;
  });
}

const repeat = (times: number, status: number) => Array.from({ length: times }, () => status);

function trace(clock: string, lines: readonly string[]): string[] {
  return [
    `${clock} ERROR request failed`,
    ...lines.flatMap((line) => [line, '    at app.Main.run(Main.java:17)']),
  ];
}

export const LOGS: readonly BashTaskRecord[] = [
  {
    id: 'log-error-share-by-hour',
    instruction:
      'The lines of /data/log/access.log and /data/log/access.log.1 have the form ' +
      '<address> [02/May/2024:<hour>:<minute>:<second>] "<request>" <status> <bytes>. Find the hour of the day in which ' +
      'the largest share of the requests, over both files together, has a status from 500 to 599. Print ' +
      '"<hour as two digits> <share in percent, rounded down>".',
    files: [
      file('/data/log/access.log.1', [
        ...hour('08', [...repeat(11, 200), 503, 404]),
        ...hour('09', [...repeat(20, 200), ...repeat(9, 500), ...repeat(6, 301)]),
        ...hour('13', [200, 502]),
      ]),
      file('/data/log/access.log', [
        ...hour('13', [...repeat(9, 200), 404, 404, 502, 503, 500, 500]),
        ...hour('14', [...repeat(3, 404), 200, ...repeat(7, 403), 500]),
      ]),
      file('/data/log/access.log.2.note', ['older parts were deleted']),
    ],
    gold:
      `awk '{ split($2, t, ":"); all[t[2]]++; if ($5 >= 500 && $5 <= 599) bad[t[2]]++ } END { for (h in all) ` +
      `print h, int(100 * bad[h] / all[h]) }' /data/log/access.log /data/log/access.log.1 | sort -k2,2nr | head -n 1`,
    wrong: [
      `awk '$5 >= 500 { split($2, t, ":"); bad[t[2]]++ } END { for (h in bad) print h, bad[h] }' /data/log/access.log /data/log/access.log.1 | sort -k2,2nr | head -n 1`,
      `awk '{ split($2, t, ":"); all[t[2]]++; if ($5 >= 400) bad[t[2]]++ } END { for (h in all) print h, int(100 * bad[h] / all[h]) }' /data/log/access.log /data/log/access.log.1 | sort -k2,2nr | head -n 1`,
      `awk '{ split($2, t, ":"); all[t[2]]++; if ($5 >= 500) bad[t[2]]++ } END { for (h in all) print h, int(100 * bad[h] / all[h]) }' /data/log/access.log | sort -k2,2nr | head -n 1`,
    ],
    tags: ['logs', 'numbers', 'medium'],
  },
  {
    id: 'log-root-causes',
    instruction:
      'In /work/app/server.log an error begins with a line "<time> ERROR …" and goes on with a stack trace; the trace ' +
      'names an exception at the start of a line, and perhaps further ones in lines that start with "Caused by: ". The ' +
      'root cause of an error is the last of these lines of its trace. Print the class of the most frequent root cause, ' +
      'without its package and without the message, e.g. NullPointerException for java.lang.NullPointerException: x.',
    files: [
      file('/work/app/server.log', [
        '09:00 INFO started',
        ...trace('09:01', [
          'app.RequestException: GET /',
          'Caused by: app.StoreException: read',
          'Caused by: java.net.ConnectException: refused',
        ]),
        ...trace('09:02', ['app.RequestException: GET /a', 'Caused by: app.StoreException: read']),
        '09:03 INFO retrying after java.io.IOException: java.io.IOException',
        ...trace('09:04', ['java.lang.IllegalStateException: closed']),
        ...trace('09:05', [
          'app.RequestException: GET /b',
          'Caused by: app.StoreException: write',
          'Caused by: java.net.ConnectException: timed out',
        ]),
        ...trace('09:06', [
          'app.RequestException: POST /',
          'Caused by: app.StoreException: lock',
          'Caused by: java.io.IOException: full',
        ]),
        '09:07 WARN java.io.IOException was ignored',
        ...trace('09:08', ['app.RequestException: GET /c', 'Caused by: java.net.ConnectException: refused']),
        ...trace('09:09', ['java.lang.IllegalStateException: closed']),
        '09:10 WARN java.io.IOException was ignored',
        '09:11 INFO stopped',
      ]),
    ],
    gold:
      `awk '/^[0-9]/ { if (c != "") print c; c = ""; open = ($2 == "ERROR"); next } ` +
      `open && /^(Caused by: )?[a-z.]+[A-Z]/ { sub(/^Caused by: /, ""); sub(/:.*/, ""); sub(/.*\\./, ""); c = $0 } ` +
      `END { if (c != "") print c }' /work/app/server.log | LC_ALL=C sort | uniq -c | sort -k1,1nr | head -n 1 | ` +
      `awk '{ print $2 }'`,
    wrong: [
      `grep -o '[A-Za-z]*Exception' /work/app/server.log | sort | uniq -c | sort -nr | head -n 1 | awk '{ print $2 }'`,
      `grep '^Caused by' /work/app/server.log | grep -o '[A-Za-z]*Exception' | sort | uniq -c | sort -nr | head -n 1 | awk '{ print $2 }'`,
      `grep -A 1 ' ERROR ' /work/app/server.log | grep -o '[A-Za-z]*Exception' | sort | uniq -c | sort -nr | head -n 1 | awk '{ print $2 }'`,
    ],
    tags: ['logs', 'text', 'hard'],
  },
];
