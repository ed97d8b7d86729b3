using System.Diagnostics;
using Serverless.Inference;
using Serverless.Inference.Kernels.Cuda;
using Serverless.Inference.Sampling;

namespace Serverless.Cli.Bench;

/// <summary>What is measured: each figure beside the least time that the card's bandwidth and arithmetic allow.</summary>
internal sealed class BenchParts(CudaDevice card, CudaCeilings ceilings, string folder, SoakOptions soak, CancellationToken cancellationToken)
{
    /// <summary>The part that measures nothing and runs when named only.</summary>
    public const string Soak = "soak";

    private const int Context = 192;

    private readonly BenchModel small = BenchModel.All[0], qwen = BenchModel.All[1], large = BenchModel.All[2];

    /// <summary>Names of the parts.</summary>
    public static string[] Names { get; } = ["offline", "sampled", "steps", "single", "prefill", "invariant", "mixed", "profile", "8b", Soak];

    /// <summary>The parts by name, in the order of their models.</summary>
    public IReadOnlyList<(string Name, Func<Task> Run)> All =>
        [.. Names.Zip((Func<Task>[])[OfflineAsync, SampledAsync, StepsAsync, SingleAsync, PrefillAsync, InvariantAsync, MixedAsync, ProfileAsync, LargeAsync, SoakAsync])];

    private async Task OfflineAsync()
    {
        await using var engine = await LoadAsync(small, 2048);
        await BenchLoad.RunAsync(engine, BenchLoad.Same(small, 256, 128, 16), cancellationToken);
        await OfflineAsync(engine, small, 2048);
    }

    private async Task OfflineAsync(LlmEngine engine, BenchModel model, int count)
    {
        double seconds = await BenchLoad.RunAsync(engine, BenchLoad.Same(model, count, 128, 128), cancellationToken);
        double flops = 2.0 * ((2 * model.LayerWeights) + model.HeadWeights) * count * 128;
        double floor = (flops / ceilings.FlopsPerSecond) + ((double)model.KvBytes * Context * count * 128 / ceilings.BytesPerSecond);
        Report($"{model.Name}: {count} requests, 128 in / 128 out", count * 128 / seconds, "new tokens/s", count * 128 / floor, isTime: false);
    }

    /// <summary>What choosing tokens costs beside taking the best one.</summary>
    private async Task SampledAsync()
    {
        const int Requests = 1024;

        // The logits of random weights differ less than a trained model's: so low, as few tokens matter.
        const float Temperature = 0.15f;
        (string Name, SamplingParams Params)[] ways =
        [
            ("greedy", new SamplingParams { Temperature = 0 }),
            ("temperature", new SamplingParams { Temperature = Temperature }),
            ("temperature and top_p 0.95", new SamplingParams { Temperature = Temperature, TopP = 0.95f }),
            ("temperature, top_p 0.95 and top_k 50", new SamplingParams { Temperature = Temperature, TopP = 0.95f, TopK = 50 }),
            ("temperature and repetition_penalty 1.1", new SamplingParams { Temperature = Temperature, RepetitionPenalty = 1.1f }),
        ];
        await using var engine = await LoadAsync(small, Requests);
        foreach (var (name, sampling) in ways)
        {
            var requests = BenchLoad.Same(small, Requests, 128, 128)
                .Select(request => request with { SamplingParams = sampling with { MaxTokens = 128, IgnoreEos = true, Seed = 1 } }).ToList();
            await BenchLoad.RunAsync(engine, requests[..64], cancellationToken);
            double seconds = await BenchLoad.RunAsync(engine, requests, cancellationToken);
            BenchCommand.Line($"{small.Name}: {Requests} requests, 128 in / 128 out, {name}: {Requests * 128 / seconds:F0} new tokens/s");
        }
    }

    private async Task StepsAsync()
    {
        await using var engine = await LoadAsync(small, 1024);
        foreach (int batch in new[] { 64, 256, 512, 1024 })
        {
            double seconds = await BenchLoad.StepAsync(engine, BenchLoad.Same(small, batch, 128, 128), cancellationToken);
            Report($"{small.Name}: decode step, context 192, batch {batch}", seconds * 1e3, "ms", StepFloor(small, batch, Context) * 1e3, isTime: true);
        }
    }

    private async Task SingleAsync()
    {
        await using var engine = await LoadAsync(small, 1);
        double seconds = await BenchLoad.StepAsync(engine, BenchLoad.Same(small, 1, 128, 256), cancellationToken);
        seconds = await BenchLoad.StepAsync(engine, BenchLoad.Same(small, 1, 128, 256), cancellationToken);
        Report($"{small.Name}: one sequence", 1 / seconds, "tokens/s", 1 / StepFloor(small, 1, 256), isTime: false);
    }

    private async Task PrefillAsync()
    {
        const int Length = 8192;
        await using var engine = await LoadAsync(small, 16);
        await BenchLoad.RunAsync(engine, BenchLoad.Same(small, 2, Length, 1), cancellationToken);
        var requests = BenchLoad.Same(small, 10, Length, 1).Skip(2).ToList();
        double seconds = await BenchLoad.RunAsync(engine, requests, cancellationToken) / requests.Count;
        double flops = (2.0 * small.LayerWeights * Length) + (2.0 * Length * Length * small.Heads * small.HeadSize * small.Layers);
        Report($"{small.Name}: prefill of 8192 tokens", flops / seconds / 1e12, "TFLOP/s", ceilings.FlopsPerSecond / 1e12, isTime: false);
    }

