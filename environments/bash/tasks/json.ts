import type { BashTaskRecord } from '../task.ts';
import { file } from './entry.ts';

export const JSON_TASKS: readonly BashTaskRecord[] = [
  {
    id: 'json-active-members',
    instruction:
      'Each file /work/members/*.json is an array of members. Print the part before the @ of the e-mail addresses of all members over all files ' +
      'whose "active" is true and who have an address (not null, not missing, not empty), one a line, sorted in byte ' +
      'order, without quotes.',
    files: [
      file('/work/members/north.json', [
        '[',
        '  {"name": "Mira", "active": true, "email": "mira@north.example"},',
        '  {"name": "Sam", "active": false, "email": "sam@north.example"},',
        '  {"name": "Ivo", "active": true, "email": null},',
        '  {"name": "Tove", "active": "true", "email": "tove@fjord.example"}',
        ']',
      ]),
      file('/work/members/south.json', [
        '[{"name":"Priya","active":true,"email":"priya@south.example"},{"name":"Juan","active":true},',
        '{"name":"Otis","active":true,"email":"otis@lake.example"},',
        '{"name":"Bela","active":false,"email":"bela@lake.example","manager":{"active":true}}]',
      ]),
      file('/work/members/west.json', [
        '[{"name": "Noor", "email": "noor@west.example", "active": true},',
        ' {"active": true, "email": ""}]',
      ]),
      file('/work/members/schema.txt', ['active: boolean, email: string or null']),
    ],
    gold: `jq -r '.[] | select(.active == true) | .email // empty | select(. != "") | sub("@.*"; "")' /work/members/*.json | LC_ALL=C sort`,
    wrong: [
      `jq -r '.[] | select(.active) | .email' /work/members/*.json | sed 's/@.*//' | LC_ALL=C sort`,
      `jq -r '.[].email // empty' /work/members/*.json | sed 's/@.*//' | LC_ALL=C sort`,
      `grep -h '"active": true' /work/members/*.json | grep -o '[a-z]*@' | tr -d @ | LC_ALL=C sort`,
    ],
    tags: ['json', 'easy'],
  },
  {
    id: 'json-order-totals',
    instruction:
      '/work/orders/orders.json is an object from order number to order; an order has "items", each with "price" in ' +
      'cents and an optional "quantity" (1 if missing), and perhaps a "discount" in cents off the whole order. Print the ' +
      'sum over all orders whose "status" is "paid", in cents, as one whole number.',
    files: [
      file('/work/orders/orders.json', [
        '{',
        '  "1001": {"status": "paid", "items": [{"price": 1250, "quantity": 2}, {"price": 399}]},',
        '  "1002": {"status": "open", "items": [{"price": 99999}]},',
        '  "1003": {"status": "paid", "discount": 500, "items": [{"price": 800, "quantity": 3}, {"price": 75, "quantity": 0}]},',
        '  "1004": {"status": "paid", "items": []},',
        '  "1005": {"status": "refunded", "items": [{"price": 1250, "quantity": 2}]}',
        '}',
      ]),
      file('/work/orders/README', ['Prices are in cents.']),
    ],
    gold:
      `jq '[.[] | select(.status == "paid") | ([.items[] | .price * (if .quantity == null then 1 else .quantity end)] | add // 0) ` +
      `- (.discount // 0)] | add' /work/orders/orders.json`,
    wrong: [
      `jq '[.[] | select(.status == "paid") | .items[] | .price * (.quantity // 1)] | add' /work/orders/orders.json`,
      `jq '[.[] | select(.status == "paid") | .items[].price] | add' /work/orders/orders.json`,
      `jq '[.[] | .items[] | .price * (.quantity // 1)] | add' /work/orders/orders.json`,
    ],
    tags: ['json', 'numbers', 'medium'],
  },
  {
    id: 'json-merge-settings',
    instruction:
      'Make /work/app/effective.json from /work/app/defaults.json and /work/app/local.json: objects are merged key by ' +
      'key at every depth, anything else in local.json replaces the value of the same key in defaults.json (arrays as a ' +
      'whole), and keys whose value in local.json is null are left out of the result. Format it as `jq -S .` does: sorted ' +
      'keys, indented by two spaces. Change no other file and print nothing.',
    files: [
      file('/work/app/defaults.json', [
        '{"server": {"port": 8080, "tls": {"enabled": false, "ciphers": ["a", "b"]}, "host": "localhost"},',
        ' "log": {"level": "info", "file": "/var/log/app.log"}, "plugins": ["core", "search"], "theme": "light"}',
      ]),
      file('/work/app/local.json', [
        '{"server": {"tls": {"enabled": true, "ciphers": ["c"]}, "host": "0.0.0.0"},',
        ' "log": {"file": null}, "plugins": ["core"], "beta": {"flags": ["x"]}}',
      ]),
    ],
    gold:
      "jq -S -s '.[0] * .[1] | delpaths([paths(. == null)])' /work/app/defaults.json /work/app/local.json > " +
      '/work/app/effective.json',
    wrong: [
      "jq -S -s '.[0] + .[1]' /work/app/defaults.json /work/app/local.json > /work/app/effective.json",
      "jq -S -s '.[0] * .[1]' /work/app/defaults.json /work/app/local.json > /work/app/effective.json",
      "jq -S -s '.[1] * .[0] | del(.log.file)' /work/app/defaults.json /work/app/local.json > /work/app/effective.json",
    ],
    tags: ['json', 'config', 'hard'],
  },
  {
    id: 'json-lines-to-csv',
    instruction:
      '/data/events/events.jsonl has one JSON object a line. Write /data/events/errors.csv: the header ' +
      'time,service,message and then, in the order of the input, one row for each object whose "level" is "error" ' +
      "(in exactly this spelling), every field of the rows in double quotes and double quotes inside doubled (as jq's " +
      '@csv writes strings); the header has no quotes. Print nothing.',
    files: [
      file('/data/events/events.jsonl', [
        '{"time":"09:00","level":"info","service":"api","message":"started"}',
        '{"time":"09:04","level":"error","service":"api","message":"cannot open \\"users\\", retrying"}',
        '{"time":"09:05","level":"warn","service":"web","message":"an error was near"}',
        '{"service":"mail","message":"bounced","level":"error","time":"09:11"}',
        '{"time":"09:30","level":"error","service":"web","message":"timeout"}',
      ]),
      file('/data/events/levels.txt', ['info', 'warn', 'error']),
    ],
    gold:
      '{ echo time,service,message; jq -r \'select(.level == "error") | [.time, .service, .message] | @csv\' ' +
      '/data/events/events.jsonl; } > /data/events/errors.csv',
    wrong: [
      '{ echo time,service,message; grep error /data/events/events.jsonl | ' +
        "jq -r '[.time, .service, .message] | @csv'; } > /data/events/errors.csv",
      'jq -r \'select(.level == "error") | [.time, .service, .message] | @csv\' /data/events/events.jsonl ' +
        '> /data/events/errors.csv',
      '{ echo time,service,message; jq -r \'select(.level == "error") | [.time, .service, .message] | join(",")\' ' +
        '/data/events/events.jsonl; } > /data/events/errors.csv',
    ],
    tags: ['json', 'csv', 'medium'],
  },
];
