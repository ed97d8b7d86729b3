using System.Collections.Concurrent;
using Serverless.Inference.Sampling;

namespace Serverless.Inference.Tests.Engine;

/// <summary>A row's tokens are a function of the row: not of its neighbours, of chunks, of prefix hits or of preemption.</summary>
public sealed class BatchInvarianceTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly ConcurrentDictionary<string, Task<int[][]>> Alone = new();

    public static TheoryData<string> Dtypes => ["float32", "bfloat16", "float16", "int8"];

    [Theory]
    [MemberData(nameof(Dtypes))]
    public async Task Tokens_are_the_same_alone_and_among_63_others(string dtype)
    {
        var requests = Requests();
        int[][] alone = await AloneAsync(dtype);
        await using var engine = await fixture.LoadAsync(o => With(o, dtype));
        Tokens(await EngineFixture.GenerateAsync(engine, requests)).ShouldBe(alone);
        engine.Statistics.PrefixTokensFound.ShouldBeGreaterThan(0);

        // Once more, with everything in the prefix cache.
        long found = engine.Statistics.PrefixTokensFound;
        Tokens(await EngineFixture.GenerateAsync(engine, requests)).ShouldBe(alone);
        engine.Statistics.PrefixTokensFound.ShouldBeGreaterThan(found + 1000);
    }

    [Theory]
    [InlineData(16, 3, 5)]
    [InlineData(16, 64, 64)]
    [InlineData(32, 7, 200)]
    public async Task Tokens_are_the_same_in_chunks_of_any_size(int blockSize, int sequences, int batchedTokens)
    {
        var requests = Requests();
        int[][] alone = await AloneAsync("float32");
        await using var engine = await fixture.LoadAsync(
            o => o with { BatchInvariant = true, BlockSize = blockSize, MaxNumSeqs = sequences, MaxNumBatchedTokens = batchedTokens });
        Tokens(await EngineFixture.GenerateAsync(engine, requests)).ShouldBe(alone);
    }

    [Fact]
    public async Task Tokens_are_the_same_on_several_threads()
    {
        int[][] alone = await AloneAsync("float32");
        await using var engine = await fixture.LoadAsync(o => o with { BatchInvariant = true, Threads = 3 });
        Tokens(await EngineFixture.GenerateAsync(engine, Requests())).ShouldBe(alone);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tokens_are_the_same_when_a_tiny_cache_forces_preemption(bool prefixCaching)
    {
        var requests = Requests();
        int[][] alone = await AloneAsync("float32");

        // 16 blocks of 16 tokens: 2 layers, keys and values, 2 heads of 16 float32 each.
        await using var engine = await fixture.LoadAsync(
            o => o with { BatchInvariant = true, KvCacheBytes = 16 * 16 * 2 * 2 * 2 * 16 * 4, MaxModelLen = 200, EnablePrefixCaching = prefixCaching });
        Tokens(await EngineFixture.GenerateAsync(engine, requests)).ShouldBe(alone);
        engine.Statistics.Preemptions.ShouldBeGreaterThan(0);
        engine.Statistics.KvBlocks.ShouldBe(16);
        engine.Statistics.KvBlocksInUse.ShouldBe(0);
    }

    /// <summary>Half greedy, half sampled in different ways.</summary>
    private static GenerationRequest[] Requests() => [.. Enumerable.Range(0, 64).Select(i => EngineFixture.Request(
        EngineFixture.Prompt(i),
        (i % 4) switch
        {
            0 => new SamplingParams { Temperature = 1, MaxTokens = 20 + (i % 30), IgnoreEos = true },
            1 => new SamplingParams { Temperature = 0.8f, TopP = 0.9f, TopK = 40, RepetitionPenalty = 1.2f, MaxTokens = 20 + (i % 30), Seed = i },
            _ => new SamplingParams { Temperature = 0, MaxTokens = 20 + (i % 30), FrequencyPenalty = i % 8 == 3 ? 0.5f : 0 },
        }))];

    /// <summary>Each request with an engine to itself, nothing found in the prefix cache; computed once for all tests.</summary>
    private Task<int[][]> AloneAsync(string dtype) => Alone.GetOrAdd(dtype, RunAloneAsync);

    private async Task<int[][]> RunAloneAsync(string dtype)
    {
        await using var engine = await fixture.LoadAsync(o => With(o, dtype) with { BatchInvariant = true, EnablePrefixCaching = false });
        var results = new List<GenerationResult>();
        foreach (var request in Requests()) results.Add(await EngineFixture.GenerateOneAsync(engine, request));
        int[][] tokens = Tokens(results);
        tokens.Select(t => string.Join(",", t)).Distinct().Count().ShouldBeGreaterThan(50, "the prompts lead to different texts");
        return tokens;
    }

    private static EngineOptions With(EngineOptions options, string dtype) =>
        dtype == "int8" ? options with { Dtype = "auto", Quantization = dtype } : options with { Dtype = dtype, BatchInvariant = true };

    private static int[][] Tokens(IEnumerable<GenerationResult> results) => [.. results.Select(result =>
    {
        result.Error.ShouldBeNull();
        return result.Completions[0].TokenIds.ToArray();
    })];
}
