using System.Runtime.CompilerServices;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Engine;

/// <summary>Hundreds of requests of every kind through an engine whose KV cache is far too small for them.</summary>
public sealed class SoakTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const int Requests = 500;
    private const int LongestPrompt = 100;
    private const int LongestOutput = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_request_ends_once_as_it_was_asked_to_and_leaves_nothing_behind(int seed)
    {
        // 40 blocks of 16 tokens: 2 layers, keys and values, 2 heads of 16 float32 each.
        await using var engine = await fixture.LoadAsync(o => o with
        {
            BatchInvariant = true, MaxNumSeqs = 16, MaxModelLen = LongestPrompt + LongestOutput, MaxNumBatchedTokens = 64, KvCacheBytes = 40 * 16 * 2 * 2 * 2 * 16 * 4,
        });
        using var limit = new CancellationTokenSource(EngineFixture.Patience);
        using var source = new Source(seed);
        var results = new Dictionary<string, GenerationResult>();
        await foreach (var result in engine.GenerateAsync(source.CreateAsync(limit.Token), limit.Token))
        {
            results.TryAdd(result.Request.Id, result).ShouldBeTrue($"request {result.Request.Id} ended once");
            Check(result);
            await source.CancelDueAsync(results.Count);
        }

        results.Count.ShouldBe(Requests);
        results.Values.Count(result => result.Completions.Any(completion => completion.FinishReason == FinishReason.Cancelled)).ShouldBePositive();
        await CancellationTests.UntilAsync(
            () => engine.Statistics is { Running: 0, Waiting: 0, KvBlocksInUse: 0, FinishedRequests: Requests }, "the engine has nothing left");
        engine.Statistics.KvBlocks.ShouldBe(40);
        engine.Statistics.Preemptions.ShouldBePositive();
        engine.Statistics.PrefixTokensFound.ShouldBePositive();

        var ended = results.Values.Where(result => result.Completions.All(completion => completion.FinishReason != FinishReason.Cancelled)).Take(40).ToList();
        foreach (var crowd in ended)
        {
            var alone = await EngineFixture.GenerateOneAsync(engine, crowd.Request with { CancellationToken = CancellationToken.None });
            alone.Completions.Select(completion => completion.TokenIds).ShouldBe(crowd.Completions.Select(completion => completion.TokenIds), $"request {crowd.Request.Id}");
        }
    }

    private static void Check(GenerationResult result)
    {
        var sampling = result.Request.SamplingParams!;
        result.Error.ShouldBeNull();
        result.Completions.Count.ShouldBe(sampling.N);
        foreach (var completion in result.Completions)
        {
            int tokens = completion.TokenIds.Count;
            string ended = $"request {result.Request.Id}: {completion.FinishReason} after {tokens} of {sampling.MaxTokens} tokens";
            switch (completion.FinishReason)
            {
                case FinishReason.Length:
                    tokens.ShouldBe(sampling.MaxTokens, ended);
                    break;
                case FinishReason.Stop:
                    (completion.TokenIds[^1] == TinyModel.Eos || sampling.StopTokenIds.Contains(completion.TokenIds[^1]) || sampling.Stop.Count > 0).ShouldBeTrue(ended);
                    tokens.ShouldBeGreaterThan(sampling.MinTokens, ended);
                    break;
                default:
                    completion.FinishReason.ShouldBe(FinishReason.Cancelled, ended);
                    result.Request.CancellationToken.IsCancellationRequested.ShouldBeTrue(ended);
                    break;
            }

            (completion.Logprobs?.Count ?? 0).ShouldBe(sampling.Logprobs is null ? 0 : tokens, ended);
        }
    }

    /// <summary>The requests: three of ten begin as others do, one of twenty is cancelled once some more results have come.</summary>
    private sealed class Source(int seed) : IDisposable
    {
        private readonly Random random = new(seed);
        private readonly List<(int Results, CancellationTokenSource Cancellation)> cancellations = [];
        private readonly Lock access = new();

        public async IAsyncEnumerable<GenerationRequest> CreateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (int i = 0; i < Requests; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int length = random.Next(1, LongestPrompt + 1);
                yield return new GenerationRequest
                {
                    Id = $"{i}",
                    Job = $"job-{i % 3}",
                    PromptTokenIds = random.Next(10) < 3 ? Shared(length) : Tokens(random, length),
                    SamplingParams = random.Next(2) == 0
                        ? new SamplingParams { Temperature = 0, MaxTokens = random.Next(1, LongestOutput + 1), StopTokenIds = Rarely() ? Tokens(random, 3) : [] }
                        : Sampled(),
                    CancellationToken = random.Next(20) == 0 ? Cancelled(i) : CancellationToken.None,
                };
                await Task.Yield();
            }
        }

        /// <summary>Cancels what is due after so many results.</summary>
        public async Task CancelDueAsync(int results)
        {
            List<CancellationTokenSource> due;
            lock (access)
            {
                due = [.. cancellations.Where(entry => entry.Results == results).Select(entry => entry.Cancellation)];
            }

            foreach (var cancellation in due) await cancellation.CancelAsync();
        }

        public void Dispose() => cancellations.ForEach(entry => entry.Cancellation.Dispose());

        private SamplingParams Sampled() => new()
        {
            N = random.Next(1, 4),
            Temperature = 0.3f + random.NextSingle(),
            TopP = Rarely() ? 0.8f : 1,
            TopK = Rarely() ? 20 : 0,
            MinP = Rarely() ? 0.05f : 0,
            RepetitionPenalty = Rarely() ? 1.2f : 1,
            PresencePenalty = Rarely() ? 0.5f : 0,
            FrequencyPenalty = Rarely() ? 0.3f : 0,
            MaxTokens = random.Next(1, LongestOutput + 1),
            StopTokenIds = Rarely() ? Tokens(random, 3) : [],
            Stop = Rarely() ? ["a", "bc"] : [],
            LogitBias = Rarely() ? Tokens(random, 4).Distinct().ToDictionary(token => token, _ => 3f) : null,
            Seed = Rarely() ? random.Next() : null,
            Logprobs = Rarely() ? 3 : null,
        };

        private bool Rarely() => random.Next(4) == 0;

        private int[] Shared(int length)
        {
            int[] beginning = Tokens(new Random(random.Next(3)), Math.Min(length, 64));
            return [.. beginning, .. Tokens(random, length - beginning.Length)];
        }

        private static int[] Tokens(Random from, int count) => [.. Enumerable.Range(0, count).Select(_ => from.Next(TinyModel.Bos))];

        private CancellationToken Cancelled(int request)
        {
            // Some are cancelled while they wait, some while they run, some too late; a call has 32 under way.
            var cancellation = new CancellationTokenSource();
            lock (access) cancellations.Add((Math.Min(Requests - 1, Math.Max(1, request - 40 + random.Next(60))), cancellation));
            return cancellation.Token;
        }
    }
}
