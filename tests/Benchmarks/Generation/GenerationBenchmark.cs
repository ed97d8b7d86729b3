using System.Globalization;
using Serverless.Benchmarks.Peers;
using Serverless.Benchmarks.Report;

namespace Serverless.Benchmarks.Generation;

/// <summary>Generation beside llama.cpp: the same weights at the same precision, the same prompts, the same threads, in turn.</summary>
public static class GenerationBenchmark
{
    private static readonly (string Name, string? Quantization, GgufType Peer)[] Precisions =
    [
        ("bf16, llama.cpp F16", null, GgufType.F16),
        ("bf16, llama.cpp BF16", null, GgufType.BF16),
        ("int8, llama.cpp Q8_0", "int8", GgufType.Q80),
    ];

    /// <summary>Makes the model, runs both engines and prints the table.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Runs of each engine; the medians count.</param>
    public static async Task RunAsync(TextWriter output, int rounds)
    {
        if (PeerPackages.Find("@node-llama-cpp/linux-x64") is not { } package)
        {
            output.WriteLine("Generation: llama.cpp's libraries are there for Linux on x86-64 only; nothing was measured.");
            return;
        }

        LlamaNative.Load(Path.Combine(package, "bins", "linux-x64"));
        int threads = Environment.ProcessorCount;
        output.WriteLine("## Generation");
        output.WriteLine();
        output.WriteLine($"Tokens/s of a Llama of 123 million parameters (random weights) beside llama.cpp {LlamaCpp.Version}, " +
            $"{threads} threads, end to end, greedy; medians of {rounds} runs in turn. Bars: 1.0 for one sequence, 1.5 for 32.");
        output.WriteLine();
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName;
        try
        {
            await CompareAsync(output, folder, threads, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(TextWriter output, string folder, int threads, int rounds)
    {
        var weights = RandomWeights.Make();
        string model = Path.Combine(folder, "model");
        HuggingFaceFolder.Write(model, weights);
        var table = new MarkdownTable("weights", "work", "llama.cpp", "ours", "ratio");
        var agreement = new List<string>();
        foreach (var (name, quantization, type) in Precisions)
        {
            string gguf = Path.Combine(folder, $"{type}.gguf");
            GgufConversion.Write(gguf, weights, type);
            await using var own = await OwnEngine.LoadAsync(model, quantization, threads);
            agreement.Add($"{name}: {await AgreementAsync(own, gguf, threads)}");
            foreach (Workload work in Workload.All)
            {
                using var peer = new LlamaCpp(gguf, ModelShape.Vocabulary, threads, work.Sequences, work.PromptTokens + work.NewTokens);
                int[][] prompts = work.Prompts(ModelShape.Vocabulary);
                double[] seconds = await Measure.AlternatingAsync(rounds,
                    () => Measure.SecondsAsync(() => Task.FromResult(peer.Generate(prompts, work.NewTokens))),
                    () => Measure.SecondsAsync(() => own.GenerateAsync(prompts, work.NewTokens)));
                Console.Error.WriteLine($"{name}, {work.Name}: {seconds[0] / seconds[1]:F2}");
                table.Add(name, work.Name, Rate(work, seconds[0]), Rate(work, seconds[1]), $"{seconds[0] / seconds[1]:F2}");
            }

            File.Delete(gguf);
        }

        table.Write(output);
        output.WriteLine("Both compute the same model; largest difference of the five best log-probabilities after these prompts: " +
            $"{string.Join("; ", agreement)}.");
        output.WriteLine();
    }

    /// <summary>How far the log-probabilities of the five best tokens are apart, over a prompt of every length.</summary>
    /// <exception cref="InvalidOperationException">They are so far apart that the engines do not compute the same model.</exception>
    private static async Task<string> AgreementAsync(OwnEngine own, string gguf, int threads)
    {
        double apart = 0;
        using var peer = new LlamaCpp(gguf, ModelShape.Vocabulary, threads, 1, 640);
        foreach (Workload work in Workload.All)
        {
            int[] prompt = work.Prompts(ModelShape.Vocabulary)[0];
            float[] logits = peer.Logits(prompt);
            double most = logits.Max(), logSum = most + Math.Log(logits.Sum(logit => Math.Exp(logit - most)));
            foreach (var best in await own.TopAsync(prompt, 5))
                apart = Math.Max(apart, Math.Abs(best.Logprob - (logits[best.TokenId] - logSum)));
        }

        // Precisions differ; a wrong rotation or a swapped weight would show as a difference of the order of the logits' spread, 1.
        if (apart > 0.25)
            throw new InvalidOperationException($"The engines do not compute the same model: log-probabilities differ by {apart:F3}.");
        return apart.ToString("F4", CultureInfo.InvariantCulture);
    }

    private static string Rate(Workload work, double seconds) => (work.Counted / seconds).ToString("F1", CultureInfo.InvariantCulture);
}
