using System.Diagnostics;
using Serverless.Inference;
using Serverless.Inference.Sampling;

namespace Serverless.Cli.Bench;

/// <summary>Requests of random tokens, and the time that an engine takes for them.</summary>
internal static class BenchLoad
{
    /// <summary>Requests of one length.</summary>
    public static IReadOnlyList<GenerationRequest> Same(BenchModel model, int count, int prompt, int output) =>
        [.. Enumerable.Range(0, count).Select(i => Request(model, new Random(i), prompt, output))];

    /// <summary>Requests of lengths between two, drawn at random.</summary>
    public static IReadOnlyList<GenerationRequest> Mixed(BenchModel model, int count, int least, int most)
    {
        var random = new Random(0);
        return [.. Enumerable.Range(0, count).Select(i => Request(model, new Random(i), random.Next(least, most + 1), random.Next(least, most + 1)))];
    }

    /// <summary>Runs requests to their end.</summary>
    /// <returns>Seconds from the first request to the last result.</returns>
    public static async Task<double> RunAsync(LlmEngine engine, IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await foreach (var result in engine.GenerateAsync(requests.ToAsyncEnumerable(), cancellationToken))
        {
            if (result.Error is { } error)
            {
                throw new InferenceException(error.Code, error.Message);
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Runs as many requests at once as the engine may, and times the steps that are decodes alone.</summary>
    /// <returns>Seconds of a step.</returns>
    public static async Task<double> StepAsync(LlmEngine engine, IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken)
    {
        var before = engine.Statistics;
        long prompts = before.PromptTokens + requests.Sum(request => (long)request.PromptTokenIds!.Length);
        long tokens = before.GeneratedTokens + requests.Sum(request => (long)request.SamplingParams!.MaxTokens);
        var run = RunAsync(engine, requests, cancellationToken);
        while (engine.Statistics is var now && (now.PromptTokens < prompts || now.GeneratedTokens < before.GeneratedTokens + requests.Count) && !run.IsCompleted)
        {
            await Task.Yield();
        }

        var (firstSteps, start) = (engine.Statistics.Steps, Stopwatch.GetTimestamp());
        while (engine.Statistics.GeneratedTokens < tokens && !run.IsCompleted)
        {
            await Task.Yield();
        }

        var (seconds, steps) = (Stopwatch.GetElapsedTime(start).TotalSeconds, engine.Statistics.Steps - firstSteps);
        await run;
        return seconds / steps;
    }

    private static GenerationRequest Request(BenchModel model, Random random, int prompt, int output) => new()
    {
        PromptTokenIds = [.. Enumerable.Range(0, prompt).Select(_ => random.Next(model.Vocabulary))],
        SamplingParams = new SamplingParams { Temperature = 0, MaxTokens = output, IgnoreEos = true },
    };
}
