const LESS_IS_BETTER =
  /(?:^|_)(?:loss|losses|error|errors|err|perplexity|ppl|nll|entropy|mse|rmse|mae|mape|wer|cer|brier|ece|regret|fid|(?:error|failure|refusal|hallucination|violation|toxicity)_rate|failures?|refusals?|hallucinations?|violations?|toxicity|harmfulness|edit_distance|latency|latency_ms|cost|cost_usd)(?:_score)?$/;
const MORE_IS_BETTER =
  /(?:^|_)(?:accuracy|acc|precision|recall|f1|auc|auroc|auprc|map|ndcg|mrr|r2|bleu|rouge|score|reward|return|iou|psnr|ssim|match|similarity|quality|relevance|faithfulness|groundedness|correctness|correct|helpfulness|coherence|fluency|rating|pass|passed|(?:success|pass|win)_rate)$/;
// `loss/val`, `loss_epoch` and `acc@1` are named by what stands before.
const QUALIFIERS = /(?:_(?:train|training|val|valid|validation|test|eval|dev|avg|mean|epoch|batch|step|\d+))+$/;

/**
 * Which end of a metric is the better one, told by its name (`loss`, `val_loss` and `loss/val` fall); null where the name does
 * not say, as for a learning rate.
 */
export function bestDirection(metric: string): 'min' | 'max' | null {
  const name = metric
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(QUALIFIERS, '');
  return LESS_IS_BETTER.test(name) ? 'min' : MORE_IS_BETTER.test(name) ? 'max' : null;
}
