using System.CommandLine;
using System.Globalization;
using Serverless.Inference;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Cli.Bench;

/// <summary><c>serverless bench</c>: how fast the engine is on this machine's GPU, with the shapes of published models and random weights.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var device = DeviceOption.Create();
        var only = new Option<string[]>("--only")
        {
            Description = "Measure these parts only: offline, sampled, steps, single, prefill, invariant, mixed, profile, 8b, soak (which runs when named only)", AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong(BenchParts.Names);
        var seconds = new Option<int>("--seconds") { Description = "For how long soak sends requests", DefaultValueFactory = _ => 300 };
        var invariant = new Option<bool>("--batch-invariant") { Description = "Soak with batch_invariant, and compare greedy requests with the same ones alone" };
        var folder = new Option<string?>("--folder") { Description = "Where model folders with random weights are written (up to 16 GB) and found again. Default: the temporary folder" };
        var command = new Command("bench", "Measures the engine on a GPU: tokens/s, decode steps, prefill and loading beside what the card could do") { device, only, folder, seconds, invariant };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await RunAsync(
                    DeviceOption.Read(parsed.GetValue(device)).Cards, parsed.GetValue(only) ?? [],
                    parsed.GetValue(folder), new SoakOptions(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(invariant)), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("Stopped before its end.");
                return ExitCode.Failed;
            }
            catch (Exception error) when (error is FormatException or InferenceException or SoakFailedException)
            {
                await Console.Error.WriteLineAsync(error.Message);
                return error is FormatException ? ExitCode.Usage : ExitCode.Failed;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<CudaDevice> cards, string[] only, string? folder, SoakOptions soak, CancellationToken cancellationToken)
    {
        if (cards is not [var card, ..])
        {
            await Console.Error.WriteLineAsync("bench measures the GPUs of the engine's own CUDA backend, and there is none here, or --device leaves them out; serverless doctor says what there is.");
            return ExitCode.Failed;
        }

        var ceilings = CudaCeilings.Measure(card);
        Line($"{card.Name}, driver {CudaDevice.DriverVersion}; copies {ceilings.BytesPerSecond / 1e12:F2} TB/s, bfloat16 products {ceilings.FlopsPerSecond / 1e12:F0} TFLOP/s");
        var parts = new BenchParts(card, ceilings, folder ?? Path.Combine(Path.GetTempPath(), "serverless-bench"), soak, cancellationToken);
        foreach (var (name, run) in parts.All)
        {
            if (only.Length == 0 ? name != BenchParts.Soak : only.Contains(name))
            {
                await run();
            }
        }

        return ExitCode.Ok;
    }

    /// <summary>Prints a line at once.</summary>
    public static void Line(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
