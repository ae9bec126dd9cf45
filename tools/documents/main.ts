// Writes the tables of documents that come from code; test/readme.test.ts compares the documents with the code.
import { write } from './document-table.ts';
import { DOCUMENT_TABLES } from './tables.ts';

DOCUMENT_TABLES.forEach(write);
