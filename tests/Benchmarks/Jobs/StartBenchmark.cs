using System.Diagnostics;
using System.Globalization;
using Serverless.Benchmarks.Report;

namespace Serverless.Benchmarks.Jobs;

/// <summary>How long a person waits: the published command, compiled ahead of time, from its start to the end of the first job.</summary>
public static class StartBenchmark
{
    /// <summary>Publishes the command line and runs samples/haiku.yaml with it.</summary>
    /// <param name="output">Where.</param>
    /// <param name="rounds">Runs; the median counts.</param>
    public static async Task RunAsync(TextWriter output, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("serverless-benchmark-").FullName;
        try
        {
            string root = Clone.Root, published = Path.Combine(folder, "published");
            await RunAsync(root, "dotnet", "publish", Path.Combine(root, "services", "Cli"), "-c", "Release", "-r", "linux-x64",
                "--artifacts-path", Path.Combine(folder, "artifacts"), "-o", published, "-v", "quiet");
            string command = Path.Combine(published, "serverless");
            int run = 0;
            double[] seconds = await Measure.AlternatingAsync(rounds,
                () => Measure.SecondsAsync(() => RunAsync(root, command, "--version")),
                () => Measure.SecondsAsync(() =>
                    RunAsync(root, command, "run", "samples/haiku.yaml", "--out", Path.Combine(folder, $"output-{run++}"))));
            output.WriteLine("## Start");
            output.WriteLine();
            output.WriteLine("Seconds from the start of the published command (ReadyToRun) to its end, so to later than its first row; " +
                $"medians of {rounds} runs. Bar: 1.5 s to the first row.");
            output.WriteLine();
            var table = new MarkdownTable("command", "seconds");
            table.Add("`serverless --version`", seconds[0].ToString("F2", CultureInfo.InvariantCulture));
            table.Add("`serverless run samples/haiku.yaml`", seconds[1].ToString("F2", CultureInfo.InvariantCulture));
            table.Write(output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string folder, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        string text = string.Join('\n', await texts);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{text}");
    }
}
