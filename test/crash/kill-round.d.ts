export interface KillRound {
  readonly durability: 'batched' | 'immediate' | 'fsync';
  readonly pace: 'full' | 'slow' | 'blocked';
  readonly sealing: boolean;
  readonly afterMs: number;
  readonly slackMs?: number;
}
export interface KillResult {
  readonly executed: number;
  readonly kept: number;
  readonly lost: number;
  readonly lostMs: number;
  readonly bound: number;
  readonly problems: string[];
}
export function killRound(options: KillRound): Promise<KillResult>;
