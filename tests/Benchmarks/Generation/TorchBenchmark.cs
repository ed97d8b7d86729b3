using System.Globalization;
using Serverless.Benchmarks.Report;
using Serverless.Inference;

namespace Serverless.Benchmarks.Generation;

/// <summary>The engine on its own CPU backend beside the same engine on TorchSharp's operations: the same weights, type, prompts and threads, in turn.</summary>
public static class TorchBenchmark
{
    private const string Own = "cpu", Torch = "torch:cpu";

    /// <summary>Makes the model, runs both and prints the table.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Runs of each backend; the medians count.</param>
    public static async Task RunAsync(TextWriter output, int rounds)
    {
        try
        {
            DeviceSelection.Parse(Torch);
        }
        catch (InferenceException error)
        {
            output.WriteLine($"TorchSharp: nothing was measured. {error.Message}");
            output.WriteLine();
            return;
        }

        int threads = Environment.ProcessorCount;
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName;
        try
        {
            HuggingFaceFolder.Write(folder, RandomWeights.Make());
            var table = new MarkdownTable("type", "work", "torch:cpu", "cpu", "ratio");
            foreach (string dtype in new[] { "float32", "bfloat16" }) await CompareAsync(table, folder, dtype, threads, rounds);
            output.WriteLine("## TorchSharp");
            output.WriteLine();
            output.WriteLine($"Tokens/s of the model of *Generation* on the two CPU backends of the engine, {threads} threads, end to end, greedy; medians of {rounds} runs in turn.");
            output.WriteLine();
            table.Write(output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(MarkdownTable table, string folder, string dtype, int threads, int rounds)
    {
        await using var own = await OwnEngine.LoadAsync(folder, null, threads, Own, dtype);
        await using var torch = await OwnEngine.LoadAsync(folder, null, threads, Torch, dtype);
        foreach (Workload work in Workload.All)
        {
            int[][] prompts = work.Prompts(ModelShape.Vocabulary);
            double[] seconds = await Measure.AlternatingAsync(rounds,
                () => Measure.SecondsAsync(() => torch.GenerateAsync(prompts, work.NewTokens)),
                () => Measure.SecondsAsync(() => own.GenerateAsync(prompts, work.NewTokens)));
            Console.Error.WriteLine($"{dtype}, {work.Name}: {seconds[0] / seconds[1]:F2}");
            table.Add(dtype, work.Name, Rate(work, seconds[0]), Rate(work, seconds[1]), $"{seconds[0] / seconds[1]:F2}");
        }
    }

    private static string Rate(Workload work, double seconds) => (work.Counted / seconds).ToString("F1", CultureInfo.InvariantCulture);
}
