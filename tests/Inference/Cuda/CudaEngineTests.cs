using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Tests.Engine;

namespace Serverless.Inference.Tests.Cuda;

/// <summary>Tests that measure a card's memory: nothing else runs on it meanwhile.</summary>
[CollectionDefinition(nameof(CardToItself), DisableParallelization = true)]
public sealed class CardToItself;

/// <summary>Engines and the memory of a card: what they take they give back, and what does not fit says what to set. Skipped where there is no card.</summary>
[Collection(nameof(CardToItself))]
public sealed class CudaEngineTests : IDisposable
{
    private const long Tolerance = 64 << 20;

    private readonly TinyModel model = new TinyModel().Save();

    public void Dispose() => model.Dispose();

    [Fact]
    public async Task Engines_that_are_disposed_give_all_memory_back()
    {
        using var context = new CudaContext(Card());

        // Libraries keep their code for as long as there is a context.
        await RunAsync(Small);
        long before = context.Memory().Free;
        for (int i = 0; i < 10; i++) await RunAsync(Small);
        context.Memory().Free.ShouldBeInRange(before - Tolerance, before + Tolerance);
    }

    [Fact]
    public async Task Two_engines_share_a_card_when_their_caches_have_a_size()
    {
        Card();
        await using var first = await LlmEngine.LoadAsync(Small, cancellationToken: TestContext.Current.CancellationToken);
        await using var second = await LlmEngine.LoadAsync(Small, cancellationToken: TestContext.Current.CancellationToken);
        var results = await Task.WhenAll(new[] { first, second }.Select(engine => EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("The quick"))));
        results.ShouldAllBe(result => result.Error == null && result.Completions[0].TokenIds.Count == 24);
        results[1].Completions[0].TokenIds.ShouldBe(results[0].Completions[0].TokenIds);
    }

    [Fact]
    public async Task An_engine_beside_one_that_took_the_card_s_share_is_told_how_to_share()
    {
        Card();
        await using var first = await LlmEngine.LoadAsync(Small with { KvCacheBytes = null }, cancellationToken: TestContext.Current.CancellationToken);
        var error = await RefusedAsync(Small with { KvCacheBytes = null });
        error.Message.ShouldContain("gpu_memory_utilization 0.9 leaves it 0 MB of the card's");
        error.Message.ShouldContain("give every engine of the card kv_cache_bytes");
    }

    [Fact]
    public async Task A_kv_cache_larger_than_the_card_is_refused_with_what_is_needed_and_free()
    {
        var card = Card();
        using var context = new CudaContext(card);
        long before = context.Memory().Free;
        var error = await RefusedAsync(Small with { KvCacheBytes = 2 * card.MemoryBytes });
        error.Message.ShouldContain($"{2 * card.MemoryBytes / 1e6:F0} MB for the KV cache");
        error.Message.ShouldContain("are free. Set kv_cache_bytes, max_num_seqs, max_num_batched_tokens or max_model_len lower");
        context.Memory().Free.ShouldBeInRange(before - Tolerance, before + Tolerance);
    }

    [Fact]
    public async Task A_share_too_small_for_activations_is_refused_with_what_is_needed_and_had()
    {
        using var context = new CudaContext(Card());
        var (free, total) = context.Memory();
        double share = (double)(total - free + (300 << 20)) / total;
        var error = await RefusedAsync(Small with { KvCacheBytes = null, MaxNumSeqs = 65536, GpuMemoryUtilization = share });
        error.Message.ShouldContain("MB for activations, logits and sampling");
        error.Message.ShouldContain("Set gpu_memory_utilization higher, or max_num_seqs, max_num_batched_tokens or max_model_len lower");
        context.Memory().Free.ShouldBeInRange(free - Tolerance, free + Tolerance);
    }

    [Fact]
    public async Task Int8_weights_run_on_the_cpu_where_the_device_is_left_open()
    {
        Card();
        await using var engine = await LlmEngine.LoadAsync(Small with { Quantization = "int8", Device = "auto" }, cancellationToken: TestContext.Current.CancellationToken);
        engine.Device.ShouldNotContain("cuda");
        (await EngineFixture.GenerateOneAsync(engine, EngineFixture.Request("The quick"))).Error.ShouldBeNull();
    }

    private EngineOptions Small => new(model.Folder) { Device = "cuda:0", MaxNumSeqs = 8, KvCacheBytes = 8 << 20 };

    private static CudaDevice Card()
    {
        Assert.SkipWhen(CudaDevice.Enumerate().Count == 0, "this machine has no CUDA card");
        return CudaDevice.Enumerate()[0];
    }

    private static async Task RunAsync(EngineOptions options)
    {
        await using var engine = await LlmEngine.LoadAsync(options);
        var results = await EngineFixture.GenerateAsync(engine, [.. Enumerable.Range(0, 16).Select(i => EngineFixture.Request(EngineFixture.Prompt(i)))]);
        results.ShouldAllBe(result => result.Error == null);
    }

    private static async Task<InferenceException> RefusedAsync(EngineOptions options)
    {
        var error = await Should.ThrowAsync<InferenceException>(() => LlmEngine.LoadAsync(options));
        error.Code.ShouldBe(InferenceErrorCodes.OutOfMemory);
        error.Message.ShouldStartWith("The engine does not fit on GPU 0 (");
        return error;
    }
}
