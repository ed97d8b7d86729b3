using Serverless.Inference;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Cli.Bench;

/// <summary>
/// Thousands of requests of every kind through an engine whose KV cache is far too small for them, and what must be true afterwards: each
/// ended once, as it was asked to; nothing runs, no block is held, the card's memory is what it was; preemption and prefix hits happened.
/// </summary>
internal sealed class BenchSoak(CudaDevice card, BenchModel model, SoakOptions options)
{
    private const int Callers = 4;
    private const int Sequences = 256;
    private const int Compared = 40;
    private const long MemoryTolerance = 64 << 20;

    // Room for 24,576 tokens; 256 sequences want about four times that.
    private const int CachedTokens = 24 * 1024;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs it and prints what happened.</summary>
    /// <exception cref="SoakFailedException">Something was not as it must be.</exception>
    public async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        await using var engine = await LlmEngine.LoadAsync(
            new EngineOptions(folder)
            {
                Device = $"cuda:{card.Index}", MaxNumSeqs = Sequences, MaxModelLen = SoakRequests.LongestPrompt + SoakRequests.LongestOutput,
                KvCacheBytes = CachedTokens * model.KvBytes, BatchInvariant = options.BatchInvariant,
            },
            cancellationToken: cancellationToken);

        // Libraries load the code of a product when it is first computed.
        using var warmUp = new SoakRequests(Callers, WarmUp, model.Vocabulary, time);
        int before = (await RunAsync(engine, warmUp, cancellationToken)).Count;
        await SettleAsync(engine, before, time, cancellationToken);
        var warm = engine.Statistics;
        long free = card.FreeBytes();
        long start = time.GetTimestamp();
        var callers = Enumerable.Range(0, Callers).Select(caller => new SoakRequests(caller, options.Duration, model.Vocabulary, time)).ToList();
        var results = (await Task.WhenAll(callers.Select(caller => RunAsync(engine, caller, cancellationToken)))).SelectMany(list => list).ToList();
        var elapsed = time.GetElapsedTime(start);
        await SettleAsync(engine, before + results.Count, time, cancellationToken);
        callers.ForEach(caller => caller.Dispose());

        var statistics = Since(warm, engine.Statistics);
        long change = free - card.FreeBytes();
        Require(Math.Abs(change) <= MemoryTolerance, $"{change / 1e6:F0} MB of the card's memory are gone");
        Require(statistics.Preemptions > 0, "no sequence was preempted: the cache is too large for a soak");
        Require(statistics.PrefixTokensFound > 0, "no prefix was found in the cache");
        int cancelled = results.Count(result => result.Completions.Any(completion => completion.FinishReason == FinishReason.Cancelled));
        BenchCommand.Line($"{model.Name}: soak of {results.Count} requests in {elapsed.TotalSeconds:F0} s, {statistics.KvBlocks} KV blocks, {statistics.GeneratedTokens / elapsed.TotalSeconds:F0} new tokens/s");
        BenchCommand.Line($"  each ended once; {cancelled} were cancelled, {statistics.Preemptions} preemptions, {statistics.PrefixHitRate:P1} of prompt tokens found in the cache");
        BenchCommand.Line($"  nothing runs or waits, no block is held, the card's free memory changed by {-change / 1e6:F0} MB");
        if (options.BatchInvariant)
        {
            await CompareAsync(engine, results, cancellationToken);
        }
    }

    /// <summary>What was counted after <paramref name="before"/>.</summary>
    private static EngineStatistics Since(EngineStatistics before, EngineStatistics now) => now with
    {
        GeneratedTokens = now.GeneratedTokens - before.GeneratedTokens,
        PrefixTokensAsked = now.PrefixTokensAsked - before.PrefixTokensAsked,
        PrefixTokensFound = now.PrefixTokensFound - before.PrefixTokensFound,
        Preemptions = now.Preemptions - before.Preemptions,
    };

    private static async Task<List<GenerationResult>> RunAsync(LlmEngine engine, SoakRequests requests, CancellationToken cancellationToken)
    {
        var results = new Dictionary<string, GenerationResult>();
        await foreach (var result in engine.GenerateAsync(requests.CreateAsync(cancellationToken), cancellationToken))
        {
            Check(result);

            // What was checked and is large is not kept.
            var kept = result with { Completions = [.. result.Completions.Select(completion => completion with { Logprobs = null })] };
            Require(results.TryAdd(result.Request.Id, kept), $"request {result.Request.Id} ended twice");
        }

        Require(results.Count == requests.Sent, $"{requests.Sent - results.Count} of {requests.Sent} requests did not end");
        return [.. results.Values];
    }

    /// <summary>A result is what its request asked for.</summary>
    private static void Check(GenerationResult result)
    {
        var (request, sampling) = (result.Request, result.Request.SamplingParams!);
        Require(result.Error is null, $"request {request.Id} failed: {result.Error?.Message}");
        Require(result.Completions.Count == sampling.N, $"request {request.Id} has {result.Completions.Count} completions of {sampling.N}");
        foreach (var completion in result.Completions)
        {
            int tokens = completion.TokenIds.Count;
            bool endsWell = completion.FinishReason switch
            {
                FinishReason.Length => tokens == sampling.MaxTokens,
                FinishReason.Stop => tokens >= Math.Max(1, sampling.MinTokens) && (sampling.StopTokenIds.Contains(completion.TokenIds[^1]) || sampling.Stop.Count > 0),
                FinishReason.Cancelled => request.CancellationToken.IsCancellationRequested && tokens <= sampling.MaxTokens,
                _ => false,
            };
            Require(endsWell, $"request {request.Id} ended with {completion.FinishReason} after {tokens} of {sampling.MaxTokens} tokens");
            Require(
                sampling.Logprobs is null ? completion.Logprobs is null : tokens == (completion.Logprobs?.Count ?? 0),
                $"request {request.Id} has {completion.Logprobs?.Count ?? 0} log-probabilities for {tokens} tokens");
        }
    }

    /// <summary>Waits until the engine says that it has nothing left.</summary>
    private static async Task SettleAsync(LlmEngine engine, int requests, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (engine.Statistics is not { Running: 0, Waiting: 0, KvBlocksInUse: 0 } || engine.Statistics.FinishedRequests != requests)
        {
            var now = engine.Statistics;
            Require(
                time.GetElapsedTime(start) < Patience,
                $"after {requests} results the engine shows {now.FinishedRequests} finished, {now.Running} running, {now.Waiting} waiting, {now.KvBlocksInUse} KV blocks in use");
            await Task.Delay(10, cancellationToken);
        }
    }

    /// <summary>Runs some greedy requests again, each alone.</summary>
    private static async Task CompareAsync(LlmEngine engine, IEnumerable<GenerationResult> results, CancellationToken cancellationToken)
    {
        var greedy = results.Where(result => SoakRequests.IsGreedy(result.Request) && result.Completions[0].FinishReason != FinishReason.Cancelled).Take(Compared).ToList();
        foreach (var before in greedy)
        {
            var request = before.Request with { CancellationToken = CancellationToken.None };
            await foreach (var alone in engine.GenerateAsync(new[] { request }.ToAsyncEnumerable(), cancellationToken))
            {
                Require(
                    alone.Error is null && alone.Completions[0].TokenIds.SequenceEqual(before.Completions[0].TokenIds),
                    $"request {request.Id} gives other tokens alone than in the crowd");
            }
        }

        BenchCommand.Line($"  {greedy.Count} greedy requests gave the same tokens alone");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new SoakFailedException($"soak: {otherwise}");
        }
    }
}
