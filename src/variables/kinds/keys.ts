import { doubtful, type Kind, standIn, wrong } from './kind.ts';
import { untidy } from './text.ts';

interface KeyForm {
  /** `a secret key of Stripe, sk_…`. */
  readonly expected: string;
  /** What every such key matches. */
  readonly form?: RegExp;
  /** Whether whoever hands the keys out could also have others: then another form is only told. */
  readonly others?: true;
  /** Characters. */
  readonly least?: number;
  /** Keys of the same owner that are often put in its place, and what they are. */
  readonly mixedUp?: { readonly form: RegExp; readonly with: string };
}

/** A key that somebody hands out: one word, of a least length, in its owner's form. */
function key({ expected, form, others, least = 8, mixedUp }: KeyForm): Kind {
  return {
    expected,
    flaw(value) {
      const flaw = untidy(value, expected);
      if (flaw) return flaw;
      if (mixedUp?.form.test(value)) return wrong(`is ${mixedUp.with}`, expected);
      if (value.length < least) return standIn(`is shorter than ${least} characters`, expected);
      if (!form || form.test(value)) return undefined;
      return (others ? doubtful : standIn)('has not the form of such a key', expected);
    },
  };
}

export const anyKey = key({ expected: 'a key without blanks', least: 8 });

export const stripeSecret = key({
  expected: 'a secret key of Stripe, sk_… or rk_…',
  form: /^(sk|rk)_/,
  mixedUp: { form: /^(pk_|whsec_)/, with: 'another key of Stripe than the secret one' },
});

export const stripePublishable = key({
  expected: 'a publishable key of Stripe, pk_…',
  form: /^pk_/,
  mixedUp: { form: /^(sk|rk|whsec)_/, with: 'a secret key of Stripe, which nobody may see' },
});

export const webhookSecret = key({ expected: 'the signing secret of a webhook, whsec_…', form: /^whsec_/ });

export const clerkSecret = key({
  expected: 'a secret key of Clerk, sk_live_… or sk_test_…',
  form: /^sk_(live|test)_/,
  mixedUp: { form: /^pk_/, with: 'the publishable key of Clerk' },
});

export const clerkPublishable = key({
  expected: 'a publishable key of Clerk, pk_live_… or pk_test_…',
  form: /^pk_(live|test)_/,
  mixedUp: { form: /^sk_/, with: 'the secret key of Clerk, which nobody may see' },
});

export const anthropicKey = key({ expected: 'a key of Anthropic, sk-ant-…', form: /^sk-ant-/, least: 16 });

export const openaiKey = key({
  expected: 'a key of OpenAI, sk-…',
  form: /^sk-/,
  others: true,
  mixedUp: { form: /^sk-ant-/, with: 'a key of Anthropic' },
});

export const googleAiKey = key({ expected: 'a key of Google AI, AIza…', form: /^AIza[\w-]{35}$/, others: true });

/** Keys that begin with what their owner says, and may change. */
export const keyWith = (owner: string, start: string): Kind =>
  key({ expected: `a key of ${owner}, ${start}…`, form: new RegExp(`^${start.replace('.', '\\.')}`), others: true });

export const awsKeyId = key({
  expected: 'the id of an access key of AWS, 20 capital letters and digits',
  form: /^(AKIA|ASIA)[A-Z0-9]{16}$/,
  others: true,
  least: 3,
});

export const awsSecret = key({
  expected: 'the secret of an access key of AWS, 40 characters',
  form: /^[A-Za-z0-9/+=]{40}$/,
  others: true,
  mixedUp: { form: /^(AKIA|ASIA)[A-Z0-9]{16}$/, with: 'the id of an access key, not its secret' },
});

export const awsRegion = key({
  expected: 'a region such as eu-central-1',
  form: /^([a-z]{2,3}(-[a-z]+)+-\d+|auto)$/,
  others: true,
  least: 2,
});

/** Ids of clients of OAuth are no secrets and have many forms. */
export const clientId = key({ expected: 'the id of an OAuth client', least: 3 });

export const clientSecret = key({ expected: 'the secret of an OAuth client', least: 4 });
