using System.Text.Json;
using Serverless.Benchmarks.Generation;
using Serverless.Benchmarks.Report;
using Serverless.Cli.Run;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;
using Serverless.Inference;
using Serverless.Inference.Chat;
using Serverless.Inference.Sampling;
using Serverless.Processing.Jobs;
using Serverless.Telemetry;

namespace Serverless.Benchmarks.Jobs;

/// <summary>
/// A whole job of the durable service (JSON Lines, templates, tokens, engine, Parquet, manifest; sidecar with fsync, API, workflows, pool and worker in this
/// process) beside the bare engine on the same, prepared rows.
/// </summary>
public static class PipelineBenchmark
{
    private static readonly Lazy<TelemetrySession> Telemetry = new(() => TelemetrySession.Start(TelemetryOptions.FromEnvironment("benchmark")));

    private const string SystemPrompt = "You are a bot that completes unfinished haikus.";

    private static readonly string[] Openings =
        ["An old silent pond", "Over the wintry forest", "Rain on the tin roof", "Leaves drift down the lane", "A lamp in the fog"];

    /// <summary>Runs both on two models and prints the table.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Runs of each; the medians count.</param>
    public static async Task RunAsync(TextWriter output, int rounds)
    {
        output.WriteLine("## A job beside its engine");
        output.WriteLine();
        output.WriteLine("New tokens/s of a whole job of the durable service, from its submission to the manifest over its Parquet parts, and of the engine alone on " +
            $"the same rows, tokenised beforehand; greedy; medians of {rounds} runs in turn. Bar: 97 % with a model of ordinary size; haiku-tiny, " +
            "whose row costs less than a millisecond of engine, shows what the stages themselves cost.");
        output.WriteLine();
        var table = new MarkdownTable("model", "rows", "engine", "job", "share");
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName;
        try
        {
            string model = Path.Combine(folder, "model");
            HuggingFaceFolder.Write(model, RandomWeights.Make());
            await CompareAsync(table, "123 million parameters", model, rows: 384, maxTokens: 48, rounds, folder);
            string haiku = Clone.PathOf("samples", "models", "haiku-tiny");
            await CompareAsync(table, "haiku-tiny", haiku, rows: 2000, maxTokens: 60, rounds, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        table.Write(output);
    }

    private static async Task CompareAsync(
        MarkdownTable table, string name, string model, int rows, int maxTokens, int rounds, string folder)
    {
        string input = Path.Combine(folder, $"{name}.jsonl");
        string[] items = [.. Enumerable.Range(0, rows).Select(i => $"{Openings[i % Openings.Length]}, {i}...")];
        File.WriteAllLines(input, items.Select(item => JsonSerializer.Serialize(new { item })));
        await using var engine = await LlmEngine.LoadAsync(new EngineOptions(model));
        bool chat = File.Exists(Path.Combine(model, "chat_template.jinja"));
        var sampling = new SamplingParams { Temperature = 0, MaxTokens = maxTokens };
        GenerationRequest[] prepared = [.. items.Select(item => engine.Prepare(new GenerationRequest
        {
            Messages = chat ? [new ChatMessage("system", SystemPrompt), new ChatMessage("user", item)] : null,
            Prompt = chat ? null : $"{SystemPrompt} {item}",
            SamplingParams = sampling,
        }))];

        await using var service = await LocalService.StartAsync(
            new JobRunnerOptions { LoadEngine = (_, _) => Task.FromResult<IGenerationEngine>(new SharedEngine(engine)) }, Telemetry.Value.Loggers, default,
            Path.Combine(folder, $"{name}.db"));
        int run = 0;
        double[] rates = await Measure.AlternatingAsync(rounds,
            () => RateAsync(() => BareAsync(engine, prepared)),
            () => RateAsync(() => JobAsync(service, Spec(model, input, chat, maxTokens, Path.Combine(folder, $"{name}-{run++}")))));
        table.Add(name, $"{rows}", $"{rates[0]:F0}", $"{rates[1]:F0}", $"{rates[1] / rates[0]:P1}");
    }

    private static JobSpec Spec(string model, string input, bool chat, int maxTokens, string output) => new()
    {
        Model = new ModelSpec { Source = model },
        Input = new InputSpec { Uri = input },
        Preprocess = new PreprocessSpec
        {
            Messages = chat ? [Message("system", SystemPrompt), Message("user", "{{ row.item }}")] : null,
            Prompt = chat ? null : SystemPrompt + " {{ row.item }}",
            SamplingParams = new Dictionary<string, JsonElement>
            {
                ["temperature"] = JsonSerializer.SerializeToElement(0),
                ["max_tokens"] = JsonSerializer.SerializeToElement(maxTokens),
            },
        },
        Postprocess = new PostprocessSpec { Columns = new Dictionary<string, string> { ["answer"] = "{{ row.generated_text }}" } },
        Output = new OutputSpec { Uri = output },
    };

    private static MessageSpec Message(string role, string content) => new() { Role = role, Content = content };

    private static async Task<double> RateAsync(Func<Task<long>> work)
    {
        long tokens = 0;
        double seconds = await Measure.SecondsAsync(async () => tokens = await work());
        return tokens / seconds;
    }

    private static async Task<long> BareAsync(LlmEngine engine, GenerationRequest[] requests)
    {
        long tokens = 0;
        await foreach (var result in engine.GenerateAsync(requests.ToAsyncEnumerable()))
            tokens += result.Completions.Sum(completion => completion.TokenIds.Count);
        return tokens;
    }

    private static async Task<long> JobAsync(LocalService service, JobSpec spec)
    {
        var job = await service.Client.SubmitAsync(spec);
        await foreach (var look in service.Client.WatchAsync(job.Id)) job = look;
        return job.Status is JobStatus.Completed && job.Rows is { Failed: 0 }
            ? job.Usage.OutputTokens
            : throw new InvalidOperationException($"{job.Id} ended as {job.Status} with {job.Rows}: {job.Error?.Message}");
    }
}
