import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tablesOfDump, wikiSqlGold } from '../../../environments/import/wikisql-gold.ts';
import { intercodeFolder, missingData } from '../../fidelity/reference-data.ts';
import { itUnless } from '../../requirements.ts';

const DUMP = `CREATE TABLE \`t_1\` (
\t\`id_fake\` int NOT NULL AUTO_INCREMENT,
\t\`No.\` text DEFAULT NULL,
\t\`Years_in_Toronto\` text DEFAULT NULL,
\t\`Country_(_exonym_)\` text DEFAULT NULL,
\t\`Amount_of_trees,_that_remain\` double DEFAULT NULL,
\t\`a\`\`b\` text,
\tPRIMARY KEY (\`id_fake\`)
) ENGINE=InnoDB;
INSERT INTO \`t_1\` VALUES (1, '7', 'x', 'y', 3.5, 'z');
`;
const dump = tablesOfDump(DUMP);

describe('a query of WikiSQL', () => {
  it.each([
    ['SELECT No. FROM t_1', 'SELECT `No.` FROM `t_1`'],
    ['SELECT COUNT No. FROM t_1 WHERE No. = 3', "SELECT COUNT(`No.`) FROM `t_1` WHERE `No.` = '3'"],
    [
      'SELECT MAX Amount_of_trees,_that_remain FROM t_1 WHERE Amount_of_trees,_that_remain < 150817.5',
      'SELECT MAX(`Amount_of_trees,_that_remain`) FROM `t_1` WHERE `Amount_of_trees,_that_remain` < 150817.5',
    ],
    [
      "SELECT Country_(_exonym_) FROM t_1 WHERE No. = St. John's AND Years_in_Toronto = 1 AND 2 AND a`b > \\",
      "SELECT `Country_(_exonym_)` FROM `t_1` WHERE `No.` = 'St. John''s' AND `Years_in_Toronto` = '1 AND 2' AND `a``b` > '\\\\'",
    ],
    [
      'SELECT No. FROM t_1 WHERE Amount_of_trees,_that_remain = many',
      "SELECT `No.` FROM `t_1` WHERE `Amount_of_trees,_that_remain` = 'many'",
    ],
  ])('%s', (published, sql) => {
    expect(wikiSqlGold(published, dump)).toBe(sql);
  });

  it.each([
    'SELECT No. FROM elsewhere WHERE No. = 3',
    'SELECT Nothing FROM t_1',
    'SELECT No. FROM t_1 WHERE Nothing = 3',
    'DROP TABLE t_1',
  ])('is left alone where it has no reading: %s', (published) => {
    expect(wikiSqlGold(published, dump)).toBeNull();
  });

  it('loses the characters that the values of the dump have lost', () => {
    const query = 'SELECT No. FROM t_1 WHERE No. = 4–7';
    expect(wikiSqlGold(query, dump)).toBe("SELECT `No.` FROM `t_1` WHERE `No.` = '47'");
    const whole = tablesOfDump(DUMP.replace("'7'", "'4–7'"));
    expect(wikiSqlGold(query, whole)).toBe("SELECT `No.` FROM `t_1` WHERE `No.` = '4–7'");
  });

  itUnless(missingData, 'has one reading in all that is published', () => {
    const folder = join(intercodeFolder, 'sql/wikisql');
    const tables = tablesOfDump(readFileSync(join(folder, 'ic_wikisql_dev.sql'), 'utf8'));
    const records = JSON.parse(readFileSync(join(folder, 'ic_wikisql_dev.json'), 'utf8')) as {
      gold: string;
    }[];
    expect(records).toHaveLength(196);
    expect(records.filter(({ gold }) => wikiSqlGold(gold, tables) === null)).toEqual([]);
  });
});
