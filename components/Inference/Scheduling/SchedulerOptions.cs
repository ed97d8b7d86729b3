namespace Serverless.Inference.Scheduling;

/// <summary>The limits that the scheduler keeps.</summary>
/// <param name="MaxSequences">Sequences that run at once.</param>
/// <param name="MaxBatchedTokens">Tokens of one step; at least <paramref name="MaxSequences"/>, so that a step always has room for every decode.</param>
internal sealed record SchedulerOptions(int MaxSequences, int MaxBatchedTokens);
