/** A record of something other than messages. Configurations are encoded messages in base64; null: deleted. */
export type Fact =
  | { readonly is: 'start'; readonly version: 1; readonly idBase: number; readonly lastSeq: number }
  | { readonly is: 'topic' | 'subscription' | 'policy'; readonly name: string; readonly config: string | null }
  | { readonly is: 'schema'; readonly name: string; readonly revisions: readonly string[] | null }
  | {
      readonly is: 'snapshot';
      readonly name: string;
      readonly config: string | null;
      readonly topic: string;
      readonly unacked: readonly number[];
      readonly fromSeq: number;
    }
  /** The backlog of a subscription, the acknowledged messages it keeps, or what a topic retains: exactly these. */
  | {
      readonly is: 'backlog' | 'acked' | 'retained';
      readonly name: string;
      readonly seqs: readonly number[];
      /** These as well as those of the fact before. */
      readonly more?: boolean;
    };

export const encodeFact = (fact: Fact): Buffer => Buffer.from(JSON.stringify(fact));
export const decodeFact = (payload: Buffer): Fact => JSON.parse(payload.toString('utf8')) as Fact;
