import type { Phase } from '../../core/migration.ts';
import type { SqlDialect } from './lexer.ts';
import { clauses, outline } from './outline.ts';
import { splitStatements } from './split.ts';

/** What a script's statements say about it. */
export interface Assessment {
  readonly phase: Phase;
  /** Statements worth a second look, each once, in words. */
  readonly risks: readonly string[];
}

interface Verdict {
  readonly contract?: boolean;
  readonly risk?: string;
}

const NAME = String.raw`((?:"[^"]*"|\x60[^\x60]*\x60|\[[^\]]*\]|[^\s(;,."\x60[]+)(?:\.(?:"[^"]*"|\x60[^\x60]*\x60|[^\s(;,."\x60]+))*)`;
const CREATED = new RegExp(`^CREATE (?:[A-Z]+ )*?TABLE (?:IF NOT EXISTS )?${NAME}`);
const SUBJECT = new RegExp(
  `^(?:ALTER TABLE (?:IF EXISTS )?(?:ONLY )?|CREATE (?:UNIQUE )?(?:FULLTEXT )?(?:SPATIAL )?INDEX (?:.*? )?ON (?:ONLY )?|` +
    `TRUNCATE (?:TABLE )?(?:ONLY )?|DELETE FROM (?:ONLY )?|UPDATE (?:ONLY )?)${NAME}`,
);
const ALTERED = new RegExp(String.raw`^(ALTER TABLE (?:IF EXISTS )?(?:ONLY )?${NAME})\*? (.*)$`);

/** `expand` when every statement only adds; a table that the script itself creates may be changed in it at will. */
export function assess(sql: string, dialect: SqlDialect): Assessment {
  const created = new Set<string>();
  const risks = new Set<string>();
  let phase: Phase = 'expand';
  for (const { text } of splitStatements(sql, dialect)) {
    if (/^(?:INSERT|SELECT|VALUES|COPY)\b/i.test(text)) continue;
    const line = outline(text, dialect);
    if (created.size > 0 && created.has(bare(SUBJECT.exec(line)?.[1] ?? ''))) continue;
    const table = line.startsWith('CREATE') ? CREATED.exec(line)?.[1] : undefined;
    if (table !== undefined) created.add(bare(table));
    const { contract, risk } = judge(line, dialect);
    if (contract) phase = 'contract';
    if (risk !== undefined) risks.add(risk);
  }
  return { phase, risks: [...risks] };
}

function bare(name: string): string {
  return (name.split('.').at(-1) ?? name).replace(/["`[\]]/g, '').toUpperCase();
}

/** By the first word, so that only the patterns that may fit are ever compiled: they are much of what a small plan costs. */
function judge(line: string, dialect: SqlDialect): Verdict {
  switch (/^[A-Z]*/.exec(line)?.[0]) {
    case 'ALTER':
      return line.startsWith('ALTER TABLE ') ? judgeAlter(line, dialect) : judgeOtherAlter(line);
    case 'DROP':
    case 'TRUNCATE':
    case 'RENAME':
    case 'REVOKE':
      return contract(line);
    case 'CREATE':
      return INDEX.test(line) ? judgeIndex(line, dialect) : {};
    case 'DELETE':
      return line.startsWith('DELETE FROM ') && !WHERE.test(line) ? contract(`${line} without WHERE`) : {};
    case 'UPDATE':
      return WHERE.test(line) ? {} : { risk: short(`${line} without WHERE`) };
    case 'DO':
    case 'CALL':
    case 'EXECUTE':
      return contract(`${line}: runs code that is not looked into`);
    default:
      return {};
  }
}

const WHERE = /\bWHERE\b/;
const INDEX = /^CREATE (?:UNIQUE )?(?:FULLTEXT )?(?:SPATIAL )?INDEX\b/;

function judgeOtherAlter(line: string): Verdict {
  return /\b(?:RENAME|DROP)\b/.test(line) ? contract(line) : {};
}

function judgeIndex(line: string, dialect: SqlDialect): Verdict {
  const locks = dialect === 'postgres' && !/\bCONCURRENTLY\b/.test(line);
  const risk = locks ? { risk: short(`${line} without CONCURRENTLY`) } : {};
  // Older code may write what a new unique index refuses.
  return line.startsWith('CREATE UNIQUE') ? { contract: true, risk: short(line), ...risk } : risk;
}

function judgeAlter(line: string, dialect: SqlDialect): Verdict {
  const [, head = '', , body = ''] = ALTERED.exec(line) ?? [];
  const verdicts = clauses(body).map((clause) => judgeClause(head, clause, dialect));
  const risk = verdicts.find((verdict) => verdict.risk !== undefined)?.risk;
  return { contract: verdicts.some((verdict) => verdict.contract === true), ...(risk === undefined ? {} : { risk }) };
}

const HARMLESS =
  /^(?:VALIDATE CONSTRAINT|ALTER (?:COLUMN )?\S+ (?:SET DEFAULT|DROP NOT NULL|DROP IDENTITY|SET STATISTICS))\b/;
const TAKES_AWAY = /\b(?:DROP|RENAME)\b|^(?:MODIFY|CHANGE)\b|\bTYPE\b|\bSET NOT NULL\b|\bROW LEVEL SECURITY\b/;
const CONSTRAINT = /^ADD (?:CONSTRAINT|CHECK|FOREIGN KEY|UNIQUE|PRIMARY KEY|EXCLUDE)\b/;
const FILLED = /\b(?:DEFAULT|GENERATED|AUTO_INCREMENT|(?:BIG|SMALL)?SERIAL)\b/;

function judgeClause(head: string, clause: string, dialect: SqlDialect): Verdict {
  if (HARMLESS.test(clause)) return {};
  if (/^ADD (?:UNIQUE )?(?:INDEX|KEY)\b/.test(clause)) return { contract: clause.startsWith('ADD UNIQUE') };
  if (CONSTRAINT.test(clause)) return judgeConstraint(head, clause, dialect);
  if (/^ADD\b/.test(clause)) return judgeColumn(head, clause);
  return TAKES_AWAY.test(clause) ? contract(`${head} ${clause}`) : {};
}

/** A constraint binds new rows of older code at once; `NOT VALID` only spares the long lock. */
function judgeConstraint(head: string, clause: string, dialect: SqlDialect): Verdict {
  const scans = dialect === 'postgres' && !/\bNOT VALID\b/.test(clause);
  return { contract: true, risk: short(`${head} ${clause}${scans ? ' without NOT VALID' : ''}`) };
}

function judgeColumn(head: string, clause: string): Verdict {
  const required = /\bNOT NULL\b|\bPRIMARY KEY\b/.test(clause) && !FILLED.test(clause);
  if (required) return contract(`${head} ${clause} without DEFAULT`);
  return /\bUNIQUE\b/.test(clause) ? { risk: short(`${head} ${clause}`) } : {};
}

function contract(text: string): Verdict {
  return { contract: true, risk: short(text) };
}

/** The end is kept: it says what is missing. */
function short(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 68)} … ${text.slice(-28)}`;
}