    /// <summary>What <see cref="EngineOptions.BatchInvariant"/> costs.</summary>
    private async Task InvariantAsync()
    {
        const int Requests = 512;
        var seconds = new double[2];
        foreach (bool isInvariant in new[] { false, true })
        {
            await using var engine = await LoadAsync(small, 256, isInvariant);
            await BenchLoad.RunAsync(engine, BenchLoad.Same(small, 256, 128, 16), cancellationToken);
            seconds[isInvariant ? 1 : 0] = await BenchLoad.RunAsync(engine, BenchLoad.Same(small, Requests, 128, 128), cancellationToken);
        }

        BenchCommand.Line(
            $"{small.Name}: {Requests} requests, 128 in / 128 out, 256 sequences: {Requests * 128 / seconds[0]:F0} new tokens/s; with batch_invariant {Requests * 128 / seconds[1]:F0}, {seconds[0] / seconds[1]:P0} of it");
    }

    private async Task MixedAsync()
    {
        await using var engine = await LoadAsync(qwen, 256);
        await BenchLoad.RunAsync(engine, BenchLoad.Same(qwen, 64, 128, 16), cancellationToken);
        var requests = BenchLoad.Mixed(qwen, 256, 100, 1024);
        long tokens = requests.Sum(request => (long)request.SamplingParams!.MaxTokens);
        double seconds = await BenchLoad.RunAsync(engine, requests, cancellationToken);
        Report($"{qwen.Name}: 256 requests, 100-1024 in / 100-1024 out", tokens / seconds, "new tokens/s", tokens / MixedFloor(qwen, requests), isTime: false);
    }

    private Task ProfileAsync()
    {
        foreach (int batch in new[] { 1, 256, 1024 })
        {
            var (operations, layer) = CudaProfile.DecodeStep(
                card, ceilings, (small.Layers, small.Hidden, small.Inner, small.Heads, small.KvHeads, small.HeadSize, small.Vocabulary), batch, Context);
            BenchCommand.Line($"{small.Name}: where a decode step goes, context 192, batch {batch}");
            foreach (var operation in operations)
            {
                BenchCommand.Line(
                    $"  {operation.Name,-14} {operation.Count,3} x {operation.Microseconds,7:F1} us (floor {operation.Floor,7:F1}) = {operation.Count * operation.Microseconds,7:F0} us");
            }

            BenchCommand.Line($"  a layer's, one behind the other: {layer:F1} us");
            BenchCommand.Line($"  all {operations.Sum(operation => operation.Count * operation.Microseconds) / 1e3:F2} ms, floor {operations.Sum(operation => operation.Count * operation.Floor) / 1e3:F2} ms");
        }

        return Task.CompletedTask;
    }

    private async Task LargeAsync()
    {
        await using var engine = await LoadAsync(large, 256);
        await BenchLoad.RunAsync(engine, BenchLoad.Same(large, 64, 128, 16), cancellationToken);
        await OfflineAsync(engine, large, 256);
    }

    private Task SoakAsync() => new BenchSoak(card, small, soak).RunAsync(small.Write(folder), cancellationToken);

    private double StepFloor(BenchModel model, int batch, int context)
    {
        long weights = model.LayerWeights + model.HeadWeights;
        double arithmetic = 2.0 * weights * batch / ceilings.FlopsPerSecond;
        double reading = 2.0 * weights / ceilings.BytesPerSecond;
        return Math.Max(arithmetic, reading) + ((double)model.KvBytes * context * batch / ceilings.BytesPerSecond);
    }

    /// <summary>All prompts first, then a step for each token of the longest answer, with whoever still has tokens to get.</summary>
    private double MixedFloor(BenchModel model, IReadOnlyList<GenerationRequest> requests)
    {
        double seconds = 2.0 * model.LayerWeights * requests.Sum(request => (long)request.PromptTokenIds!.Length) / ceilings.FlopsPerSecond;
        for (int step = 1; requests.Where(request => request.SamplingParams!.MaxTokens > step).ToList() is { Count: > 0 } going; step++)
        {
            seconds += StepFloor(model, going.Count, (int)going.Average(request => request.PromptTokenIds!.Length + step));
        }

        return seconds;
    }

    private async Task<LlmEngine> LoadAsync(BenchModel model, int sequences, bool isInvariant = false)
    {
        var path = model.Write(folder);
        long start = Stopwatch.GetTimestamp();
        var engine = await LlmEngine.LoadAsync(
            new EngineOptions(path) { Device = $"cuda:{card.Index}", MaxNumSeqs = sequences, EnablePrefixCaching = false, MaxModelLen = 16384, BatchInvariant = isInvariant },
            cancellationToken: cancellationToken);
        BenchCommand.Line($"{model.Name}: loaded and warm in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s ({(model.LayerWeights + (model.HeadWeights * (model.IsTied ? 1 : 2))) * 2 / 1e9:F1} GB)");
        return engine;
    }

    private static void Report(string what, double figure, string unit, double limit, bool isTime) =>
        BenchCommand.Line($"{what}: {figure:G5} {unit}; limit {limit:G5} {unit}, {(isTime ? limit / figure : figure / limit):P0} of it");
}
